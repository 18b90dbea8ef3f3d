import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as runMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import type { Logger } from '../../application/runtime.ts';
import { ADVISORY_LOCKS } from './advisory-locks.ts';

/** The committed migrations, found from src/ and from dist/ alike. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../drizzle', import.meta.url));

/**
 * Brings the database to the newest schema. Of processes that start together one migrates at a time; the others wait, and say so to
 * `logger`.
 */
export async function migrate(databaseUrl: string, logger?: Pick<Logger, 'info'>): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 5_000,
    application_name: 'techsupport-migrate',
  });
  await client.connect();
  try {
    await waitForTurn(client, logger);
    await client.query("SET client_min_messages = 'warning'");
    await runMigrations(drizzle(client), { migrationsFolder: MIGRATIONS_FOLDER });
  } finally {
    await client.end();
  }
}

async function waitForTurn(client: pg.Client, logger: Pick<Logger, 'info'> | undefined): Promise<void> {
  const lock = [ADVISORY_LOCKS.migrate];
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', lock);
  if (rows[0]?.taken) return;
  logger?.info({}, 'another process is migrating the database; waiting for it');
  await client.query('SELECT pg_advisory_lock($1)', lock);
}

/** How many committed migrations the database has not seen yet. */
export async function pendingMigrations(pool: pg.Pool): Promise<number> {
  const journal = JSON.parse(await readFile(`${MIGRATIONS_FOLDER}/meta/_journal.json`, 'utf8')) as {
    entries: { when: number }[];
  };
  const { rows } = await pool.query<{ newest: string | null }>(
    'SELECT max(created_at) AS newest FROM drizzle.__drizzle_migrations',
  );
  const newest = Number(rows[0]?.newest ?? 0);
  return journal.entries.filter((entry) => entry.when > newest).length;
}
