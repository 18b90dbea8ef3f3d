import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const SAMPLE_MS = 50;
const RESET_PEAK = '5';

/**
 * Watches the resident memory of a process and of all that it starts. What it returns ends that and tells the most that they had
 * at a time, in MiB; NaN where the system does not tell (no /proc). The process's own peak is the kernel's, and exact; with those
 * of its children it is looked at every 50 ms.
 */
export function watchMemory(pid: number): () => number {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, RESET_PEAK);
  } catch {
    return () => Number.NaN;
  }
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, treeOf(pid));
  };
  const looking = setInterval(look, SAMPLE_MS);
  return () => {
    clearInterval(looking);
    look();
    return Math.max(peak, kibOf(pid, 'VmHWM')) / 1_024;
  };
}

function treeOf(pid: number): number {
  return kibOf(pid, 'VmRSS') + childrenOf(pid).reduce((sum, child) => sum + treeOf(child), 0);
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function kibOf(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  try {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(found?.[1] ?? 0);
  } catch {
    // It has ended.
    return 0;
  }
}
