import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

/** What the figures were measured on. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
  /** Load averages of 1, 5 and 15 minutes. */
  readonly load: readonly number[];
}

export function machine(): Machine {
  const [first] = cpus();
  return {
    cores: cpus().length,
    cpu: first?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    load: loadavg().map((each) => Math.round(each * 100) / 100),
  };
}

/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

interface ProcessTimes {
  readonly parent: number;
  readonly own: number;
  readonly ofEndedChildren: number;
}

/**
 * Seconds of processor time that the process, its children that run and those that have ended have used so far; null where
 * the system does not tell (no /proc).
 */
export function cpuSeconds(pid: number): number | null {
  const top = times(String(pid));
  if (!top) return null;
  const children = readdirSync('/proc').flatMap((name) => {
    const found = /^\d+$/.test(name) ? times(name) : null;
    return found?.parent === pid ? [found] : [];
  });
  return top.own + top.ofEndedChildren + children.reduce((sum, each) => sum + each.own + each.ofEndedChildren, 0);
}

function times(pid: string): ProcessTimes | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold spaces; the fields after it are numbered from 3 (proc_pid_stat(5)).
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const field = (number: number) => Number(fields[number - 3]);
    return {
      parent: field(4),
      own: (field(14) + field(15)) / TICKS_PER_SECOND,
      ofEndedChildren: (field(16) + field(17)) / TICKS_PER_SECOND,
    };
  } catch {
    return null;
  }
}
