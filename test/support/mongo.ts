import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { inject } from 'vitest';

/** Where `.ci/mongo` installs the server. */
const INSTALLED = fileURLToPath(new URL('../../.ci/secantusdb/bin/secantusd-py', import.meta.url));
const START_MS = 30_000;

const given = inject('mongoUri');
const installed = existsSync(INSTALLED);

/** Why suites on MongoDB cannot run here; null: they can. */
export const mongoMissing: string | null =
  given || installed ? null : 'no MongoDB: set MONGO_URI, or run "bash .ci/mongo" for a server to test with';

if (mongoMissing && process.env.CI) throw new Error(`In CI nothing is skipped, but here is ${mongoMissing}.`);
if (mongoMissing) console.warn(`SKIPPED: ${mongoMissing}.`);

/** Put at the end of a suite's name beside `describe.skipIf(mongoMissing)`: why it was skipped. */
export const mongoNote = mongoMissing ? ` (skipped, ${mongoMissing})` : '';

export interface TestMongo {
  /** Names a database of its own; `directConnection`, so that a proxy in front stays in front. */
  readonly uri: string;
  /** Removes the database, or the server that was started for it. */
  drop(): Promise<void>;
}

/** A database of a test file's own: on the server of MONGO_URI, else on one that is started for it (about 1 s). */
export async function createTestMongo(): Promise<TestMongo> {
  const database = `test_${randomBytes(6).toString('hex')}`;
  if (given) {
    const uri = withDatabase(given, database);
    return { uri, drop: () => dropDatabase(uri) };
  }
  if (mongoMissing) throw new Error(`There is ${mongoMissing}.`);
  const server = await startServer();
  const uri = `mongodb://127.0.0.1:${server.port}/${database}?directConnection=true`;
  return { uri, drop: () => server.stop() };
}

function withDatabase(uri: string, database: string): string {
  const url = new URL(uri);
  // An account is known where the URI says it is; without a word that is the database it names.
  const source = url.pathname.length > 1 ? url.pathname.slice(1) : 'admin';
  if (url.username && !url.searchParams.has('authSource')) url.searchParams.set('authSource', source);
  if (!url.searchParams.has('replicaSet')) url.searchParams.set('directConnection', 'true');
  url.pathname = `/${database}`;
  return url.href;
}

async function dropDatabase(uri: string): Promise<void> {
  const client = new MongoClient(uri);
  try {
    await client.db().dropDatabase();
  } finally {
    await client.close();
  }
}

interface Server {
  readonly port: number;
  stop(): Promise<void>;
}

async function startServer(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'techsupport-mongo-'));
  const port = await freePort();
  const options = ['--host', '127.0.0.1', '--port', String(port), '--storage-path', folder];
  const child = spawn(INSTALLED, [...options, '--cache-size', '256M', '--log-level', 'ERROR'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => {
    said = (said + bytes).slice(-4_000);
  });
  // Whatever becomes of this process, the server does not outlive it.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await answers(port, child);
  } catch (error) {
    await stop();
    throw new Error(`The MongoDB-compatible server did not start: ${said}`, { cause: error });
  }
  return { port, stop };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  // What it holds is not needed any more.
  child.kill('SIGKILL');
  await gone;
}

async function answers(port: number, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}.`);
    if (performance.now() > deadline) throw new Error(`It takes no connections after ${START_MS} ms.`);
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return new Promise((resolve) => setTimeout(() => resolve(false), 50));
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port was found.');
  return address.port;
}
