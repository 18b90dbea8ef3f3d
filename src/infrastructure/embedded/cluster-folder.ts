import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '../../startup-error.ts';
import { fallbackFolders } from './fallback-folders.ts';
import { canWriteIn, findRunUser, isRoot, type RunUser } from './run-user.ts';

/** Where a cluster lies and whom it runs as. */
export interface ClusterFolder {
  /** Holds `data` (the cluster proper), `password` and `postgres.log`. */
  readonly path: string;
  readonly user: RunUser;
  /** False before the first start. */
  readonly initialised: boolean;
}

/**
 * The folder of the cluster that belongs to `dataDir`: `<dataDir>/postgres`, or, where the Postgres user cannot reach
 * or keep that private, a folder elsewhere that the readable file `<dataDir>/postgres-location.txt` names.
 * An existing cluster runs as its owner, so that root and that owner can start it in turn.
 * @throws StartupError when it cannot be reached, or nowhere is a place for it.
 */
export async function findClusterFolder(dataDir: string): Promise<ClusterFolder> {
  const pointer = join(dataDir, 'postgres-location.txt');
  const wanted = join(dataDir, 'postgres');
  const named = readPointer(pointer);
  if (named !== undefined && !existsSync(named)) {
    throw new StartupError(
      `The database of ${dataDir} was kept in ${named}, which has gone: bring it back, or delete ${pointer} to begin with an empty database.`,
    );
  }
  const path = named ?? wanted;
  if (isInitialised(path)) return existing(path);

  const user = await findRunUser();
  if (prepare(path, user)) return { path, user, initialised: false };
  if (named === undefined) rmdirSync(path);
  return { path: placeElsewhere(dataDir, pointer, user), user, initialised: false };
}

function isInitialised(path: string): boolean {
  return existsSync(join(path, 'data', 'PG_VERSION'));
}

function existing(path: string): ClusterFolder {
  const { uid, gid } = statSync(join(path, 'data'));
  if (!isRoot()) return { path, user: {}, initialised: true };
  if (uid === 0) {
    throw new StartupError(
      `The database in ${path} belongs to root, as whom Postgres refuses to run: give the folder to another user (chown -R), or set DATA_DIR to another folder.`,
    );
  }
  if (!canWriteIn(path, { uid, gid })) {
    throw new StartupError(
      `The database in ${path} belongs to the user with id ${uid}, who cannot reach it there: let that user enter the folders above it, or set DATA_DIR to another folder.`,
    );
  }
  return { path, user: { uid, gid }, initialised: true };
}

/** Makes the folder, private to the user; false when the user cannot use it or the disk knows no private folders. */
function prepare(path: string, user: RunUser): boolean {
  mkdirSync(path, { recursive: true });
  if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid);
  chmodSync(path, 0o700);
  // Postgres refuses a folder that others can enter; mounts of foreign file systems show all as open.
  const isPrivate = process.platform === 'win32' || (statSync(path).mode & 0o077) === 0;
  return isPrivate && (!isRoot() || canWriteIn(path, user));
}

function placeElsewhere(dataDir: string, pointer: string, user: RunUser): string {
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 8);
  for (const folder of fallbackFolders()) {
    // A new folder each time: without a pointer nothing says that an older one is still this data folder's.
    const path = mkdtempSync(join(folder, `data-${hash}-`));
    if (!prepare(path, user)) {
      rmdirSync(path);
      continue;
    }
    writeFileSync(
      pointer,
      `The database cannot lie in this folder, because its server cannot reach it or keep it private here.\nIt lies in the folder on the next line; whoever deletes or moves one should do so with the other.\n${path}\n`,
    );
    return path;
  }
  throw new StartupError(
    `The Postgres server cannot use the folder ${dataDir}, nor one elsewhere: set DATA_DIR to a folder that every user can enter, or set DATABASE_URL.`,
  );
}

function readPointer(pointer: string): string | undefined {
  if (!existsSync(pointer)) return undefined;
  const lines = readFileSync(pointer, 'utf8').split('\n').filter(Boolean);
  const path = lines.at(-1);
  if (path?.startsWith('/')) return path;
  throw new StartupError(`The last line of ${pointer} must be the absolute path of the database's folder: restore it.`);
}
