import type { Clock } from '../runtime.ts';
import type { ProgressAnnouncer } from './announce-progress.ts';
import type { CommitChunk } from './commit-chunk.ts';
import type { FinishImport } from './finish-import.ts';
import type { CountRows, ImportJobs } from './ports.ts';

export interface WriteChunkDeps {
  readonly commit: CommitChunk;
  readonly jobs: Pick<ImportJobs, 'rows'>;
  readonly progress: ProgressAnnouncer;
  readonly finish: FinishImport;
  readonly clock: Clock;
  readonly countRows: CountRows;
}

/** Brings one chunk of rows into the ticket logs or the dead letters. A repeat changes nothing. */
export const writeChunk =
  (deps: WriteChunkDeps) =>
  async (importId: string, seq: number): Promise<void> => {
    const committed = await deps.commit(importId, seq, deps.clock.now());
    if (committed) {
      deps.progress.announce(importId);
      deps.countRows('succeeded', committed.succeeded);
      deps.countRows('failed', committed.failed);
      deps.countRows('retried', committed.retry.length);
      if (committed.retry.length > 0) await deps.jobs.rows(committed.retry);
    }
    await deps.finish(importId);
  };
