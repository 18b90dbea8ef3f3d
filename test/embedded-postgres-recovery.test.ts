import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keptSecret } from '../src/infrastructure/embedded/kept-secret.ts';
import { findPostgresBinaries } from '../src/infrastructure/embedded/postgres-binaries.ts';
import { spawnPostmaster, stopOrphan } from '../src/infrastructure/embedded/postmaster.ts';
import { gone } from '../src/infrastructure/embedded/process-identity.ts';
import { isRoot } from '../src/infrastructure/embedded/run-user.ts';
import { StartupError } from '../src/startup-error.ts';
import { EmbeddedPlace, postmasterPid, query } from './support/embedded-place.ts';

const place = new EmbeddedPlace();

describe('a second instance on the same data folder', () => {
  test('is refused with one sentence, in this process and in another', async () => {
    place.fillFromTemplate();
    await place.start(place.folder);
    const sentence = `The data folder ${place.folder} is in use by another instance (pid ${process.pid}). Stop it or set DATA_DIR.`;
    await expect(place.start(place.folder)).rejects.toThrow(new StartupError(sentence));
    const { told } = await place.startElsewhere(place.folder);
    expect(told).toMatchObject({ error: 'StartupError', message: `StartupError: ${sentence}` });
  });

  test('takes over a lock whose process has gone, whose pid is another process now, or that is half written', async () => {
    place.fillFromTemplate();
    const lock = { token: 't', host: hostname(), processStart: '1', startedAt: '' };
    for (const left of [JSON.stringify({ ...lock, pid: 2 ** 22 }), JSON.stringify({ ...lock, pid: 1 }), '{"tok']) {
      writeFileSync(join(place.folder, 'instance.lock'), left);
      const postgres = await place.start(place.folder);
      await postgres.stop();
    }
  });

  test('respects the lock of another host until that has been silent for half a minute', async () => {
    place.fillFromTemplate();
    const path = join(place.folder, 'instance.lock');
    const lock = { token: 't', host: 'another-host', pid: 7, processStart: '1', startedAt: '' };
    writeFileSync(path, JSON.stringify(lock));
    await expect(place.start(place.folder)).rejects.toThrow('(pid 7 on the host another-host)');
    utimesSync(path, new Date(Date.now() - 40_000), new Date(Date.now() - 40_000));
    await place.start(place.folder);
  });

  test('of two that start at the same time over a crashed one, exactly one runs', async () => {
    place.fillFromTemplate();
    const lock = { token: 't', host: hostname(), pid: 2 ** 22, processStart: '1', startedAt: '' };
    writeFileSync(join(place.folder, 'instance.lock'), JSON.stringify(lock));
    const both = await Promise.all([place.startElsewhere(place.folder), place.startElsewhere(place.folder)]);
    const refused = both.filter(({ told }) => told.error !== undefined);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.told.message).toContain('is in use by another instance');
  });
});

describe('a kept secret', () => {
  test('is made once, private, and the same for all who ask together', async () => {
    const asked = await Promise.all([1, 2, 3].map(() => keptSecret(place.folder, 'jwt-secret')));
    expect(new Set(asked).size).toBe(1);
    expect(Buffer.byteLength(asked[0] ?? '')).toBeGreaterThanOrEqual(32);
    expect(statSync(join(place.folder, 'jwt-secret')).mode & 0o777).toBe(0o600);
    expect(readdirSync(place.folder)).toEqual(['jwt-secret']);
    writeFileSync(join(place.folder, 'jwt-secret'), 'cut');
    await expect(keptSecret(place.folder, 'jwt-secret')).rejects.toThrow('is damaged');
  });
});

describe('after a crash', () => {
  test('kill -9 ends the server too, and the next start has every committed row', async () => {
    place.fillFromTemplate();
    const { child, told } = await place.startElsewhere(place.folder);
    await query(told.url, 'CREATE TABLE kept AS SELECT 43 AS answer');
    const pid = postmasterPid(told.dataDir);
    child.kill('SIGKILL');
    await once(child, 'exit');

    const next = await place.start(place.folder);
    expect(await query(next.url, 'SELECT answer FROM kept')).toBe(43);
    expect(await gone(pid, 5_000)).toBe(true);
  });

  test('a server that is still running on the cluster is stopped first', async () => {
    place.fillFromTemplate();
    const first = await place.start(place.folder);
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
    const orphan = spawnPostmaster(postgres, data, flags, join(place.folder, 'orphan.log'), user);
    await expect.poll(() => existsSync(join(data, 'postmaster.pid')), { timeout: 5_000 }).toBe(true);

    const second = await place.start(place.folder);
    await orphan.ended;
    expect(await query(second.url, 'SELECT 1 AS answer')).toBe(1);
  });

  test('a postmaster.pid whose pid now belongs to another program does not stop the start, nor is that program harmed', async () => {
    place.fillFromTemplate();
    const first = await place.start(place.folder);
    await first.stop();
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    place.children.push(stranger);
    writeFileSync(join(first.dataDir, 'data', 'postmaster.pid'), `${stranger.pid}\n${first.dataDir}/data\n1\n5432\n`);

    const second = await place.start(place.folder);
    expect(await query(second.url, 'SELECT 1 AS answer')).toBe(1);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  });

  test('a cluster folder without a server needs nothing stopped', async () => {
    mkdirSync(join(place.folder, 'data'));
    expect(await stopOrphan(join(place.folder, 'data'))).toBe('none');
  });

  test('a first start that was cut off is begun again', async () => {
    mkdirSync(join(place.folder, 'postgres', 'data.0badf00d', 'base'), { recursive: true });
    const { dataDir } = await place.start(place.folder);
    expect(existsSync(join(dataDir, 'data.0badf00d'))).toBe(false);
  });

  test('the port of the run before may be taken', async () => {
    place.fillFromTemplate();
    const first = await place.start(place.folder);
    const port = Number(new URL(first.url).port);
    await first.stop();
    const taker = createServer().listen(port, '127.0.0.1');
    await once(taker, 'listening');
    try {
      const second = await place.start(place.folder);
      expect(Number(new URL(second.url).port)).not.toBe(port);
    } finally {
      taker.close();
    }
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
