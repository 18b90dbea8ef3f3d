import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobQueues } from '../src/infrastructure/bullmq/job-queues.ts';
import { controlled } from './support/controlled-jobs.ts';
import { execute } from './support/execute.ts';
import { openQueues, silent } from './support/open-queues.ts';
import { createTestDatabase } from './support/postgres.ts';
import { eventually } from './support/server.ts';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy.ts';

/** What BullMQ waits by itself before it asks a Postgres again that refused it is 15 s. */
const PATIENCE_MS = 12_000;
/** So many refusals of our own are some of its workers' as well. */
const REFUSALS = 20;

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let proxy: TcpProxy;
let queues: JobQueues;
let warnings: string[];
beforeEach(async () => {
  database = await createTestDatabase();
  const url = new URL(database.url);
  proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.host = `127.0.0.1:${proxy.port}`;
  warnings = [];
  const logger = { ...silent, warn: (_: unknown, message: string) => void warnings.push(message) };
  queues = await openQueues({ databaseUrl: url.href }, { logger });
});
afterEach(async () => {
  await queues.close();
  await proxy.close();
  await database.drop();
});

/** Starts a worker that has done a job. */
async function work() {
  const jobs = controlled('imports');
  queues.work([jobs.handler], { concurrency: {} });
  await queues.add('imports', [{ name: 'job', payload: 'before' }]);
  (await jobs.next()).end();
  await expect.poll(async () => (await queues.counts())[0]).toMatchObject({ name: 'imports', completed: 1 });
  return jobs;
}

/** Cuts the connections, and lets workers find that there are no new ones. */
async function cutOff(): Promise<void> {
  await proxy.cut();
  for (let refused = 0; refused < REFUSALS; refused++) await expect(queues.counts()).rejects.toThrow();
}

/** Waits until no connection has done anything between two looks: what is asked amid a freeze is not answered. */
async function untilQuiet(): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  let before = '';
  await eventually(async () => {
    const { rows } = await client.query<{ seen: string }>(
      `SELECT string_agg(concat(pid, state, state_change), ' ' ORDER BY pid) AS seen FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    const isSame = rows[0]?.seen === before;
    before = rows[0]?.seen ?? '';
    return isSame;
  }, Boolean);
  await client.end();
}

describe('queues in a Postgres that was away', () => {
  it(
    'take jobs again as soon as it is back',
    async () => {
      const { next } = await work();
      await cutOff();
      await proxy.restore();
      await queues.add('imports', [{ name: 'job', payload: 'after' }]);
      const call = await next();
      expect(call.payload).toBe('after');
      call.end();
    },
    PATIENCE_MS,
  );

  it(
    'close without waiting for it',
    async () => {
      await work();
      await cutOff();
      await queues.close();
    },
    PATIENCE_MS,
  );
});

it('queues that have closed say nothing of connections that are ended before they have said goodbye', async () => {
  await queues.counts();
  await untilQuiet();
  proxy.freeze();
  await queues.close();
  await execute(
    database.url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  proxy.thaw();
  await expect.poll(() => proxy.connections()).toBe(0);
  expect(warnings).toEqual([]);
});
