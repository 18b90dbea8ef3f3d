import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot } from './run-user.ts';

/**
 * Where binaries or data go when they cannot stay where they are, best first; only folders that exist now and
 * that nobody else can write to. For root they can be entered by every user.
 */
export function* fallbackFolders(): Generator<string> {
  const uid = process.getuid?.() ?? 'user';
  const lasting = isRoot() ? '/var/lib/techsupport-pro' : join(homedir(), '.local', 'share', 'techsupport-pro');
  for (const folder of [lasting, join(tmpdir(), `techsupport-pro-${uid}`)]) {
    if (make(folder)) yield folder;
  }
}

function make(folder: string): boolean {
  try {
    const made = mkdirSync(folder, { recursive: true });
    if (made !== undefined && isRoot()) chmodSync(folder, 0o755);
    // In /tmp somebody else may have put something under this name first.
    const found = lstatSync(folder);
    return found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid) && (found.mode & 0o022) === 0;
  } catch {
    return false;
  }
}
