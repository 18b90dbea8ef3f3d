import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { findClusterFolder } from '../../src/infrastructure/embedded/cluster-folder.ts';
import { findPostgresBinaries } from '../../src/infrastructure/embedded/postgres-binaries.ts';
import { type Postmaster, ready, spawnPostmaster } from '../../src/infrastructure/embedded/postmaster.ts';
import { startEmbeddedPostgres } from '../../src/infrastructure/embedded/start-embedded-postgres.ts';

const START_MS = 60_000;
// What is committed is in the log of the server before it is answered; only a crash of the machine could lose it.
const SETTINGS = [
  '-c',
  'fsync=off',
  '-c',
  'listen_addresses=127.0.0.1',
  '-c',
  'unix_socket_directories=',
  '-c',
  'timezone=UTC',
];

/** A Postgres of a test file's own that can be cut off in the middle and comes back at the same address. */
export interface CrashingPostgres {
  readonly url: string;
  /** Ends it as `pg_ctl stop -m immediate` does: no goodbye, no checkpoint, recovery at the next start. */
  crash(): Promise<void>;
  start(): Promise<void>;
}

/** Starts one, and removes it after the tests of the calling file. */
export async function crashingPostgres(): Promise<CrashingPostgres> {
  const dataDir = mkdtempSync(join(tmpdir(), 'techsupport-crash-'));
  // Open to the user that Postgres runs as when the tests run as root.
  chmodSync(dataDir, 0o755);
  const log = { info: () => undefined, warn: () => undefined };
  const made = await startEmbeddedPostgres({ dataDir, log, settings: { fsync: 'off' } });
  await made.stop();

  const folder = await findClusterFolder(dataDir);
  const { postgres } = await findPostgresBinaries(folder.user);
  const data = join(folder.path, 'data');
  const { port } = new URL(made.url);
  let running: Postmaster | null = null;
  const crash = async () => {
    if (running) process.kill(running.pid, 'SIGQUIT');
    await running?.ended;
    running = null;
  };
  const start = async () => {
    running = spawnPostmaster(
      postgres,
      data,
      ['-p', port, ...SETTINGS],
      join(folder.path, 'postgres.log'),
      folder.user,
    );
    if (await ready(running, data, START_MS)) return;
    throw new Error(`Postgres did not come back:\n${readFileSync(join(folder.path, 'postgres.log'), 'utf8')}`);
  };
  afterAll(async () => {
    await crash();
    rmSync(made.dataDir, { recursive: true, force: true, maxRetries: 10 });
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
  });
  await start();
  return { url: made.url, crash, start };
}
