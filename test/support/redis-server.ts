// Without vitest, since benchmarks start one too.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** A `redis-server` of a test's own. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** For looking and meddling from outside; connects again by itself. */
  readonly client: Redis;
  /** Ends it without a chance to tidy up. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, with the data that it had written, or without any. */
  restart(data?: 'kept' | 'lost'): Promise<void>;
  /** Lets it hang: connections stand, nothing is answered. */
  freeze(): void;
  thaw(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export function isRedisInstalled(): boolean {
  return spawnSync('redis-server', ['--version']).error === undefined;
}

/** Starts `redis-server` on a free port with an append-only file in a folder of its own. `args` come after the defaults and win. */
export function startRedis(args: readonly string[] = []): Promise<TestRedis> {
  const keeping = ['--save', '', '--appendonly', 'yes'];
  return launch((folder, port) => [...place(folder, port), ...keeping, ...args], 'Ready to accept connections');
}

/** Starts a sentinel with these lines of configuration. */
export function startSentinel(lines: readonly string[]): Promise<TestRedis> {
  return launch(async (folder, port) => {
    const file = join(folder, 'sentinel.conf');
    await writeFile(file, `${lines.join('\n')}\n`);
    return [file, '--sentinel', ...place(folder, port)];
  }, '+monitor');
}

const place = (folder: string, port: number) => ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder];

async function launch(
  argsIn: (folder: string, port: number) => readonly string[] | Promise<readonly string[]>,
  readySentence: string,
): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'techsupport-redis-'));
  const port = await freePort();
  const args = await argsIn(folder, port);
  const start = async (): Promise<ChildProcess> => {
    const started = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await untilPrinted(started, readySentence);
    return started;
  };
  let server = await start();
  // Also when the tests end without tidying up.
  const end = () => server.kill('SIGKILL');
  process.once('exit', end);
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  };
  const client = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    client,
    kill,
    async restart(data = 'kept') {
      if (data === 'lost') await rm(join(folder, 'appendonlydir'), { recursive: true, force: true });
      server = await start();
    },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      process.off('exit', end);
      client.disconnect();
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}

async function untilPrinted(process: ChildProcess, sentence: string): Promise<void> {
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    process.once('exit', () => reject(new Error(`redis-server ended before it was ready:\n${printed}`)));
    process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.includes(sentence)) resolve();
    });
  });
}
