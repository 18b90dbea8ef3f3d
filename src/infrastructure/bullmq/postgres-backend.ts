import { createPostgresBackend, type PgPool, runMigrations, withBackend } from 'bullmq';
import pg from 'pg';
import { QUEUES } from '../../application/queue/ports.ts';
import { KEPT, type QueueBackend } from './queue-backend.ts';

const { Queue, Worker } = withBackend(createPostgresBackend);

const SCHEMA = 'bullmq';

/** An idle worker is woken by a notification, or when the next delayed job is due; without either it looks this often, in seconds. */
const LOOK_EVERY = 30;

export interface PostgresBackendOptions {
  readonly databaseUrl: string;
  /** The most connections for queries, beside one for each worker that listens. */
  readonly maxConnections: number;
  readonly onError: (error: unknown) => void;
}

/** Queues in the schema `bullmq` of the database, over one pool of their own. Brings that schema up to date, under a lock of its own. */
export async function openPostgresBackend(options: PostgresBackendOptions): Promise<QueueBackend> {
  await migrateQueues(options.databaseUrl);
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: options.maxConnections + QUEUES.length,
    options: `-c search_path=${SCHEMA}`,
    application_name: 'techsupport-queues',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  // Each queue and worker listens for errors of the pool that they share.
  pool.setMaxListeners(0);
  let isClosing = false;
  pool.on('error', (error) => {
    // A pool has ended before its last connections have: what ends them meanwhile, such as a Postgres that stops with us, is no trouble.
    if (!isClosing) options.onError(error);
  });
  // BullMQ's own idea of a pool: the real one fits, but its overloaded types do not show it.
  const connection = pool as unknown as PgPool;

  return {
    // While the database is away the whole product is; callers are told so by its errors.
    isReachable: true,
    scheduleCheckMs: 15_000,
    stalledCheckMs: 2_500,
    onBack: () => undefined,
    createQueue: (name) =>
      new Queue(name, { connection, defaultJobOptions: { removeOnComplete: KEPT, removeOnFail: KEPT } }),
    createWorker: (name, run, settings) =>
      new Worker<unknown, void>(name, run, {
        connection,
        drainDelay: LOOK_EVERY,
        removeOnComplete: KEPT,
        removeOnFail: KEPT,
        ...settings,
      }),
    closeWorker: (worker) => worker.close(),
    closeQueue: (queue) => queue.close(),
    translate: (error) => error,
    close: () => {
      isClosing = true;
      return pool.end();
    },
  };
}

async function migrateQueues(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query("SET client_min_messages = 'warning'");
    await runMigrations(client, SCHEMA);
  } finally {
    await client.end();
  }
}
