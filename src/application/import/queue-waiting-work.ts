import type { ChunkStore, DeadLetterStore, ImportJobs } from './ports.ts';

/** Above this number rows that wait for a trial are one job together. */
const MOST_JOBS = 100;

export interface WaitingWorkDeps {
  readonly chunks: Pick<ChunkStore, 'uncommitted'>;
  readonly deadLetters: Pick<DeadLetterStore, 'waiting'>;
  readonly jobs: Pick<ImportJobs, 'chunks' | 'rows' | 'allRows'>;
}

/** Queues every chunk of an import that is not committed and every row that waits for a trial. */
export async function queueWaitingWork(deps: WaitingWorkDeps, importId: string): Promise<void> {
  await deps.jobs.chunks(importId, await deps.chunks.uncommitted(importId));
  await queueRows(deps.jobs, importId, await deps.deadLetters.waiting(importId));
}

/** Queues the trials of rows of an import: of few each, of many all that wait. */
export function queueRows(
  jobs: Pick<ImportJobs, 'rows' | 'allRows'>,
  importId: string,
  rowIds: readonly string[],
): Promise<void> {
  return rowIds.length > MOST_JOBS ? jobs.allRows(importId) : jobs.rows(rowIds);
}
