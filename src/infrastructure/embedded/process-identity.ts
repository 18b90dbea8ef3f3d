import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isSystemError } from '../../startup-error.ts';

/**
 * When the process `pid` started, as an opaque text; undefined when there is no such process.
 * A pid alone proves nothing, because the system gives it out again: the pair (pid, start) does.
 * A zombie counts as gone: in a container nobody may ever reap it, and `kill(pid, 0)` would find it forever.
 */
export function processStart(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0 || !signal(pid, 0)) return undefined;
  const linux = statOf(pid);
  if (linux) return linux.state === 'Z' || linux.state === 'X' ? undefined : linux.start;
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return 'unknown';
  }
}

/** The name of the program that `pid` runs ("postgres", "node"); undefined when that cannot be told. */
export function processName(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    // No /proc here, or the process has gone.
  }
  try {
    const path = execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return path.split('/').at(-1) || undefined;
  } catch {
    return undefined;
  }
}

/** Sends a signal (0 only asks); false when the process does not exist. A process of another user exists. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    return isSystemError(error, 'EPERM');
  }
}

/** Waits until the process has gone or `milliseconds` have passed; true when it has gone. */
export async function gone(pid: number, milliseconds: number): Promise<boolean> {
  const start = processStart(pid);
  for (const end = performance.now() + milliseconds; start !== undefined && processStart(pid) === start; ) {
    if (performance.now() > end) return false;
    await delay(20);
  }
  return true;
}

/** Fields 3 (state) and 22 (start, in clock ticks since boot) of proc_pid_stat(5). */
function statOf(pid: number): { state: string; start: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name stands in parentheses and may itself hold blanks and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields[0], fields[19]];
    return state && start ? { state, start } : undefined;
  } catch {
    return undefined;
  }
}
