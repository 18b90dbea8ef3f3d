import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { childEnvironment } from '../../../config.ts';
import { folderProblem } from '../../../startup-error.ts';

export const DEMO_ADMIN = { email: 'admin@techsupport.pro', password: 'admin123' } as const;

/** The real server, running as a process of its own. */
export interface ServerProcess {
  /** Like http://localhost:41234. */
  readonly origin: string;
  /** Aborted when the server has ended; the reason is an Error with its last words as a sentence. */
  readonly gone: AbortSignal;
  /** Asks the server to stop (SIGTERM) and waits until it has; again: waits for the same end. */
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../../main.js', import.meta.url));
const READY_MS = 90_000;
/** More than the server's own limit for an orderly stop. */
const STOP_MS = 12_000;

/**
 * Starts `main.js` on the data folder `dataDir` and a free port, and waits until it is ready.
 * @throws Error with the server's own sentence when it cannot start.
 */
export async function startServer(dataDir: string, signal: AbortSignal): Promise<ServerProcess> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const logFile = join(dataDir, 'server.log');
  const log = await openLog(dataDir, logFile);
  const child = spawn(process.execPath, [MAIN], {
    env: childEnvironment(demoEnvironment(dataDir, port)),
    stdio: ['ignore', log.fd, 'pipe'],
    // A group of its own: Ctrl-C then reaches only the demo, which ends its story before it stops the server.
    detached: true,
    windowsHide: true,
  });
  const gone = endOf(child, logFile);
  await log.close();
  const server = { origin, gone, stop: () => stopChild(child) };
  try {
    await untilReady(origin, AbortSignal.any([signal, gone]));
  } catch (error) {
    gone.throwIfAborted();
    await server.stop();
    throw error;
  }
  return server;
}

/** What must not follow the caller's environment: the demo has its own data, address and well-known password. */
function demoEnvironment(dataDir: string, port: number): Record<string, string> {
  return {
    NODE_ENV: 'development',
    DATA_DIR: dataDir,
    PORT: String(port),
    HOST: '',
    DATABASE_URL: '',
    ADMIN_PASSWORD: DEMO_ADMIN.password,
    RATE_LIMIT_MAX: '',
    RATE_LIMIT_USER_MAX: '',
    INTROSPECTION: '',
    METRICS_PORT: '',
    LOG_LEVEL: 'info',
    LOG_PRETTY: 'false',
  };
}

async function openLog(dataDir: string, logFile: string) {
  try {
    await mkdir(dataDir, { recursive: true });
    return await open(logFile, 'w');
  } catch (error) {
    throw folderProblem(dataDir, error);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, 'localhost');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free TCP port for the server.');
  return address.port;
}

/** Readiness, not only an answer: migrations are done and the database is there. */
async function untilReady(origin: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    const response = await fetch(`${origin}/health/ready`, { signal }).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return;
    await delay(100, undefined, { signal });
  }
  throw new Error(
    `The server was not ready within ${READY_MS / 1000} s: start it with "npm start" to see what it says.`,
  );
}

function endOf(child: ChildProcess, logFile: string): AbortSignal {
  const gone = new AbortController();
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-8_000);
  });
  child.once('error', (error) => gone.abort(new Error(`The server could not be started: ${error.message}.`)));
  child.once('close', (code, signal) => {
    const how = signal ?? `exit code ${code}`;
    gone.abort(new Error(lastWords(said) || `The server ended unexpectedly (${how}); its log is ${logFile}`));
  });
  return gone.signal;
}

/** What the server wrote for people: its error output without log lines and stack traces. */
export function lastWords(errorOutput: string): string {
  return stripVTControlCharacters(errorOutput)
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('{') && !/^\s+at /.test(line))
    .slice(-12)
    .join('\n');
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await closed;
  clearTimeout(kill);
}
