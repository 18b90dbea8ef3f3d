import { Redis } from 'ioredis';
import pg from 'pg';
import type { JobQueues, JobQueuesOptions } from '../../src/infrastructure/bullmq/job-queues.ts';
import { openQueues, type QueuePlace, redisSettings } from './open-queues.ts';
import { createTestDatabase } from './postgres.ts';
import { someRedis } from './redis.ts';

/** Queues of a test's own, in one of the two stores. */
export interface QueueStore {
  readonly place: QueuePlace;
  /** Opens them as one more process would. */
  open(options?: Partial<JobQueuesOptions>): Promise<JobQueues>;
  /** Everything that they hold is lost. */
  wipe(): Promise<void>;
  /** How many connections of the product are open. */
  connections(): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function postgresQueues(): Promise<QueueStore> {
  const database = await createTestDatabase();
  const place = { databaseUrl: database.url };
  const select = async <T extends object>(text: string): Promise<T[]> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query<T>(text)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    place,
    open: (options) => openQueues(place, options),
    async wipe() {
      const tables = await select<{ name: string }>(
        `SELECT format('bullmq.%I', tablename) AS name FROM pg_tables WHERE schemaname = 'bullmq' AND tablename !~ 'migration|version'`,
      );
      await select(`TRUNCATE ${tables.map((table) => table.name).join(', ')}`);
    },
    async connections() {
      const [row] = await select<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      );
      return row?.count ?? 0;
    },
    [Symbol.asyncDispose]: () => database.drop(),
  };
}

export async function redisQueues(): Promise<QueueStore> {
  const server = await someRedis();
  const { keyPrefix } = redisSettings(server.url);
  const place = { redisUrl: server.url, keyPrefix };
  const client = new Redis(server.url);
  const wipe = async () => {
    const keys = await client.keys(`${keyPrefix}*`);
    if (keys.length > 0) await client.unlink(...keys);
  };
  return {
    place,
    open: (options) => openQueues(place, options),
    wipe,
    async connections() {
      const list = String(await client.client('LIST'));
      return list.split('\n').filter((line) => line.includes(`name=${keyPrefix}`)).length;
    },
    async [Symbol.asyncDispose]() {
      await wipe();
      client.disconnect();
      await server[Symbol.asyncDispose]();
    },
  };
}
