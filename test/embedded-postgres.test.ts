import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findPostgresBinaries } from '../src/infrastructure/embedded/postgres-binaries.ts';
import { spawnPostmaster, stopOrphan } from '../src/infrastructure/embedded/postmaster.ts';
import { gone, processStart } from '../src/infrastructure/embedded/process-identity.ts';
import { isRoot } from '../src/infrastructure/embedded/run-user.ts';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../src/infrastructure/embedded/start-embedded-postgres.ts';
import { StartupError } from '../src/startup-error.ts';

const quiet = { info: () => undefined, warn: () => undefined };
const instanceScript = join(import.meta.dirname, 'support', 'embedded-instance.ts');

let template: string;
let folder: string;
let started: EmbeddedPostgres[];
let children: ChildProcess[];

// Making a cluster takes most of a second; the tests that do not care about the first start copy this one.
beforeAll(async () => {
  template = mkdtempSync(join(tmpdir(), 'embedded-template-'));
  chmodSync(template, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir: template, log: quiet, settings: { fsync: 'off' } });
  await postgres.stop();
});

afterAll(() => rmSync(template, { recursive: true, force: true }));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedded-test-'));
  chmodSync(folder, 0o755);
  started = [];
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(started.map((postgres) => postgres.stop()));
  for (const { dataDir } of started) if (!dataDir.startsWith(folder)) rmSync(dataDir, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** The folder as a first start and a stop leave it. */
function startedBefore(): void {
  execFileSync('cp', ['-a', `${template}/.`, folder]);
}

async function start(dataDir: string, options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, log: quiet, settings: { fsync: 'off' }, ...options });
  started.push(postgres);
  return postgres;
}

async function query<T = unknown>(url: string, sql: string): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query(sql);
    return result.rows[0]?.answer as T;
  } finally {
    await client.end();
  }
}

interface Told {
  url: string;
  dataDir: string;
  error?: string;
  message: string;
}

/** Another process that starts an instance; settles with the line it prints. */
async function startElsewhere(dataDir: string, user: { uid?: number; gid?: number } = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', instanceScript, dataDir], {
    ...user,
    env: { ...process.env, HOME: folder },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, told: JSON.parse(String(line)) as Told };
}

function postmasterPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

