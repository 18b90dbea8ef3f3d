import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { ServerPlace } from './support/server-place.ts';
import { runServer, type ServerProcess } from './support/server-process.ts';
import { unwritableFolder } from './support/unwritable-folder.ts';

const place = new ServerPlace();
const production = { NODE_ENV: 'production', JWT_SECRET: 'a secret of at least thirty-two bytes' };

/** What the server says when it cannot start; fails unless that is all it says, without a stack, and it exits 1. */
async function refusal(env: Record<string, string>): Promise<string[]> {
  const { code, stdout, stderr } = await runServer({ env });
  expect({ code, stdout, stack: /^ +at /m.test(stderr) }).toEqual({ code: 1, stdout: '', stack: false });
  return stderr.trimEnd().split('\n');
}

describe('a start that cannot succeed says why in a sentence and exits 1', () => {
  let running: ServerProcess;
  let dataDir: string;

  beforeAll(async () => {
    dataDir = place.folder();
    running = await place.start({ env: { DATA_DIR: dataDir } });
  });

  test('the data folder is used by another instance', async () => {
    const sentence = `The data folder ${dataDir} is in use by another instance \\(pid \\d+\\)\\. Stop it or set DATA_DIR\\.`;
    expect(await refusal({ DATA_DIR: dataDir, PORT: '0' })).toEqual([expect.stringMatching(sentence)]);
    expect((await fetch(`${running.origin}/health/ready`)).status).toBe(200);
  });

  test('the port is taken', async () => {
    const { port } = new URL(running.origin);
    const databaseUrl = await place.emptyDatabase();
    expect(await refusal({ DATABASE_URL: databaseUrl, DATA_DIR: place.folder(), PORT: port })).toEqual([
      `Port ${port} is taken: stop what listens there, or set PORT to another one.`,
    ]);
  });

  test('the host is no address of this machine', async () => {
    const databaseUrl = await place.emptyDatabase();
    // 192.0.2.0/24 is for documentation: no machine has an address in it (RFC 5737).
    const env = { DATABASE_URL: databaseUrl, DATA_DIR: place.folder(), PORT: '0', HOST: '192.0.2.1' };
    expect(await refusal(env)).toEqual([
      'HOST 192.0.2.1 is no address of this machine: set HOST to one, or to 0.0.0.0 for all of them.',
    ]);
  });

  test('nothing listens at DATABASE_URL', async () => {
    const port = await closedPort();
    const url = `postgres://desk:top-secret@127.0.0.1:${port}/tickets`;
    expect(await refusal({ DATABASE_URL: url, DATA_DIR: place.folder() })).toEqual([
      `The database tickets at 127.0.0.1:${port} cannot be used (connect ECONNREFUSED 127.0.0.1:${port}): check DATABASE_URL and that the server runs.`,
    ]);
  });

  test('DATABASE_URL has a wrong password, which is not told to the log', async () => {
    const url = new URL(inject('postgres').adminUrl);
    url.password = 'top-secret';
    const lines = await refusal({ DATABASE_URL: url.href, DATA_DIR: place.folder() });
    expect(lines).toEqual([expect.stringContaining('password authentication failed')]);
    expect(lines.join()).not.toContain('top-secret');
  });

  test('the data folder lies behind a file', async () => {
    const file = join(place.folder(), 'notes.txt');
    writeFileSync(file, '');
    const folder = join(file, 'data');
    expect(await refusal({ DATA_DIR: folder })).toEqual([
      `${folder} cannot be a folder because a file is in its way: move the file, or set DATA_DIR to another folder.`,
    ]);
  });

  test('the data folder is not writable', async () => {
    const folder = join(unwritableFolder(place.folder()), 'data');
    expect(await refusal({ DATA_DIR: folder })).toEqual([
      `The folder ${folder} is not writable for this user: change its owner or permissions, or set DATA_DIR to another folder.`,
    ]);
  });

  test('the database of a production server has no user and ADMIN_PASSWORD is not set', async () => {
    const databaseUrl = await place.emptyDatabase();
    const env = { ...production, DATABASE_URL: databaseUrl, DATA_DIR: place.folder(), PORT: '0' };
    expect(await refusal(env)).toEqual([
      'The database has no user yet: set ADMIN_PASSWORD to the password that admin@techsupport.pro shall sign in with.',
    ]);
  });
});

describe('mistakes in the configuration', () => {
  test('are told all at once, a sentence each', async () => {
    const lines = await refusal({
      NODE_ENV: 'production',
      PORT: 'eighty',
      DATABASE_URL: 'mysql://desk:top-secret@localhost/tickets',
      ADMIN_PASSWORD: 'short',
      IMPORT_CONCURRENCY: '0',
    });
    expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual(
      ['ADMIN_PASSWORD', 'DATABASE_URL', 'IMPORT_CONCURRENCY', 'JWT_SECRET', 'PORT'].sort(),
    );
    expect(lines.every((line) => line.endsWith('.'))).toBe(true);
    expect(lines.join()).not.toContain('top-secret');
  });

  test('production needs a JWT_SECRET of 32 bytes, and an admin password that not everybody knows', async () => {
    const missing = await refusal({ NODE_ENV: 'production' });
    expect(missing).toEqual([expect.stringMatching(/^JWT_SECRET is not set: .*at least 32 random bytes/)]);
    const weak = await refusal({ NODE_ENV: 'production', JWT_SECRET: 'too short', ADMIN_PASSWORD: 'admin123' });
    expect(weak).toEqual([
      expect.stringMatching(/^JWT_SECRET has 9 bytes: /),
      expect.stringMatching(/^ADMIN_PASSWORD is the one that everybody knows/),
    ]);
  });
});

/** A port of 127.0.0.1 on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.');
  return address.port;
}
