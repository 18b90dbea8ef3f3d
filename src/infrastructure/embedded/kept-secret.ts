import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderProblem, isSystemError, StartupError } from '../../startup-error.ts';

/**
 * The secret `<folder>/<name>`: made once from 32 random bytes (43 URL-safe characters, mode 600), read ever after.
 * Several processes may ask at the same time; all get the same.
 * @throws StartupError when the folder cannot be written or the file holds less than 32 characters.
 */
export async function keptSecret(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  try {
    return (await read(path)) ?? (await make(folder, path));
  } catch (error) {
    throw folderProblem(folder, error);
  }
}

async function make(folder: string, path: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    // Whole or not at all, and the first one wins.
    await link(draft, path);
  } catch (error) {
    if (isSystemError(error, 'EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP')) await copyOnce(draft, path);
    else if (!isSystemError(error, 'EEXIST')) throw error;
  } finally {
    await unlink(draft);
  }
  const secret = await read(path);
  if (secret === undefined) throw new StartupError(`The file ${path} disappeared while it was made: start again.`);
  return secret;
}

async function copyOnce(draft: string, path: string): Promise<void> {
  try {
    await writeFile(path, await readFile(draft), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
}

async function read(path: string): Promise<string | undefined> {
  let secret: string;
  try {
    secret = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
  if (secret.length < 32) {
    throw new StartupError(`The secret in ${path} is damaged: restore the file, or delete it to get a new one.`);
  }
  return secret;
}
