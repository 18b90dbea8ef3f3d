import { type FileHandle, mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'techsupport-import-';

/** A temporary file of this process's own. */
export interface Spool {
  readonly path: string;
  /** Deletes it. */
  remove(): Promise<void>;
}

/** Makes a temporary file that only this user may read, filled by `write`; when that fails, nothing is left of it. */
export async function spoolFile(write: (file: FileHandle) => Promise<void>): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  const remove = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, 'upload');
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await write(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, remove };
}

/** Deletes the temporary files that killed processes left behind, if last touched before `before`. */
export async function removeSpools(before: Date): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  for (const folder of names.map((name) => join(tmpdir(), name))) {
    // Gone meanwhile, or another user's: nothing to do here.
    const found = await stat(folder).catch(() => null);
    if (found && found.mtime < before) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}
