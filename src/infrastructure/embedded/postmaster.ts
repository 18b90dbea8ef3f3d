import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, fchownSync, openSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gone, processName, processStart, signal } from './process-identity.ts';
import { asUser, type RunUser } from './run-user.ts';

/** How long each way of stopping is given before the next, rougher one: a fast, an immediate shutdown, the kernel. */
const stopSteps: readonly [NodeJS.Signals, number][] = [
  ['SIGINT', 5_000],
  ['SIGQUIT', 2_000],
  ['SIGKILL', 1_000],
];

/** A running Postgres server. */
export interface Postmaster {
  readonly pid: number;
  /** Settles when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends it: a fast shutdown first, and after 5 seconds less gently. */
  stop(): Promise<void>;
  /** Asks it to end without waiting, for use while this process exits. */
  abandon(): void;
}

/** Starts a server on the cluster in `data`; whether it gets as far as answering, `ready` tells. */
export function spawnPostmaster(program: string, data: string, args: string[], log: string, user: RunUser): Postmaster {
  const output = openSync(log, 'a', 0o600);
  if (user.uid !== undefined && user.gid !== undefined) fchownSync(output, user.uid, user.gid);
  // A session of its own: Ctrl-C in a terminal goes to all of ours, and the server must outlive our own shutdown.
  const options = { ...asUser(user), detached: true, stdio: ['ignore', output, output] as ['ignore', number, number] };
  const child = spawn(program, ['-D', data, ...args], options);
  closeSync(output);
  child.unref();
  const { pid } = child;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
  if (pid === undefined) return { pid: 0, ended, stop: () => ended, abandon: () => undefined };
  const watcher = watch(pid, user);
  void ended.then(() => watcher?.kill('SIGKILL'));
  return {
    pid,
    ended,
    stop: () => stopProcess(pid, ended),
    abandon: () => void signal(pid, 'SIGINT'),
  };
}

/** True when the server answers, false when it has ended or `milliseconds` have passed. */
export async function ready(postmaster: Postmaster, data: string, milliseconds: number): Promise<boolean> {
  let running = true;
  void postmaster.ended.then(() => {
    running = false;
  });
  for (const end = performance.now() + milliseconds; performance.now() < end; await delay(10)) {
    const lines = readPidFile(data);
    // The eighth line is the server's own word on its state; pg_ctl waits for the same.
    if (Number(lines[0]) === postmaster.pid && lines[7]?.trim() === 'ready') return true;
    if (!running) return false;
  }
  return false;
}

/**
 * Ends a server that an earlier process of ours has left on the cluster, and removes what would keep a new one from
 * starting: Postgres takes any living process with the pid in postmaster.pid for the server.
 */
export async function stopOrphan(data: string): Promise<'none' | 'stopped'> {
  const pid = Number(readPidFile(data)[0]);
  const serves = Number.isInteger(pid) && pid > 0 && servesCluster(pid, data);
  if (serves) await stopProcess(pid);
  rmSync(join(data, 'postmaster.pid'), { force: true });
  return serves ? 'stopped' : 'none';
}

async function stopProcess(pid: number, ended?: Promise<void>): Promise<void> {
  for (const [name, patience] of stopSteps) {
    signal(pid, name);
    if (await gone(pid, patience)) break;
  }
  await ended;
}

function servesCluster(pid: number, data: string): boolean {
  if (processStart(pid) === undefined || processName(pid) !== 'postgres') return false;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
  } catch {
    // Without /proc the name and the pid in the cluster's own file must do.
    return true;
  }
}

function readPidFile(data: string): string[] {
  const path = join(data, 'postmaster.pid');
  try {
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  } catch {
    return [];
  }
}

/** Holds one end of a pipe; when this process dies, however suddenly, the other end closes and the server is told to end. */
function watch(pid: number, user: RunUser): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined;
  const script = 'read -r _; kill -INT "$1"';
  const watcher = spawn('/bin/sh', ['-c', script, 'sh', String(pid)], {
    ...asUser(user),
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.on('error', () => undefined);
  watcher.stdin?.on('error', () => undefined);
  watcher.unref();
  return watcher;
}
