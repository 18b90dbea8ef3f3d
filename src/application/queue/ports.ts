/** Every queue of the product. Jobs are hints: each re-reads its rows and may run twice, late, or not at all. */
export const QUEUES = [
  'imports',
  'import-first-chunks',
  'import-chunks',
  'import-rows',
  'sla-sweep',
  'policy-moves',
  'projections',
  'maintenance',
] as const;
export type QueueName = (typeof QUEUES)[number];

/** A queue at one moment. `completed` and `failed` count the jobs that are still kept: those of the last day, at most 10,000. */
export interface QueueCounts {
  readonly name: QueueName;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly completed: number;
  readonly failed: number;
  readonly paused: boolean;
}

export interface QueueReader {
  /** The counts of every queue, in the order of `QUEUES`. */
  counts(): Promise<readonly QueueCounts[]>;
}

/** What a job's handler is told beside the payload. */
export interface JobRun {
  /** Aborted when the process is stopping: return soon and leave the rest to the next run. */
  readonly signal: AbortSignal;
  /** From 1. */
  readonly attempt: number;
  /** No further attempt follows by itself if this one throws. */
  readonly isLast: boolean;
}

/** One kind of job: `handle` parses the payload itself and throws to be tried again. */
export interface JobHandler {
  readonly queue: QueueName;
  /** Names the kind within its queue. */
  readonly name: string;
  handle(payload: unknown, run: JobRun): Promise<void>;
}
