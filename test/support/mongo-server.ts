// Without vitest, since benchmarks start one too.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './redis-server.ts';

/** Where `.ci/mongo` installs the server. */
const INSTALLED = fileURLToPath(new URL('../../.ci/secantusdb/bin/secantusd-py', import.meta.url));
const START_MS = 30_000;

export function isMongoInstalled(): boolean {
  return existsSync(INSTALLED);
}

export interface MongoServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts the server that `.ci/mongo` installs, on a free port and in a folder of its own. */
export async function startMongo(): Promise<MongoServer> {
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
