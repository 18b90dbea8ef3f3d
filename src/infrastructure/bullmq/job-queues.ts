import { createPostgresBackend, type Job, type PgPool, runMigrations, UnrecoverableError, withBackend } from 'bullmq';
import pg from 'pg';
import {
  type JobHandler,
  QUEUES,
  type QueueCounts,
  type QueueName,
  type QueueReader,
} from '../../application/queue/ports.ts';
import type { Logger } from '../../application/runtime.ts';

const { Queue, Worker } = withBackend(createPostgresBackend);
type AnyQueue = InstanceType<typeof Queue>;

const SCHEMA = 'bullmq';

/** A killed worker's job is taken up again after at most lock + check, that is 7.5 s; effects are fenced, so early is no harm. */
const LOCK_MS = 5_000;
const STALLED_CHECK_MS = 2_500;

/** A job is worth as much after the hundredth crash: its row says what is left to do. */
const MAX_STALLED = 1_000_000;

const KEPT = { age: 24 * 3_600, count: 10_000 };

const SCHEDULE_CHECK_MS = 15_000;

export interface JobQueuesOptions {
  readonly databaseUrl: string;
  /** The most connections for queries, beside one for each worker that listens. */
  readonly maxConnections: number;
  readonly logger: Logger;
  /** What the line about a failed job tells of its payload, beside its queue and name; nothing unless given. */
  readonly describe?: (payload: unknown) => object;
  /** How often schedules are looked for and put back when the queue has lost them, in milliseconds; 15,000 unless given. */
  readonly scheduleCheckMs?: number;
}

export interface NewJob {
  /** Which handler takes it. */
  readonly name: string;
  readonly payload: unknown;
  /** While a job with this key waits, another one is dropped; while it runs, one more is kept and follows it. */
  readonly key?: string;
  /** Tries in all; 1 unless given. */
  readonly attempts?: number;
  /** Before the second try, in milliseconds; doubled each time. */
  readonly backoffMs?: number;
  readonly delayMs?: number;
}

export interface WorkOptions {
  /** Jobs of one queue that this process runs at a time; 1 unless given. */
  readonly concurrency: Partial<Record<QueueName, number>>;
}

interface Schedule {
  readonly queue: QueueName;
  readonly name: string;
  readonly everyMs: number;
}

