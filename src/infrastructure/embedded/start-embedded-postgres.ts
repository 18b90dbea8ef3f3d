import { chmodSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { folderProblem, StartupError } from '../../startup-error.ts';
import { clusterUser, ensureCluster, syncCluster } from './cluster.ts';
import { type ClusterFolder, findClusterFolder } from './cluster-folder.ts';
import { acquireInstanceLock, type InstanceLock } from './instance-lock.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { type Postmaster, ready, spawnPostmaster, stopOrphan } from './postmaster.ts';
import { isRoot } from './run-user.ts';
import { keepSmall, lastProblem, sizeOf } from './server-log.ts';

const database = 'techsupport';
/** Recovery after a crash of the whole machine can take a while; a server that says nothing for longer is stuck. */
const startPatienceMs = 120_000;
const attempts = 5;

const defaultSettings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '128MB',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] ',
  // Values of rows (addresses, names) stay out of the log file: neither statements nor "Key (email)=(…)".
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/** Where the server's start is told; a pino logger is one. */
export interface EmbeddedLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface EmbeddedPostgresOptions {
  /** Made when missing; holds the instance lock and, unless that is impossible, the database. */
  readonly dataDir: string;
  readonly log: EmbeddedLog;
  /** Called once, with a sentence, when the server ends without `stop()` having been asked for. */
  readonly onExit?: (message: string) => void;
  /** Server settings over the defaults here (tests turn fsync off). */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** Connection URL of the database, with the role that owns everything in it. The port differs from start to start. */
  readonly url: string;
  /** The folder that really holds the database; not always inside the wanted one. */
  readonly dataDir: string;
  /** Ends the server and gives the data folder free. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL from the binaries that npm installed, on a free port of 127.0.0.1, making its cluster and the
 * database `techsupport` at the first start. The server never outlives this process.
 * @throws StartupError for everything that its user can mend: folder in use, not writable, disk full, no binaries.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = makeDataDir(resolve(options.dataDir));
  let lock: InstanceLock | undefined;
  try {
    lock = acquireInstanceLock(dataDir);
    return await startLocked(dataDir, lock, options);
  } catch (error) {
    lock?.release();
    throw folderProblem(dataDir, error);
  }
}

async function startLocked(
  dataDir: string,
  lock: InstanceLock,
  { log, onExit, settings }: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const folder = await findClusterFolder(dataDir);
  if (!folder.path.startsWith(dataDir)) log.warn({ dataDir, path: folder.path }, 'The database lies outside DATA_DIR');
  const binaries = await findPostgresBinaries(folder.user);
  const data = join(folder.path, 'data');
  if (folder.initialised && (await stopOrphan(data)) === 'stopped') {
    log.warn({ path: data }, 'Stopped the database server that an earlier run had left behind');
  }
  if (!folder.initialised) log.info({ path: folder.path }, 'Making the database');
  const password = await ensureCluster(folder, binaries);
  const { postmaster, port } = await launch(folder, binaries, { ...defaultSettings, ...settings });
  const url = (name: string) => `postgres://${clusterUser}:${password}@127.0.0.1:${port}/${name}`;

  let stopping: Promise<void> | undefined;
  const small = keepSmall(join(folder.path, 'postgres.log'));
  const abandon = () => {
    postmaster.abandon();
    lock.release();
  };
  // Runs after an uncaught exception too; nothing asynchronous may be done there.
  process.once('exit', abandon);
  const stop = async () => {
    await Promise.all([postmaster.stop(), synced]);
    process.off('exit', abandon);
    clearInterval(small);
    lock.release();
  };
  const synced = folder.initialised
    ? Promise.resolve()
    : syncCluster(folder, binaries).catch((error) => log.warn({ error }, 'The new database is not yet safe on disk'));
  void postmaster.ended.then(() => {
    if (stopping) return;
    const told = lastProblem(join(folder.path, 'postgres.log'), 0);
    onExit?.(`The embedded Postgres has ended unexpectedly${told ? ` (${told})` : ''}; its log is in ${folder.path}.`);
  });

  try {
    await ensureDatabase(url('postgres'));
  } catch (error) {
    stopping = stop();
    await stopping;
    throw error;
  }
  return {
    url: url(database),
    dataDir: folder.path,
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

function makeDataDir(wanted: string): string {
  try {
    mkdirSync(wanted, { recursive: true });
    // An empty folder is ours to arrange: root's umask, or mktemp, may have closed it to the user that Postgres runs as.
    if (isRoot() && readdirSync(wanted).length === 0) chmodSync(wanted, statSync(wanted).mode | 0o011);
    return realpathSync(wanted);
  } catch (error) {
    throw folderProblem(wanted, error);
  }
}

async function launch(
  folder: ClusterFolder,
  { postgres }: PostgresBinaries,
  settings: Readonly<Record<string, string>>,
): Promise<{ postmaster: Postmaster; port: number }> {
  const data = join(folder.path, 'data');
  const logFile = join(folder.path, 'postgres.log');
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let problem = '';
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const port = await freePort();
    const from = sizeOf(logFile);
    const postmaster = spawnPostmaster(postgres, data, ['-p', String(port), ...args], logFile, folder.user);
    if (await ready(postmaster, data, startPatienceMs)) return { postmaster, port };
    await postmaster.stop();
    problem = lastProblem(logFile, from) ?? 'it said nothing';
    // Somebody took the port in between, or the last of an old server's processes are still going.
    if (!/TCP\/IP sockets|shared memory block/.test(problem)) break;
  }
  if (/No space left/.test(problem)) {
    throw new StartupError(`The disk of ${folder.path} is full: free some space before starting again.`);
  }
  throw new StartupError(
    `The embedded Postgres did not start (${problem}): see ${logFile}, mend it, or set DATABASE_URL to another database.`,
  );
}

function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolvePort(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${database}`);
  } finally {
    await client.end();
  }
}
