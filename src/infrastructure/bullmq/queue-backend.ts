import type { Job, Queue, Worker } from 'bullmq';
import type { QueueName } from '../../application/queue/ports.ts';

/** What the product uses of a BullMQ queue, whatever it lies in. */
export interface BullQueue
  extends Pick<
    Queue,
    'addBulk' | 'getJobCounts' | 'getJobs' | 'isPaused' | 'getJobScheduler' | 'upsertJobScheduler' | 'close'
  > {
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** The same of a worker. */
export interface BullWorker extends Pick<Worker<unknown, void>, 'close' | 'pause' | 'resume' | 'isPaused'> {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'failed', listener: (job: Job<unknown, void> | undefined, error: Error) => void): unknown;
}

/** Finished jobs are kept for people who look: those of the last day, at most 10,000. */
export const KEPT = { age: 24 * 3_600, count: 10_000 };

export interface WorkerSettings {
  readonly concurrency: number;
  readonly lockDuration: number;
  readonly stalledInterval: number;
  readonly maxStalledCount: number;
  readonly runRetryDelay: number;
}

/** Where the queues lie: Postgres or Redis. Its connections are its own. */
export interface QueueBackend {
  /** Whether the store answers, as far as is known. While it does not, calls of queues may wait without end. */
  readonly isReachable: boolean;
  /** How often schedules are looked for when nobody asks otherwise, in milliseconds. */
  readonly scheduleCheckMs: number;
  /** How often workers look for jobs whose worker has died, in milliseconds. */
  readonly stalledCheckMs: number;
  /** Calls `listener` whenever the store is there again after it was away. */
  onBack(listener: () => void): void;
  createQueue(name: QueueName): BullQueue;
  createWorker(name: QueueName, run: (job: Job<unknown, void>) => Promise<void>, settings: WorkerSettings): BullWorker;
  /** Takes no more jobs and waits for those that run, `idle`; ends although the store is away. */
  closeWorker(worker: BullWorker, idle: () => Promise<void>): Promise<void>;
  /** Closes a queue; ends although the store is away. */
  closeQueue(queue: BullQueue): Promise<void>;
  /** What to tell a caller instead of an error of the store. */
  translate(error: unknown): unknown;
  /** Closes every connection, once queues and workers are closed. */
  close(): Promise<void>;
}
