import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isSystemError, StartupError } from '../../startup-error.ts';
import { processStart } from './process-identity.ts';

const heartbeatMs = 5_000;
const silentMs = 30_000;

interface LockContent {
  readonly token: string;
  readonly host: string;
  readonly pid: number;
  readonly processStart: string;
  readonly startedAt: string;
}

/** Held as long as this process uses the data folder. */
export interface InstanceLock {
  /** Gives the folder free; synchronous, so that it also works while the process exits. May be called twice. */
  release(): void;
}

/**
 * Takes `<dataDir>/instance.lock`, so that one instance at a time uses the folder.
 * A lock left behind by a crash is taken over. On the same host its process is looked up; a lock of another host
 * (two containers on one volume) counts as left behind after 30 seconds without a heartbeat.
 * @throws StartupError when another instance holds it.
 */
export function acquireInstanceLock(dataDir: string): InstanceLock {
  const path = join(dataDir, 'instance.lock');
  const mine: LockContent = {
    token: randomUUID(),
    host: hostname(),
    pid: process.pid,
    processStart: processStart(process.pid) ?? 'unknown',
    startedAt: new Date().toISOString(),
  };
  const draft = `${path}.${mine.token}`;
  writeFileSync(draft, `${JSON.stringify(mine)}\n`, { flag: 'wx' });
  try {
    while (!put(draft, path)) removeIfStale(path, dataDir);
  } finally {
    unlinkSync(draft);
  }
  const heartbeat = setInterval(() => touch(path), heartbeatMs).unref();
  return {
    release() {
      clearInterval(heartbeat);
      if (read(path)?.token === mine.token) unlinkSync(path);
    },
  };
}

/** A hard link appears with its content or not at all, and never replaces a file. */
function put(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    if (!isSystemError(error, 'EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK')) throw error;
  }
  // A file system without hard links.
  try {
    writeFileSync(path, readFileSync(draft), { flag: 'wx' });
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    throw error;
  }
}

function removeIfStale(path: string, dataDir: string): void {
  const found = read(path);
  if (found && isHeld(found, path)) throw inUse(dataDir, found);
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return;
    throw error;
  }
  // Between the look and the rename another instance may have taken over: then this is its lock, and it goes back.
  const moved = read(aside);
  const taken = moved !== undefined && moved.token !== found?.token;
  if (taken) put(aside, path);
  unlinkSync(aside);
  if (taken) throw inUse(dataDir, moved);
}

function isHeld(lock: LockContent, path: string): boolean {
  if (lock.host !== hostname()) return Date.now() - (modifiedAt(path) ?? 0) < silentMs;
  const start = processStart(lock.pid);
  return start !== undefined && (start === lock.processStart || start === 'unknown');
}

function inUse(dataDir: string, lock: LockContent): StartupError {
  const where = lock.host === hostname() ? '' : ` on the host ${lock.host}`;
  return new StartupError(
    `The data folder ${dataDir} is in use by another instance (pid ${lock.pid}${where}). Stop it or set DATA_DIR.`,
  );
}

function read(path: string): LockContent | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isLockContent(content) ? content : undefined;
  } catch (error) {
    // Half-written by a crash, or gone: nobody holds it.
    if (error instanceof SyntaxError || isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isLockContent(value: unknown): value is LockContent {
  if (typeof value !== 'object' || value === null) return false;
  const { token, host, pid, processStart: start } = value as Partial<Record<keyof LockContent, unknown>>;
  return typeof token === 'string' && typeof host === 'string' && typeof pid === 'number' && typeof start === 'string';
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // The folder has been removed under us; the next start finds no lock, as it should.
  }
}

function modifiedAt(path: string): number | undefined {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return undefined;
  }
}
