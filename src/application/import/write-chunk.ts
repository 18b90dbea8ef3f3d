import type { Breath } from '../breath.ts';
import type { Clock } from '../runtime.ts';
import type { ProgressAnnouncer } from './announce-progress.ts';
import type { FinishImport } from './finish-import.ts';
import { rowJudge } from './judge-row.ts';
import type { ChunkStore, CountRows, ImportJobs, ImportLogWriter, PoliciesInForce } from './ports.ts';

export interface WriteChunkDeps {
  readonly chunks: ChunkStore;
  readonly writer: ImportLogWriter;
  readonly jobs: ImportJobs;
  readonly policiesInForce: PoliciesInForce;
  readonly progress: ProgressAnnouncer;
  readonly finish: FinishImport;
  readonly clock: Clock;
  readonly countRows: CountRows;
  /** Of rows that are judged. */
  readonly breath: Breath;
}

/** Brings one chunk of rows into the ticket logs or the dead letters. A repeat changes nothing. */
export const writeChunk =
  (deps: WriteChunkDeps) =>
  async (importId: string, seq: number): Promise<void> => {
    const chunk = await deps.chunks.rowsOf(importId, seq);
    if (!chunk) return deps.finish(importId);
    const judge = rowJudge(chunk.rules, await deps.policiesInForce());
    const verdicts = [];
    for (const row of chunk.rows) {
      await deps.breath.rest();
      verdicts.push({ row, verdict: judge(row) });
    }
    const committed = await deps.writer.commitChunk(importId, seq, verdicts, deps.clock.now());
    if (committed) {
      deps.progress.announce(importId);
      deps.countRows('succeeded', committed.succeeded);
      deps.countRows('failed', committed.failed);
      deps.countRows('retried', committed.retry.length);
      if (committed.retry.length > 0) await deps.jobs.rows(committed.retry);
    }
    await deps.finish(importId);
  };
