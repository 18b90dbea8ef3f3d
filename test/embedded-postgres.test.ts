import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { processStart } from '../src/infrastructure/embedded/process-identity.ts';
import { isRoot } from '../src/infrastructure/embedded/run-user.ts';
import { StartupError } from '../src/startup-error.ts';
import { EmbeddedPlace, postmasterPid, query } from './support/embedded-place.ts';
import { unwritableFolder } from './support/unwritable-folder.ts';

const place = new EmbeddedPlace();
const NOBODY = { uid: 65_534, gid: 65_534 };

// Tests of what only root, or only Linux, can do: elsewhere there is nothing to test.
const asRoot = isRoot() ? test : () => undefined;
/** Also needs a checkout that another user can read, which one in root's private home is not. */
const asRootForOthers = readableFor(NOBODY) ? asRoot : () => undefined;
const inProc = existsSync('/proc') ? test : () => undefined;

describe('embedded Postgres', () => {
  test('makes a UTF-8 database that is open to nobody but the holder of its password', async () => {
    const { url, dataDir } = await place.start(place.folder);

    expect(await query(url, `SELECT current_database() || ' ' || current_setting('server_encoding') AS answer`)).toBe(
      'techsupport UTF8',
    );
    expect(await query(url, `SELECT inet_server_addr() || ' ' || lower('ÄΩЖ') AS answer`)).toBe('127.0.0.1/32 äωж');
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
    await expect(query(url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow('password');
  });

  test('finds letters of every alphabet by trigram', async () => {
    place.fillFromTemplate();
    const { url } = await place.start(place.folder);
    await query(url, 'CREATE EXTENSION pg_trgm');
    expect(await query<number>(url, `SELECT cardinality(show_trgm('привет')) AS answer`)).toBe(7);
  });

  test('keeps its data', async () => {
    const first = await place.start(place.folder);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();

    const second = await place.start(place.folder);
    expect(await query(second.url, 'SELECT answer FROM kept')).toBe(42);
  });

  test('works in a path with spaces and quotes', async () => {
    const { url, dataDir } = await place.start(join(place.folder, `a "place" of one's own`, 'with $HOME'));
    expect(await query(url, 'SELECT 1 AS answer')).toBe(1);
    expect(dataDir.startsWith(place.folder)).toBe(true);
  });

  test('leaves nothing running and nothing locked after stop, also when asked twice', async () => {
    place.fillFromTemplate();
    const postgres = await place.start(place.folder);
    const pid = postmasterPid(postgres.dataDir);
    await Promise.all([postgres.stop(), postgres.stop()]);
    expect(processStart(pid)).toBeUndefined();
    expect(existsSync(join(place.folder, 'instance.lock'))).toBe(false);
  });

  inProc('survives a Ctrl-C meant for the whole terminal: it is in no process group of ours', async () => {
    place.fillFromTemplate();
    const { dataDir } = await place.start(place.folder);
    const pid = postmasterPid(dataDir);
    const group = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2];
    expect(Number(group)).toBe(pid);
  });

  test('tells when the server ends by itself', async () => {
    place.fillFromTemplate();
    let tell: (message: string) => void = () => undefined;
    const told = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const { dataDir } = await place.start(place.folder, { onExit: tell });
    process.kill(postmasterPid(dataDir), 'SIGQUIT');
    expect(await told).toContain('ended unexpectedly');
  });
});

describe('a folder that cannot hold the database', () => {
  test('a file in the way is one sentence', async () => {
    writeFileSync(join(place.folder, 'file'), '');
    const error = await place.start(join(place.folder, 'file')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StartupError);
    expect(String(error)).toContain('a file is in its way');
  });

  asRoot('under a private home, root keeps the database elsewhere, says where, and finds it again', async () => {
    const home = join(place.folder, 'home');
    mkdirSync(home, { mode: 0o700 });
    const first = await place.start(join(home, 'project', '.data'));
    await query(first.url, 'CREATE TABLE kept AS SELECT 44 AS answer');
    await first.stop();
    expect(first.dataDir.startsWith(home)).toBe(false);
    expect(readFileSync(join(home, 'project', '.data', 'postgres-location.txt'), 'utf8')).toContain(first.dataDir);
    expect(statSync(home).mode & 0o777).toBe(0o700);

    const second = await place.start(join(home, 'project', '.data'));
    expect(second.dataDir).toBe(first.dataDir);
    expect(await query(second.url, 'SELECT answer FROM kept')).toBe(44);
    await second.stop();

    rmSync(first.dataDir, { recursive: true });
    await expect(place.start(join(home, 'project', '.data'))).rejects.toThrow('which has gone');
  });

  test('an empty folder that is private itself keeps the database all the same', async () => {
    chmodSync(place.folder, 0o700);
    const { dataDir } = await place.start(place.folder);
    expect(dataDir).toBe(join(place.folder, 'postgres'));
  });

  asRootForOthers('an ordinary user runs it as itself, and root then as that user', async () => {
    const user = NOBODY;
    const own = join(place.folder, 'own');
    mkdirSync(own);
    chownSync(own, user.uid, user.gid);
    const { child, told } = await place.startElsewhere(own, user);
    expect(told.message).toBeUndefined();
    expect(statSync(join(told.dataDir, 'data')).uid).toBe(user.uid);
    await query(told.url, 'CREATE TABLE kept AS SELECT 45 AS answer');
    child.stdin?.end();
    await once(child, 'exit');

    const asRoot = await place.start(own);
    expect(await query(asRoot.url, 'SELECT answer FROM kept')).toBe(45);
    await asRoot.stop();

    const again = await place.startElsewhere(own, user);
    expect(await query(again.told.url, 'SELECT answer FROM kept')).toBe(45);
    const refused = await place.startElsewhere(join(place.folder, 'of-root'), user);
    expect(refused.told.message).toContain('is not writable for this user');
  });

  test('one that is not writable is one sentence', async () => {
    const folder = unwritableFolder(place.folder);
    await expect(place.start(join(folder, 'data'))).rejects.toThrow('is not writable for this user');
    chmodSync(place.folder, 0o700);
  });
});

function readableFor(user: { uid: number; gid: number }): boolean {
  return isRoot() && spawnSync('cat', [import.meta.filename], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}
