import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { StartupError } from '../../startup-error.ts';

/** The user that Postgres runs as; empty when that is simply the user we run as. */
export interface RunUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** What a helper program gets to see: no locale, time zone or secret of ours. */
export const cleanEnvironment = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' };

/** True for root, as which Postgres refuses to run. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Whom to run a new cluster as: ourselves, or, as root, the user `postgres` (made when missing), else `nobody`.
 * @throws StartupError when root finds no other user.
 */
export async function findRunUser(name = 'postgres'): Promise<RunUser> {
  if (!isRoot()) return {};
  const found = lookUp(name) ?? ((await create(name)) ? lookUp(name) : undefined) ?? lookUp('nobody');
  if (found) return found;
  throw new StartupError(
    `Postgres refuses to run as root and this system has no other user for it: create one named ${name}, start as an ordinary user, or set DATABASE_URL.`,
  );
}

/** True when the user may enter `folder` and write there. Asked by doing it: mode bits alone know nothing of ACLs. */
export function canWriteIn(folder: string, user: RunUser): boolean {
  const script = 'cd -- "$1" && : > .probe && rm .probe';
  return spawnSync('/bin/sh', ['-c', script, 'sh', folder], asUser(user)).status === 0;
}

/** Options for a child of this user: the working directory is one that everybody can enter. */
export function asUser({ uid, gid }: RunUser) {
  return {
    cwd: '/',
    env: cleanEnvironment,
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  } as const;
}

function lookUp(name: string): { uid: number; gid: number } | undefined {
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
    const [uid, gid] = [id('-u'), id('-g')];
    return uid > 0 && Number.isInteger(gid) ? { uid, gid } : undefined;
  } catch {
    return undefined;
  }
}

async function create(name: string): Promise<boolean> {
  const attempts: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', name]],
    ['adduser', ['--system', '--group', '--no-create-home', name]],
    // BusyBox
    ['adduser', ['-S', '-D', '-H', name]],
  ];
  for (const [program, args] of attempts) {
    try {
      await promisify(execFile)(program, args, { env: cleanEnvironment });
      return true;
    } catch {
      // Not on this system, or /etc is read-only: the next one, else the caller falls back.
    }
  }
  return false;
}
