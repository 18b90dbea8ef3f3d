import { parseArgs } from 'node:util';
import { v7 as uuidv7 } from 'uuid';
import type { Comparison } from './application/move/ports.ts';
import { composeMove, type MoveResult } from './compose-move.ts';
import type { MoveDirection } from './compose-move-parts.ts';
import { isAway } from './infrastructure/mongo/translate-error.ts';
import { openMongo } from './open-mongo.ts';
import { runOnDatabase } from './run-on-database.ts';
import { StartupError } from './startup-error.ts';

const USAGE = `Moves imports with their dead letters, files and logs from one store to the other:
npm run migrate:store -- to-mongo (or to-postgres) [--replace]
Stop every server first. MONGO_URI names the MongoDB; DATABASE_URL the PostgreSQL, else it is the embedded one.
Open imports move as they are and go on in the other store. A move that was broken off goes on where it was when it is
said again, without --replace: that one begins anew and removes what the other store has.
The store that is moved from keeps everything.`;

interface Order {
  readonly direction: MoveDirection;
  readonly replace: boolean;
}

/** `npm run migrate:store`: moves imports and their logs between Postgres and MongoDB, makes the reports anew, and compares both in the end. */
function orderOf(args: readonly string[]): Order {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { replace: { type: 'boolean' } },
      allowPositionals: true,
    });
    const [direction, ...more] = positionals;
    if ((direction === 'to-mongo' || direction === 'to-postgres') && more.length === 0) {
      return { direction, replace: values.replace ?? false };
    }
  } catch {
    // An option that is not known: told like every other mistake.
  }
  throw new StartupError(USAGE);
}

function tell(result: MoveResult): number {
  if (result.kind === 'occupied') {
    const names = result.names.join(', ');
    console.error(
      `There is something already where this would go: ${names}. Empty it, or say --replace. Nothing was moved.`,
    );
    return 1;
  }
  if (result.kind === 'unfinished') {
    console.error(
      `A move ${result.direction} was broken off, so that one store may have everything alone. Finish it first: npm run migrate:store -- ${result.direction}. Nothing was moved.`,
    );
    return 1;
  }
  const wrong = result.compared.filter(({ from, to }) => from !== to);
  for (const line of result.compared) console.log(lineOf(line));
  if (wrong.length === 0) {
    console.log(
      'Everything was moved, and both stores agree. Set MONGO_URI, or unset it, for the store to use from now on.',
    );
    return 0;
  }
  console.error('The stores differ: was a server running meanwhile? Stop it and move again with --replace.');
  return 1;
}

function lineOf({ name, from, to }: Comparison): string {
  return `${from === to ? '  ' : '! '}${name}: ${from} before, ${to} after`;
}

runOnDatabase('migrate-store', async ({ config, db, logger }) => {
  const order = orderOf(process.argv.slice(2));
  const mongo = await openMongo(config, logger);
  if (!mongo) throw new StartupError(`MONGO_URI is not set.\n${USAGE}`);
  try {
    await mongo.ping();
    const copied = new Map<string, number>();
    const move = composeMove({
      db,
      mongo,
      newId: () => uuidv7(),
      logger,
      onProgress: (name, records) => {
        const before = copied.get(name) ?? 0;
        copied.set(name, before + records);
        if (Math.floor(before / 100_000) < Math.floor((before + records) / 100_000)) {
          console.log(`${name}: ${before + records}`);
        }
      },
    });
    return tell(await move(order.direction, order));
  } catch (error) {
    if (!isAway(error)) throw error;
    throw new StartupError(
      `MongoDB cannot be reached (${error instanceof Error ? error.message : error}): see that it runs, and say the same again without --replace; what has moved by then stays.`,
      { cause: error },
    );
  } finally {
    await mongo.close();
  }
});
