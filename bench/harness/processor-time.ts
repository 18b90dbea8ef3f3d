import { readdirSync, readFileSync } from 'node:fs';

/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** The processes whose time is told apart. */
export interface Measured {
  readonly server: number;
  readonly postgres: number;
}

/** Seconds of processor time; NaN where the system does not tell (no /proc). */
export type ProcessorTime = Record<keyof Measured, number>;

/** Starts to measure; each call of what it returns tells the time used since then. */
export function processorTime(pids: Measured): () => ProcessorTime {
  const read = (): ProcessorTime => ({ server: cpuSeconds(pids.server), postgres: cpuSeconds(pids.postgres) });
  const before = read();
  return () => {
    const now = read();
    return { server: now.server - before.server, postgres: now.postgres - before.postgres };
  };
}

interface ProcessTimes {
  readonly parent: number;
  readonly own: number;
  readonly ofEndedChildren: number;
}

/** Of the process, its children that run and those that have ended. */
function cpuSeconds(pid: number): number {
  const top = times(String(pid));
  if (!top) return Number.NaN;
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