/** Every queue of the product on BullMQ's Postgres backend, over one connection pool of its own. */
export class JobQueues implements QueueReader {
  readonly #pool: pg.Pool;
  readonly #logger: Logger;
  readonly #queues: ReadonlyMap<QueueName, AnyQueue>;
  readonly #workers: { close(): Promise<void> }[] = [];
  readonly #schedules: Schedule[] = [];
  readonly #stopping = new AbortController();
  readonly #scheduleCheckMs: number;
  readonly #describe: (payload: unknown) => object;
  #scheduleCheck: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  private constructor(options: JobQueuesOptions) {
    this.#logger = options.logger;
    this.#scheduleCheckMs = options.scheduleCheckMs ?? SCHEDULE_CHECK_MS;
    this.#describe = options.describe ?? (() => ({}));
    this.#pool = new pg.Pool({
      connectionString: options.databaseUrl,
      max: options.maxConnections + QUEUES.length,
      options: `-c search_path=${SCHEMA}`,
      application_name: 'techsupport-queues',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    // Each queue and worker listens for errors of the pool that they share.
    this.#pool.setMaxListeners(0);
    this.#pool.on('error', (error) => this.#report(error));
    this.#queues = new Map(
      QUEUES.map((name) => {
        const queue = new Queue(name, {
          connection: this.#connection,
          defaultJobOptions: { removeOnComplete: KEPT, removeOnFail: KEPT },
        });
        queue.on('error', (error) => this.#report(error, name));
        return [name, queue];
      }),
    );
  }

  /** BullMQ's own idea of a pool: the real one fits, but its overloaded types do not show it. */
  get #connection(): PgPool {
    return this.#pool as unknown as PgPool;
  }

  /** Brings the queues' schema up to date, under a lock of its own, and connects. */
  static async open(options: JobQueuesOptions): Promise<JobQueues> {
    const client = new pg.Client({ connectionString: options.databaseUrl, connectionTimeoutMillis: 5_000 });
    await client.connect();
    try {
      await client.query("SET client_min_messages = 'warning'");
      await runMigrations(client, SCHEMA);
    } finally {
      await client.end();
    }
    const queues = new JobQueues(options);
    await Promise.all([...queues.#queues.values()].map((queue) => queue.waitUntilReady()));
    return queues;
  }

  /** Adds jobs in their order. */
  async add(queue: QueueName, jobs: readonly NewJob[]): Promise<void> {
    if (jobs.length === 0) return;
    await this.#queue(queue).addBulk(
      jobs.map((job) => ({
        name: job.name,
        data: job.payload,
        opts: {
          attempts: job.attempts ?? 1,
          ...(job.backoffMs === undefined ? {} : { backoff: { type: 'exponential', delay: job.backoffMs } }),
          ...(job.delayMs === undefined ? {} : { delay: job.delayMs }),
          ...(job.key === undefined ? {} : { deduplication: { id: job.key, keepLastIfActive: true } }),
        },
      })),
    );
  }

  /** Runs a job with a null payload every `everyMs`, once for all processes; put back if the queue is lost. */
  async schedule(queue: QueueName, name: string, everyMs: number): Promise<void> {
    this.#schedules.push({ queue, name, everyMs });
    await this.#keepSchedules(true);
    this.#scheduleCheck ??= setInterval(() => void this.#keepSchedules(false), this.#scheduleCheckMs).unref();
  }

  /** Starts taking jobs. A job that no handler takes fails, and the log says so. */
  work(handlers: readonly JobHandler[], options: WorkOptions): void {
    for (const name of new Set(handlers.map((handler) => handler.queue))) {
      const own = new Map(
        handlers.filter((handler) => handler.queue === name).map((handler) => [handler.name, handler]),
      );
      const worker = new Worker<unknown, void>(name, (job) => this.#run(own.get(job.name), job), {
        connection: this.#connection,
        concurrency: options.concurrency[name] ?? 1,
        lockDuration: LOCK_MS,
        stalledInterval: STALLED_CHECK_MS,
        maxStalledCount: MAX_STALLED,
        removeOnComplete: KEPT,
        removeOnFail: KEPT,
      });
      worker.on('error', (error) => this.#report(error, name));
      worker.on('failed', (job, error) => {
        const fields = { queue: name, job: job?.name, attempt: job?.attemptsMade, ...this.#describe(job?.data) };
        this.#logger.warn({ ...fields, err: error }, 'job failed');
      });
      this.#workers.push(worker);
    }
  }

  async counts(): Promise<QueueCounts[]> {
    return Promise.all(
      [...this.#queues].map(async ([name, queue]) => {
        const [counts, paused] = await Promise.all([
          // Of a paused queue, what waits is counted as 'paused', a state that BullMQ's types leave out.
          queue.getJobCounts(
            'waiting',
            'prioritized',
            'active',
            'delayed',
            'completed',
            'failed',
            'paused' as 'waiting',
          ),
          queue.isPaused(),
        ]);
        const of = (state: string) => counts[state] ?? 0;
        const waiting = of('waiting') + of('prioritized') + of('paused');
        return {
          name,
          waiting,
          active: of('active'),
          delayed: of('delayed'),
          completed: of('completed'),
          failed: of('failed'),
          paused,
        };
      }),
    );
  }

  /** For each queue in which jobs wait: since when the longest waiting one could have been run. */
  async waitingSince(): Promise<{ readonly queue: QueueName; readonly since: Date }[]> {
    const oldest = await Promise.all(
      [...this.#queues].map(async ([name, queue]) => ({ name, jobs: await queue.getJobs(['waiting'], 0, 0, true) })),
    );
    return oldest.flatMap(({ name, jobs: [job] }) =>
      job ? [{ queue: name, since: new Date(job.timestamp + (job.opts.delay ?? 0)) }] : [],
    );
  }

  /** Takes no more jobs, asks the running ones to return soon, and waits for them. */
  async stopWorking(): Promise<void> {
    clearInterval(this.#scheduleCheck);
    this.#stopping.abort();
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }

  /** Stops working and closes every connection. Again: the same. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.stopWorking();
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    await this.#pool.end();
  }

  async #run(handler: JobHandler | undefined, job: Job<unknown, void>): Promise<void> {
    if (!handler) throw new UnrecoverableError(`There is no handler for jobs named ${job.name}.`);
    const attempt = job.attemptsMade + 1;
    const isLast = attempt >= (job.opts.attempts ?? 1);
    await handler.handle(job.data, { signal: this.#stopping.signal, attempt, isLast });
  }

  async #keepSchedules(isFirst: boolean): Promise<void> {
    for (const { queue, name, everyMs } of isFirst ? this.#schedules.slice(-1) : this.#schedules) {
      try {
        if (!isFirst && (await this.#queue(queue).getJobScheduler(name))) continue;
        await this.#queue(queue).upsertJobScheduler(name, { every: everyMs }, { name, data: null });
      } catch (error) {
        if (isFirst) throw error;
        this.#report(error, queue);
      }
    }
  }

  #queue(name: QueueName): AnyQueue {
    const queue = this.#queues.get(name);
    if (!queue) throw new Error(`There is no queue named ${name}.`);
    return queue;
  }

  #report(error: unknown, queue?: QueueName): void {
    if (!this.#stopping.signal.aborted) this.#logger.warn({ err: error, queue }, 'trouble with the job queues');
  }
}
