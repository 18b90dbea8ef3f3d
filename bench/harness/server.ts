import { join } from 'node:path';
import { Api } from '../../test/smoke/api.ts';
import { type ServerProcess, startServer } from '../../test/support/server-process.ts';
import type { Stage } from './benchmark.ts';

const ADMIN_PASSWORD = 'correct horse battery staple';

/** The built server as a process of its own, in production mode, on a database of the benchmark. */
export interface BenchServer {
  readonly process: ServerProcess;
  readonly pid: number;
  /** Signed in as the admin. */
  readonly admin: Api;
  /** Lines of its log that warn or tell of errors. */
  troubles(): string[];
}

/**
 * Started from dist/, without limits of requests, with `env` on top, and ended with the benchmark. Several on one database are one
 * desk. A worker takes no callers: it is given the `admin` of an API.
 */
export async function startBenchServer(
  stage: Stage,
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
  admin?: Api,
): Promise<BenchServer> {
  const process_ = await startServer({
    // exec: the number that the shell prints is then the server's.
    command: ['sh', '-c', 'echo "pid $$"; exec node --max-semi-space-size=64 dist/bundle/main.js'],
    env: {
      NODE_ENV: 'production',
      HOST: 'localhost',
      DATABASE_URL: databaseUrl,
      DATA_DIR: join(stage.folder, 'server'),
      JWT_SECRET: 'benchmark benchmark benchmark benchmark',
      ADMIN_PASSWORD,
      RATE_LIMIT_MAX: '0',
      RATE_LIMIT_USER_MAX: '0',
      // A benchmark is one caller who stands for many.
      SOCKETS_PER_USER: '1000000',
      SOCKETS_PER_ADDRESS: '1000000',
      ...env,
    },
  });
  stage.onEnd(() => process_.kill());
  return {
    process: process_,
    pid: Number(/^pid (\d+)/.exec(process_.output())?.[1]),
    admin: admin ?? (await new Api(process_.origin).as('admin@techsupport.pro', ADMIN_PASSWORD)),
    troubles: () => process_.output().split('\n').filter(isTrouble),
  };
}

/** A line of pino's at the level of warnings or above, or one that is not pino's at all, such as a stack. */
function isTrouble(line: string): boolean {
  const level = /^\{"level":"?(\w+)/.exec(line)?.[1];
  return level === undefined
    ? line !== '' && !line.startsWith('pid ')
    : ['40', '50', '60', 'warn', 'error', 'fatal'].includes(level);
}
