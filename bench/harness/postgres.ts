import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/infrastructure/embedded/start-embedded-postgres.ts';
import type { Stage } from './benchmark.ts';

/** A Postgres of the benchmark's own, from the product's binaries and with the product's settings. */
export interface BenchPostgres {
  readonly url: string;
  readonly pid: number;
  /** The benchmark's own connection. */
  readonly client: pg.Client;
}

/** Ended with the benchmark. `settings` go over those that `npm start` uses; leave them out where something is measured. */
export async function startPostgres(
  stage: Stage,
  name: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchPostgres & { stop(): Promise<void> }> {
  const log = { info: () => undefined, warn: (_fields: object, message: string) => stage.say(message) };
  const started = await startEmbeddedPostgres({ dataDir: join(stage.folder, name), log, settings });
  const client = new pg.Client({ connectionString: started.url, application_name: 'bench' });
  await client.connect();
  const stop = async () => {
    await client.end();
    await started.stop();
  };
  let stopped: Promise<void> | undefined;
  const stopOnce = () => {
    stopped ??= stop();
    return stopped;
  };
  stage.onEnd(stopOnce);
  const pid = Number(readFileSync(join(started.dataDir, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  return { url: started.url, pid, client, stop: stopOnce };
}

/** One row of one statement. Throws when there is none. */
export async function one<T extends pg.QueryResultRow>(
  client: pg.Client,
  sql: string,
  values: unknown[] = [],
): Promise<T> {
  const [row] = (await client.query<T>(sql, values)).rows;
  if (!row) throw new Error(`Nothing came of: ${sql}`);
  return row;
}
