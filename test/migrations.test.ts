import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { MIGRATIONS_FOLDER, migrate } from '../src/infrastructure/postgres/migrate.ts';
import { databaseUrl, execute } from './support/execute.ts';
import { createTestDatabase, type TestDatabase } from './support/postgres.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EMPTY = `test_empty_${process.pid}`;

let template: TestDatabase;
beforeAll(async () => {
  template = await createTestDatabase();
});
afterAll(async () => {
  await template.drop();
  await execute(inject('postgres').adminUrl, `DROP DATABASE IF EXISTS ${EMPTY} WITH (FORCE)`);
});

async function read<T>(url: string, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as T[];
  } finally {
    await client.end();
  }
}

/** Everything that a migration can make, in words. */
const shapeOf = (url: string) =>
  read(
    url,
    `SELECT 'column' AS kind, table_name || '.' || column_name AS name, concat_ws(' ', data_type, is_nullable, column_default) AS what
       FROM information_schema.columns WHERE table_schema = 'public'
     UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
     UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
     ORDER BY 1, 2, 3`,
  );

it('are complete: the schema in code needs no other migration', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'techsupport-drizzle-'));
  try {
    await cp(MIGRATIONS_FOLDER, folder, { recursive: true });
    const before = (await readdir(folder, { recursive: true })).toSorted();
    const require = createRequire(import.meta.url);
    const kit = join(dirname(require.resolve('drizzle-kit')), 'bin.cjs');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        kit,
        'generate',
        '--dialect=postgresql',
        '--schema=./src/infrastructure/postgres/schema/*.ts',
        `--out=${relative(ROOT, folder)}`,
      ],
      { cwd: ROOT },
    );
    expect(stdout).toContain('No schema changes');
    expect((await readdir(folder, { recursive: true })).toSorted()).toEqual(before);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it('change nothing when they run again', async () => {
  const before = await shapeOf(template.url);
  await migrate(template.url);
  expect(await shapeOf(template.url)).toEqual(before);
});

it('run once when four processes start together on an empty database', async () => {
  const { adminUrl } = inject('postgres');
  await execute(adminUrl, `CREATE DATABASE ${EMPTY}`);
  const url = databaseUrl(adminUrl, EMPTY);
  await Promise.all(Array.from({ length: 4 }, () => migrate(url)));
  expect(await shapeOf(url)).toEqual(await shapeOf(template.url));
  const ran = await read<{ count: string }>(url, 'SELECT count(*) FROM drizzle.__drizzle_migrations');
  const written = (await readdir(MIGRATIONS_FOLDER)).filter((name) => name.endsWith('.sql')).length;
  expect(ran).toEqual([{ count: `${written}` }]);
});

it('leave no lock behind', async () => {
  expect(await read(template.url, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 7243001")).toEqual(
    [],
  );
});
