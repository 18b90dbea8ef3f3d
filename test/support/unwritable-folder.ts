import { chmodSync } from 'node:fs';
import { isRoot } from '../../src/infrastructure/embedded/run-user.ts';

/** A folder in which this user can make nothing: `own` without its write permission; of root, who may write everywhere, the kernel's. */
export function unwritableFolder(own: string): string {
  if (isRoot()) return '/sys';
  chmodSync(own, 0o500);
  return own;
}
