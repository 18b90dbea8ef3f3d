import { Client } from 'pg';
import { expect, test } from 'vitest';
import { execute } from './support/execute.ts';
import { createTestDatabase } from './support/postgres.ts';

test('a test database has the migrations, and nothing of another one', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await execute(one.url, 'CREATE TABLE mine (id int)');
  const client = new Client({ connectionString: other.url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
  );
  await client.end();
  const names = rows.map(({ name }) => name);
  expect(names).toContain('event_log');
  expect(names).not.toContain('mine');
  await Promise.all([one.drop(), other.drop()]);
  await expect(execute(one.url, 'SELECT 1')).rejects.toThrow('does not exist');
});
