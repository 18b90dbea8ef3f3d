import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { databaseUrl, execute } from './execute.ts';

export interface TestDatabase {
  /** Connection URL of a database with every migration and no rows but those that migrations bring. */
  readonly url: string;
  /** Removes it, closing whatever is still connected. */
  drop(): Promise<void>;
}

/** A database of a test file's own, copied from the migrated template: about 20 ms, and safe from every other file. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { adminUrl, template, strategy } = inject('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await execute(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY ${strategy}`);
  return {
    url: databaseUrl(adminUrl, name),
    drop: () => execute(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}
