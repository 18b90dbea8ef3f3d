import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** Far more than a run writes at a time. */
const WANTED_BYTES = 4 * 2 ** 30;
const PREFIX = 'techsupport-tests-';

export interface TestFolder {
  readonly path: string;
  readonly isMemory: boolean;
  /** Removes it, and what the tests have left in it. */
  remove(): void;
}

/** Where a run of the tests writes: in memory where there is room for it, since nothing of it must survive. */
export function makeTestFolder(): TestFolder {
  const isMemory = hasRoom(MEMORY);
  const root = isMemory ? MEMORY : tmpdir();
  removeAbandoned(root);
  const path = mkdtempSync(join(root, `${PREFIX}${process.pid}-`));
  // As open as the folder it stands for: servers of tests run as other users too.
  chmodSync(path, 0o1777);
  return { path, isMemory, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 10 }) };
}

function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= WANTED_BYTES;
  } catch {
    return false;
  }
}

/** A run that was killed leaves its folder, which holds memory. */
function removeAbandoned(root: string): void {
  for (const name of readdirSync(root)) {
    const [, pid] = name.startsWith(PREFIX) ? (/-(\d+)-[^-]*$/.exec(name) ?? []) : [];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(root, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
