import type { ChunkStore, DeadLetterStore, ImportJobs } from './ports.ts';

export interface WaitingWorkDeps {
  readonly chunks: Pick<ChunkStore, 'uncommitted'>;
  readonly deadLetters: Pick<DeadLetterStore, 'waiting'>;
  readonly jobs: Pick<ImportJobs, 'chunks' | 'rows'>;
}

/** Queues every chunk of an import that is not committed and every row that waits for a trial. */
export async function queueWaitingWork(deps: WaitingWorkDeps, importId: string): Promise<void> {
  await deps.jobs.chunks(importId, await deps.chunks.uncommitted(importId));
  await deps.jobs.rows(await deps.deadLetters.waiting(importId));
}
