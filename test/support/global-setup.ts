import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/infrastructure/embedded/start-embedded-postgres.ts';
import { migrate } from '../../src/infrastructure/postgres/migrate.ts';
import { databaseUrl, execute } from './execute.ts';
import { openQueues } from './open-queues.ts';
import { makeTestFolder } from './test-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A server for the tests: who may make databases there, the migrated one that they are copied from, and how. */
    postgres: { readonly adminUrl: string; readonly template: string; readonly strategy: 'FILE_COPY' | 'WAL_LOG' };
    /** MONGO_URI of whoever runs the tests; null when it is not set. */
    mongoUri: string | null;
  }
}

// Nothing here must survive a crash; the whole run writes as if to memory.
const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

/**
 * One server for the whole run, an embedded one or that of TEST_DATABASE_URL, with a migrated template database; and one folder for
 * all that the tests write, which becomes the system's folder for temporary files.
 * @returns what vitest calls at the end: it removes all of it.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  project.provide('mongoUri', process.env.MONGO_URI?.trim() || null);
  // It says where to test, not how the servers that tests start are configured: those get a database of their own.
  delete process.env.MONGO_URI;
  const given = process.env.TEST_DATABASE_URL;
  const { TMPDIR } = process.env;
  const folder = makeTestFolder();
  process.env.TMPDIR = folder.path;
  const server = given ? { adminUrl: given, stop: async () => undefined } : await startServer(folder.path);
  const template = `test_template_${randomBytes(4).toString('hex')}`;
  const tearDown = async () => {
    await server.stop();
    folder.remove();
    // In watch mode the next run begins in this process.
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  };
  const dropTemplate = () => execute(server.adminUrl, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
  try {
    await execute(server.adminUrl, `CREATE DATABASE ${template}`);
    const url = databaseUrl(server.adminUrl, template);
    await migrate(url);
    // The queues make their tables when they are opened.
    await (await openQueues({ databaseUrl: url })).close();
  } catch (error) {
    await dropTemplate();
    await tearDown();
    throw error;
  }
  // Copying files is cheapest in memory; on a disk it waits for two checkpoints.
  const strategy = folder.isMemory && !given ? 'FILE_COPY' : 'WAL_LOG';
  project.provide('postgres', { adminUrl: server.adminUrl, template, strategy });
  return async () => {
    if (given) await dropTemplate();
    await tearDown();
  };
}

async function startServer(folder: string): Promise<{ adminUrl: string; stop(): Promise<void> }> {
  const log = { info: () => undefined, warn: () => undefined };
  const dataDir = join(folder, 'postgres');
  const postgres = await startEmbeddedPostgres({ dataDir, log, settings, onExit: console.error });
  return {
    adminUrl: postgres.url,
    async stop() {
      await postgres.stop();
      await rm(postgres.dataDir, { recursive: true, force: true });
    },
  };
}
