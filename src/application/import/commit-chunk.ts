import type { Breath } from '../breath.ts';
import { rowJudge } from './judge-row.ts';
import type { ChunkStore, CommittedChunk, ImportLogWriter, PoliciesInForce } from './ports.ts';

export interface CommitChunkDeps {
  readonly chunks: Pick<ChunkStore, 'rowsOf'>;
  readonly writer: Pick<ImportLogWriter, 'commitChunk'>;
  readonly policiesInForce: PoliciesInForce;
  /** Of rows that are judged. */
  readonly breath: Breath;
}

/**
 * Judges the rows of one chunk and commits what came of them, at `now`. null: it is committed already, or its import does not
 * run. All that is done for each row of an import is in here, and nothing else: it may run in a thread of its own.
 */
export type CommitChunk = (importId: string, seq: number, now: Date) => Promise<CommittedChunk | null>;

export const commitChunk =
  (deps: CommitChunkDeps): CommitChunk =>
  async (importId, seq, now) => {
    const chunk = await deps.chunks.rowsOf(importId, seq);
    if (!chunk) return null;
    const judge = rowJudge(chunk.rules, await deps.policiesInForce());
    const verdicts = [];
    for (const row of chunk.rows) {
      for (let turn = deps.breath.step(); turn; turn = deps.breath.step()) await turn;
      verdicts.push({ row, verdict: judge(row) });
    }
    return deps.writer.commitChunk(importId, seq, verdicts, now);
  };