describe('embedded Postgres', () => {
  test('makes a UTF-8 database that is open to nobody but the holder of its password', async () => {
    const { url, dataDir } = await start(folder);

    expect(await query(url, `SELECT current_database() || ' ' || current_setting('server_encoding') AS answer`)).toBe(
      'techsupport UTF8',
    );
    expect(await query(url, `SELECT inet_server_addr() || ' ' || lower('ÄΩЖ') AS answer`)).toBe('127.0.0.1/32 äωж');
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
    await expect(query(url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow('password');
  });

  test('finds letters of every alphabet by trigram', async () => {
    startedBefore();
    const { url } = await start(folder);
    await query(url, 'CREATE EXTENSION pg_trgm');
    expect(await query<number>(url, `SELECT cardinality(show_trgm('привет')) AS answer`)).toBe(7);
  });

  test('keeps its data, and needs less than a second the second time', async () => {
    const first = await start(folder);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();

    const before = performance.now();
    const second = await start(folder);
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(await query(second.url, 'SELECT answer FROM kept')).toBe(42);
  });

  test('works in a path with spaces and quotes', async () => {
    const { url, dataDir } = await start(join(folder, `a "place" of one's own`, 'with $HOME'));
    expect(await query(url, 'SELECT 1 AS answer')).toBe(1);
    expect(dataDir.startsWith(folder)).toBe(true);
  });

  test('leaves nothing running and nothing locked after stop, also when asked twice', async () => {
    startedBefore();
    const postgres = await start(folder);
    const pid = postmasterPid(postgres.dataDir);
    await Promise.all([postgres.stop(), postgres.stop()]);
    expect(processStart(pid)).toBeUndefined();
    expect(existsSync(join(folder, 'instance.lock'))).toBe(false);
  });

  test('survives a Ctrl-C meant for the whole terminal: it is in no process group of ours', async () => {
    startedBefore();
    const { dataDir } = await start(folder);
    const pid = postmasterPid(dataDir);
    const group = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2];
    expect(Number(group)).toBe(pid);
  });

  test('tells when the server ends by itself', async () => {
    startedBefore();
    let tell: (message: string) => void = () => undefined;
    const told = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const { dataDir } = await start(folder, { onExit: tell });
    process.kill(postmasterPid(dataDir), 'SIGQUIT');
    expect(await told).toContain('ended unexpectedly');
  });
});

describe('a second instance on the same data folder', () => {
  test('is refused with one sentence, in this process and in another', async () => {
    startedBefore();
    await start(folder);
    const sentence = `The data folder ${folder} is in use by another instance (pid ${process.pid}). Stop it or set DATA_DIR.`;
    await expect(start(folder)).rejects.toThrow(new StartupError(sentence));
    const { told } = await startElsewhere(folder);
    expect(told).toMatchObject({ error: 'StartupError', message: `StartupError: ${sentence}` });
  });

  test('takes over a lock whose process has gone, whose pid is another process now, or that is half written', async () => {
    startedBefore();
    const lock = { token: 't', host: hostname(), processStart: '1', startedAt: '' };
    for (const left of [JSON.stringify({ ...lock, pid: 2 ** 22 }), JSON.stringify({ ...lock, pid: 1 }), '{"tok']) {
      writeFileSync(join(folder, 'instance.lock'), left);
      const postgres = await start(folder);
      await postgres.stop();
    }
  });

  test('respects the lock of another host until that has been silent for half a minute', async () => {
    startedBefore();
    const path = join(folder, 'instance.lock');
    const lock = { token: 't', host: 'another-host', pid: 7, processStart: '1', startedAt: '' };
    writeFileSync(path, JSON.stringify(lock));
    await expect(start(folder)).rejects.toThrow('(pid 7 on the host another-host)');
    utimesSync(path, new Date(Date.now() - 40_000), new Date(Date.now() - 40_000));
    await start(folder);
  });
});

describe('after a crash', () => {
  test('kill -9 ends the server too, and the next start has every committed row', async () => {
    startedBefore();
    const { child, told } = await startElsewhere(folder);
    await query(told.url, 'CREATE TABLE kept AS SELECT 43 AS answer');
    const pid = postmasterPid(told.dataDir);
    child.kill('SIGKILL');
    await once(child, 'exit');

    const next = await start(folder);
    expect(await query(next.url, 'SELECT answer FROM kept')).toBe(43);
    expect(await gone(pid, 5_000)).toBe(true);
  });

  test('a server that is still running on the cluster is stopped first', async () => {
    startedBefore();
    const first = await start(folder);
    await first.stop();
    const { uid, gid } = statSync(join(first.dataDir, 'data'));
    const user = isRoot() ? { uid, gid } : {};
    const { postgres } = await findPostgresBinaries(user);
    const flags = [
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
      '-p',
      String(await freePort()),
    ];
    const data = join(first.dataDir, 'data');
    const orphan = spawnPostmaster(postgres, data, flags, join(folder, 'orphan.log'), user);
    await expect.poll(() => existsSync(join(data, 'postmaster.pid')), { timeout: 5_000 }).toBe(true);

    const second = await start(folder);
    await orphan.ended;
    expect(await query(second.url, 'SELECT 1 AS answer')).toBe(1);
  });

  test('a postmaster.pid whose pid now belongs to another program does not stop the start, nor is that program harmed', async () => {
    startedBefore();
    const first = await start(folder);
    await first.stop();
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    children.push(stranger);
    writeFileSync(join(first.dataDir, 'data', 'postmaster.pid'), `${stranger.pid}\n${first.dataDir}/data\n1\n5432\n`);

    const second = await start(folder);
    expect(await query(second.url, 'SELECT 1 AS answer')).toBe(1);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  });

  test('a cluster folder without a server needs nothing stopped', async () => {
    mkdirSync(join(folder, 'data'));
    expect(await stopOrphan(join(folder, 'data'))).toBe('none');
  });

  test('a first start that was cut off is begun again', async () => {
    mkdirSync(join(folder, 'postgres', 'data.0badf00d', 'base'), { recursive: true });
    const { dataDir } = await start(folder);
    expect(existsSync(join(dataDir, 'data.0badf00d'))).toBe(false);
  });

  test('the port of the run before may be taken', async () => {
    startedBefore();
    const first = await start(folder);
    const port = Number(new URL(first.url).port);
    await first.stop();
    const taker = createServer().listen(port, '127.0.0.1');
    await once(taker, 'listening');
    try {
      const second = await start(folder);
      expect(Number(new URL(second.url).port)).not.toBe(port);
    } finally {
      taker.close();
    }
  });
});

describe('a folder that cannot hold the database', () => {
  test('a file in the way is one sentence', async () => {
    writeFileSync(join(folder, 'file'), '');
    const error = await start(join(folder, 'file')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StartupError);
    expect(String(error)).toContain('a file is in its way');
  });

  test.runIf(isRoot())(
    'under a private home, root keeps the database elsewhere, says where, and finds it again',
    async () => {
      const home = join(folder, 'home');
      mkdirSync(home, { mode: 0o700 });
      const first = await start(join(home, 'project', '.data'));
      await query(first.url, 'CREATE TABLE kept AS SELECT 44 AS answer');
      await first.stop();
      expect(first.dataDir.startsWith(home)).toBe(false);
      expect(readFileSync(join(home, 'project', '.data', 'postgres-location.txt'), 'utf8')).toContain(first.dataDir);
      expect(statSync(home).mode & 0o777).toBe(0o700);

      const second = await start(join(home, 'project', '.data'));
      expect(second.dataDir).toBe(first.dataDir);
      expect(await query(second.url, 'SELECT answer FROM kept')).toBe(44);
      await second.stop();

      rmSync(first.dataDir, { recursive: true });
      await expect(start(join(home, 'project', '.data'))).rejects.toThrow('which has gone');
    },
  );

  test.runIf(isRoot())('an ordinary user runs it as itself, and root then as that user', async () => {
    const user = { uid: 65_534, gid: 65_534 };
    const own = join(folder, 'own');
    mkdirSync(own);
    chownSync(own, user.uid, user.gid);
    const { child, told } = await startElsewhere(own, user);
    expect(told.message).toBeUndefined();
    expect(statSync(join(told.dataDir, 'data')).uid).toBe(user.uid);
    await query(told.url, 'CREATE TABLE kept AS SELECT 45 AS answer');
    child.stdin?.end();
    await once(child, 'exit');

    const asRoot = await start(own);
    expect(await query(asRoot.url, 'SELECT answer FROM kept')).toBe(45);
    await asRoot.stop();

    const again = await startElsewhere(own, user);
    expect(await query(again.told.url, 'SELECT answer FROM kept')).toBe(45);
    const refused = await startElsewhere(join(dirname(own), 'of-root'), user);
    expect(refused.told.message).toContain('is not writable for this user');
  });

  test.skipIf(isRoot())('an ordinary user is told when the folder is not writable', async () => {
    chmodSync(folder, 0o500);
    await expect(start(join(folder, 'data'))).rejects.toThrow('is not writable for this user');
    chmodSync(folder, 0o700);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
