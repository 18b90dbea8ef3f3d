import { execFile, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Stage } from './benchmark.ts';

const SOURCES = join(import.meta.dirname, '..', 'peers');
const CACHE = process.env.BENCH_PEERS ?? join(homedir(), '.cache', 'techsupport-pro', 'bench-peers');
const run = promisify(execFile);

/** A server in a process of its own that has said on which port it answers. */
export interface Peer {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * The folder with what the product is compared with: bench/peers, with its packages from npm. It is made at the first call and kept
 * for the next runs, outside of the repository, as long as nothing of it changes.
 */
export async function installedPeers(stage: Stage): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(SOURCES)).sort()) hash.update(name).update(await readFile(join(SOURCES, name)));
  const folder = join(CACHE, hash.digest('hex').slice(0, 12));
  if (existsSync(folder)) return folder;
  stage.say('installing the peers from npm');
  const making = `${folder}.${process.pid}`;
  await mkdir(CACHE, { recursive: true });
  await cp(SOURCES, making, { recursive: true });
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'], { cwd: making });
  await rename(making, folder).catch(() => rm(making, { recursive: true }));
  return folder;
}

/** Runs a script that tells its port, without a compiler before it; ended with the benchmark. */
export async function startPeer(
  stage: Stage,
  script: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Peer> {
  const child = fork(script, { execArgv: [], env: { ...process.env, NODE_ENV: 'production', ...env } });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill();
    await ended;
  };
  stage.onEnd(stop);
  const { port } = await new Promise<{ port: number }>((resolve, reject) => {
    child.once('message', (told) => resolve(told as { port: number }));
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}.`)));
  });
  return { port, pid: child.pid ?? 0, stop };
}
