import { type Job, UnrecoverableError } from 'bullmq';
import {
  type JobHandler,
  QUEUES,
  type QueueCounts,
  type QueueName,
  type QueueReader,
} from '../../application/queue/ports.ts';
import type { Logger } from '../../application/runtime.ts';
import type { RedisConnections } from '../redis/redis-connections.ts';
import { openPostgresBackend } from './postgres-backend.ts';
import type { BullQueue, BullWorker, QueueBackend } from './queue-backend.ts';
import { redisBackend } from './redis-backend.ts';
import { type Schedule, Schedules } from './schedules.ts';
import { storable } from './storable-error.ts';
import { TroubleLog } from './trouble-log.ts';
import { waitingSince } from './waiting-since.ts';

/** A killed worker's job is taken up again after at most this and the store's look for stalled jobs, together 8 s; effects are fenced, so early is no harm. */
const LOCK_MS = 5_000;

/** Of these the next round of a schedule does what a killed worker left: looking often would only cost an idle process. */
const BY_ROUNDS: ReadonlySet<QueueName> = new Set(['sla-sweep', 'projections', 'maintenance']);
const ROUNDS_STALLED_CHECK_MS = 30_000;

/** A job is worth as much after the hundredth crash: its row says what is left to do. */
const MAX_STALLED = 1_000_000;

/** Jobs added in one step: each step holds up whoever else uses the store. */
const ADDED_AT_ONCE = 100;

/** A worker whose store refuses it asks again at once, for ever: after this many errors within a second it rests for one. */
const ERRORS_BEFORE_REST = 5;
const REST_MS = 1_000;

/** Before a worker whose store refused the connection asks again. BullMQ's 15 s hold up jobs for as long after the store is back, and a stop meanwhile. */
const RETRY_MS = 500;

export interface JobQueuesOptions {
  readonly databaseUrl: string;
  /** The most connections to the database for queries, beside one for each worker that listens. */
  readonly maxConnections: number;
  /** The queues lie there; absent: in the database. */
  readonly redis?: RedisConnections | undefined;
  readonly logger: Logger;
  /** What the line about a failed job tells of its payload, beside its queue and name; nothing unless given. */
  readonly describe?: (payload: unknown) => object;
  /** How often schedules are looked for and put back when the queue has lost them, in milliseconds; 5,000 on Redis and 15,000 on Postgres unless given. */
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

/** Every queue of the product on BullMQ, in Redis or in Postgres. */
export class JobQueues implements QueueReader {
  readonly #backend: QueueBackend;
  readonly #logger: Logger;
  readonly #trouble: TroubleLog;
  readonly #describe: (payload: unknown) => object;
  readonly #queues: ReadonlyMap<QueueName, BullQueue>;
  readonly #workers: BullWorker[] = [];
  readonly #handlers: JobHandler[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #onRestored = new Set<() => void>();
  readonly #schedules: Schedules;
  readonly #stopping = new AbortController();
  #closing: Promise<void> | undefined;

  private constructor(backend: QueueBackend, trouble: TroubleLog, options: JobQueuesOptions) {
    this.#backend = backend;
    this.#logger = options.logger;
    this.#describe = options.describe ?? (() => ({}));
    this.#trouble = trouble;
    this.#queues = new Map(
      QUEUES.map((name) => {
        const queue = backend.createQueue(name);
        queue.on('error', (error) => this.#report(error, name));
        return [name, queue];
      }),
    );
    this.#schedules = new Schedules({
      isReachable: () => backend.isReachable,
      has: async ({ queue, name }) => Boolean(await this.#queue(queue).getJobScheduler(name)),
      put: async ({ queue, name, everyMs }) => {
        await this.#queue(queue).upsertJobScheduler(name, { every: everyMs }, { name, data: null });
      },
      handlerOf: ({ queue, name }) =>
        this.#handlers.find((handler) => handler.queue === queue && handler.name === name),
      signal: this.#stopping.signal,
      checkMs: options.scheduleCheckMs ?? backend.scheduleCheckMs,
      onLoss: () => this.#tellRestored(),
      onError: (error, queue) => this.#report(error, queue),
    });
    backend.onBack(() => void this.#comeBack());
  }

  /** Opens the queues. Those in Postgres need it at once; those in Redis may come later. */
  static async open(options: JobQueuesOptions): Promise<JobQueues> {
    const { redis, logger } = options;
    const trouble = new TroubleLog(logger);
    const onError = (error: unknown) => trouble.report(error);
    const backend = redis ? redisBackend(redis) : await openPostgresBackend({ ...options, onError });
    return new JobQueues(backend, trouble, options);
  }

