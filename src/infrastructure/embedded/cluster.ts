import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StartupError } from '../../startup-error.ts';
import type { ClusterFolder } from './cluster-folder.ts';
import { keptSecret } from './kept-secret.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { asUser } from './run-user.ts';

/** The one role of an embedded cluster; it owns everything in it. */
export const clusterUser = 'techsupport';

/**
 * lc_ctype still decides what pg_trgm takes for a letter, so with plain C only ASCII would be searchable by index.
 * Collation and case come from the provider built into Postgres and need none of these.
 */
const ctypes = ['C.UTF-8', 'en_US.UTF-8', 'UTF-8', 'C'];

/**
 * The password of the cluster, after making the cluster when there is none yet.
 * @throws StartupError when initdb fails or the password of an existing cluster is missing.
 */
export async function ensureCluster(folder: ClusterFolder, { initdb }: PostgresBinaries): Promise<string> {
  if (folder.initialised && !existsSync(join(folder.path, 'password'))) {
    throw new StartupError(
      `The database in ${folder.path} has lost its file "password": restore it from a backup, or set DATA_DIR to begin anew.`,
    );
  }
  const password = await keptSecret(folder.path, 'password');
  if (!folder.initialised) await create(folder, initdb);
  return password;
}

/**
 * Writes a new cluster through to the disk. It was made without waiting for that, which makes the first start quick;
 * nothing of value is in it before this has run.
 */
export async function syncCluster(folder: ClusterFolder, { initdb }: PostgresBinaries): Promise<void> {
  await promisify(execFile)(initdb, ['--sync-only', '-D', join(folder.path, 'data')], asUser(folder.user));
}

async function create({ path, user }: ClusterFolder, initdb: string): Promise<void> {
  const passwordFile = join(path, 'password');
  if (user.uid !== undefined && user.gid !== undefined) await chown(passwordFile, user.uid, user.gid);
  for (const left of await readdir(path)) {
    // Half-made by a start that was cut off.
    if (left.startsWith('data.')) await rm(join(path, left), { recursive: true, force: true });
  }
  // It gets its name when it is complete, so that no later start takes a half-made one for a cluster.
  const draft = join(path, `data.${randomBytes(4).toString('hex')}`);
  let problem = '';
  for (const ctype of ctypes) {
    const args = ['-D', draft, '-U', clusterUser, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    args.push('--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C');
    args.push(`--lc-ctype=${ctype}`, '--no-sync', '--no-instructions');
    try {
      await promisify(execFile)(initdb, args, asUser(user));
      await rename(draft, join(path, 'data'));
      return;
    } catch (error) {
      problem = explain(error);
      if (!/locale/.test(problem)) break;
    }
  }
  await rm(draft, { recursive: true, force: true });
  if (/No space left/.test(problem)) {
    throw new StartupError(`The disk of ${path} is full: free about 200 MB, or set DATA_DIR to a folder elsewhere.`);
  }
  throw new StartupError(`No database could be made in ${path} (${problem}): mend that, or set DATABASE_URL.`);
}

function explain(error: unknown): string {
  const output = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : '';
  const lines = (output || String(error)).split('\n').map((line) => line.trim());
  const told = lines.filter((line) => /error|fatal|could not|invalid/i.test(line));
  return (told.length > 0 ? told : lines).filter(Boolean).slice(0, 2).join('; ').replace(/\.$/, '');
}
