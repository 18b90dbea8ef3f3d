import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/infrastructure/embedded/start-embedded-postgres.ts';
import { migrate } from '../../src/infrastructure/postgres/migrate.ts';
import { databaseUrl, execute } from './execute.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A server for the tests: who may make databases there, and the migrated one that they are copied from. */
    postgres: { readonly adminUrl: string; readonly template: string };
    /** MONGO_URI of whoever runs the tests; null when it is not set. */
    mongoUri: string | null;
  }
}

// Nothing here must survive a crash; the whole run writes as if to memory.
const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

/**
 * One server for the whole run, an embedded one or that of TEST_DATABASE_URL, with a migrated template database.
 * @returns what vitest calls at the end: it removes all of it.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  project.provide('mongoUri', process.env.MONGO_URI?.trim() || null);
  // It says where to test, not how the servers that tests start are configured: those get a database of their own.
  delete process.env.MONGO_URI;
  const given = process.env.TEST_DATABASE_URL;
  const server = given ? { adminUrl: given, stop: async () => undefined } : await startServer();
  const template = `test_template_${randomBytes(4).toString('hex')}`;
  const dropTemplate = () => execute(server.adminUrl, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
  try {
    await execute(server.adminUrl, `CREATE DATABASE ${template}`);
    await migrate(databaseUrl(server.adminUrl, template));
  } catch (error) {
    await dropTemplate();
    await server.stop();
    throw error;
  }
  project.provide('postgres', { adminUrl: server.adminUrl, template });
  return async () => {
    if (given) await dropTemplate();
    await server.stop();
  };
}

async function startServer(): Promise<{ adminUrl: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'techsupport-test-'));
  const log = { info: () => undefined, warn: () => undefined };
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log, settings, onExit: console.error });
  return {
    adminUrl: postgres.url,
    async stop() {
      await postgres.stop();
      await rm(postgres.dataDir, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
