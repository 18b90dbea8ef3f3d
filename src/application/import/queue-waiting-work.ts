import type { ChunkStore, DeadLetterStore, ImportJobs } from './ports.ts';

/** Above this number rows that wait for a trial are one job together. */
const MOST_JOBS = 100;

export interface WaitingRowsDeps {
  readonly deadLetters: Pick<DeadLetterStore, 'waiting'>;
  readonly jobs: Pick<ImportJobs, 'rows' | 'allRows'>;
}

export interface WaitingWorkDeps extends WaitingRowsDeps {
  readonly chunks: Pick<ChunkStore, 'uncommitted'>;
  readonly jobs: Pick<ImportJobs, 'chunks' | 'rows' | 'allRows'>;
}

/** Queues every chunk of an import that is not committed and every row that waits for a trial. */
export async function queueWaitingWork(deps: WaitingWorkDeps, importId: string): Promise<void> {
  await deps.jobs.chunks(importId, await deps.chunks.uncommitted(importId));
  await queueWaitingRows(deps, importId);
}

/** Queues the trials of the rows that wait for one: of few each, of many all together. */
export async function queueWaitingRows({ deadLetters, jobs }: WaitingRowsDeps, importId: string): Promise<void> {
  const rowIds = await deadLetters.waiting(importId, MOST_JOBS);
  if (rowIds === null) await jobs.allRows(importId);
  else await jobs.rows(rowIds);
}