  /** Adds jobs in their order. UNAVAILABLE, at once, while Redis is away: jobs are hints, and rows say what is left to do. */
  add(queue: QueueName, jobs: readonly NewJob[]): Promise<void> {
    return this.#asked(async () => {
      for (let at = 0; at < jobs.length; at += ADDED_AT_ONCE) {
        await this.#queue(queue).addBulk(jobs.slice(at, at + ADDED_AT_ONCE).map(bulkJob));
      }
    });
  }

  /** Runs a job with a null payload every `everyMs`, once for all processes; put back if the queue is lost. */
  schedule(
    queue: QueueName,
    name: string,
    everyMs: number,
    options: Pick<Schedule, 'goesOnAlone'> = {},
  ): Promise<void> {
    return this.#schedules.add({ queue, name, everyMs, ...options });
  }

  /** Calls `listener` when queues are back that were away, or that had lost what they held: whoever knows of open work queues it again. */
  onRestored(listener: () => void): void {
    this.#onRestored.add(listener);
  }

  /** Starts taking jobs. A job that no handler takes fails, and the log says so. */
  work(handlers: readonly JobHandler[], options: WorkOptions): void {
    this.#handlers.push(...handlers);
    for (const name of new Set(handlers.map((handler) => handler.queue))) {
      const own = new Map(
        handlers.filter((handler) => handler.queue === name).map((handler) => [handler.name, handler]),
      );
      const worker = this.#backend.createWorker(name, (job) => this.#run(own.get(job.name), job), {
        concurrency: options.concurrency[name] ?? 1,
        lockDuration: LOCK_MS,
        stalledInterval: BY_ROUNDS.has(name) ? ROUNDS_STALLED_CHECK_MS : this.#backend.stalledCheckMs,
        maxStalledCount: MAX_STALLED,
        runRetryDelay: RETRY_MS,
      });
      this.#restWhenRefused(worker, name);
      worker.on('failed', (job, error) => {
        const fields = { queue: name, job: job?.name, attempt: job?.attemptsMade, ...this.#describe(job?.data) };
        this.#logger.warn({ ...fields, err: error }, 'job failed');
      });
      this.#workers.push(worker);
    }
  }

  /** UNAVAILABLE while Redis is away. */
  counts(): Promise<QueueCounts[]> {
    return this.#asked(() => Promise.all([...this.#queues].map(([name, queue]) => countsOf(name, queue))));
  }

  /** For each queue in which jobs wait: since when the longest waiting one could have been run. */
  waitingSince(): Promise<{ readonly queue: QueueName; readonly since: Date }[]> {
    return this.#asked(async () => {
      const now = Date.now();
      const queues = [...this.#queues];
      const oldest = await Promise.all(
        queues.map(async ([name, queue]) => [name, await waitingSince(queue, now)] as const),
      );
      return oldest.flatMap(([queue, since]) => (since ? [{ queue, since }] : []));
    });
  }

  /** Takes no more jobs, asks the running ones to return soon, and waits for them. */
  async stopWorking(): Promise<void> {
    this.#schedules.stop();
    this.#stopping.abort();
    const idle = async () => void (await Promise.allSettled(this.#running));
    await Promise.all(this.#workers.map((worker) => this.#backend.closeWorker(worker, idle)));
  }

  /** Stops working and closes every connection of its own. Again: the same. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.stopWorking();
    await Promise.all([...this.#queues.values()].map((queue) => this.#backend.closeQueue(queue)));
    await this.#backend.close();
  }

  async #run(handler: JobHandler | undefined, job: Job<unknown, void>): Promise<void> {
    if (!handler) throw new UnrecoverableError(`There is no handler for jobs named ${job.name}.`);
    const attempt = job.attemptsMade + 1;
    const isLast = attempt >= (job.opts.attempts ?? 1);
    const running = handler.handle(job.data, { signal: this.#stopping.signal, attempt, isLast });
    this.#running.add(running);
    try {
      await running;
    } catch (error) {
      throw storable(error);
    } finally {
      this.#running.delete(running);
    }
  }

  async #asked<T>(work: () => Promise<T>): Promise<T> {
    try {
      if (!this.#backend.isReachable) throw new Error('The store of the queues is away.');
      return await work();
    } catch (error) {
      if (this.#backend.isReachable) this.#report(error);
      throw this.#backend.translate(error);
    }
  }

  async #comeBack(): Promise<void> {
    await this.#schedules.restore();
    this.#tellRestored();
  }

  #tellRestored(): void {
    if (this.#stopping.signal.aborted) return;
    for (const listener of this.#onRestored) listener();
  }

  #restWhenRefused(worker: BullWorker, name: QueueName): void {
    let errors: number[] = [];
    worker.on('error', (error) => {
      this.#report(error, name);
      const now = performance.now();
      errors = [...errors.filter((at) => at > now - REST_MS), now];
      if (errors.length <= ERRORS_BEFORE_REST || worker.isPaused() || this.#stopping.signal.aborted) return;
      void worker.pause(true);
      setTimeout(() => {
        if (!this.#stopping.signal.aborted) worker.resume();
      }, REST_MS).unref();
    });
  }

  #queue(name: QueueName): BullQueue {
    const queue = this.#queues.get(name);
    if (!queue) throw new Error(`There is no queue named ${name}.`);
    return queue;
  }

  /** Errors of a store that is away are no news. */
  #report(error: unknown, queue?: QueueName): void {
    if (this.#backend.isReachable && !this.#stopping.signal.aborted) this.#trouble.report(error, queue);
  }
}

function bulkJob({ name, payload, key, attempts, backoffMs, delayMs }: NewJob) {
  return {
    name,
    data: payload,
    opts: {
      attempts: attempts ?? 1,
      ...(backoffMs === undefined ? {} : { backoff: { type: 'exponential', delay: backoffMs } }),
      ...(delayMs === undefined ? {} : { delay: delayMs }),
      ...(key === undefined ? {} : { deduplication: { id: key, keepLastIfActive: true } }),
    },
  };
}

async function countsOf(name: QueueName, queue: BullQueue): Promise<QueueCounts> {
  const [counts, paused] = await Promise.all([
    // Of a paused queue, what waits is counted as 'paused', a state that BullMQ's types leave out.
    queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'completed', 'failed', 'paused' as 'waiting'),
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
}
