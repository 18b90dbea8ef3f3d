import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServerPlace } from './server-place.ts';
import { BUILT_SERVER, type ServerProcess } from './server-process.ts';

type Counts = Readonly<Record<string, number>>;

/** What the process of a server holds after a forced collection. */
export interface Look {
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
  /** By `process.getActiveResourcesInfo`. */
  readonly resources: Counts;
  /** Active handles: "client socket", "database socket", else by class. */
  readonly handles: Counts;
  /** On `process` itself. */
  readonly listeners: number;
  /** The most named statements that one database connection keeps. */
  readonly statements: number;
  /** Database connections that have not been given back to their pools. */
  readonly borrowed: number;
  /** Live objects by kind; only in a look at the whole heap. */
  readonly objects: Counts;
  /** How long the look took. */
  readonly milliseconds: number;
}

export interface ProbedServer extends ServerProcess {
  /** `whole`: counts live objects too, which stops the server for some tenths of a second. */
  look(whole?: 'whole'): Promise<Look>;
}

/** Starts the built server with a channel into its process, past everything that the product offers. */
export async function startProbedServer(
  place: ServerPlace,
  env: Readonly<Record<string, string>>,
): Promise<ProbedServer> {
  const path = join(place.folder(), 'probe');
  const [program = '', ...args] = BUILT_SERVER;
  const probe = pathToFileURL(join(import.meta.dirname, 'soak-probe.mjs')).href;
  const server = await place.start({
    command: [program, '--import', probe, ...args],
    env: { ...env, SOAK_PROBE: path },
  });
  return {
    ...server,
    async look(whole) {
      const asking = connect(path);
      asking.write(whole ?? 'heap');
      const parts: Buffer[] = [];
      asking.on('data', (part: Buffer) => parts.push(part));
      await once(asking, 'end');
      asking.destroy();
      return JSON.parse(Buffer.concat(parts).toString());
    },
  };
}
