import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Breath } from '../../application/breath.ts';
import type { CommittedChunk, ImportLogWriter, Verdict, WaitingRow } from '../../application/import/ports.ts';
import type { NewId } from '../../application/runtime.ts';
import type { Database } from './database.ts';
import type { DeadLetterRow } from './letter-rows.ts';
import { countRows } from './row-counts.ts';
import { type JudgeLetter, RowTrials, type TrialLimits } from './row-trials.ts';
import { importChunks as chunks, deadLetters, importProcesses as imports } from './schema/imports.ts';
import { toStored } from './stored-cell.ts';
import { refusalReason, writeRows } from './written-rows.ts';

interface JudgedRow {
  readonly row: WaitingRow;
  readonly verdict: Verdict;
}

/** From judged rows to ticket logs and dead letters, exactly once. */
export class PostgresImportLogWriter implements ImportLogWriter {
  readonly #db: Database;
  readonly #newId: NewId;
  readonly #breath: Breath;
  readonly #trials: RowTrials;

  constructor(db: Database, newId: NewId, breath: Breath) {
    this.#db = db;
    this.#newId = newId;
    this.#breath = breath;
    this.#trials = new RowTrials(db, { newId, breath });
  }

  async commitChunk(id: string, seq: number, judged: readonly JudgedRow[], now: Date): Promise<CommittedChunk | null> {
    return this.#db.transaction(async (tx) => {
      const runs = this.#db.sql
        .select({ id: imports.id })
        .from(imports)
        .where(and(eq(imports.id, id), eq(imports.status, 'RUNNING')));
      // The fence: whoever comes second waits here for the first and then finds nothing to do.
      const fenced = await tx.sql
        .update(chunks)
        .set({ committedAt: now, rows: null, packed: null })
        .where(
          and(eq(chunks.importId, id), eq(chunks.seq, seq), isNull(chunks.committedAt), inArray(chunks.importId, runs)),
        )
        .returning({ seq: chunks.seq });
      if (fenced.length === 0) return null;

      const good = judged.flatMap(({ row, verdict }) =>
        verdict.log ? [{ rowNumber: row.rowNumber, log: verdict.log }] : [],
      );
      const deps = { newId: this.#newId, breath: this.#breath };
      const refused = new Map(
        (await writeRows(deps, tx.sql, id, good)).map((refusal) => [refusal.rowNumber, refusal.problem]),
      );
      const kept = judged.flatMap(({ row, verdict }) => {
        const problem = refused.get(row.rowNumber);
        if (problem !== undefined) return [this.#letter(id, row, 'TRYING', [refusalReason(problem)], now)];
        return verdict.reasons ? [this.#letter(id, row, 'DEAD', verdict.reasons, now)] : [];
      });
      if (kept.length > 0) await tx.sql.insert(deadLetters).values(kept);
      const retry = kept.filter((letter) => letter.state === 'TRYING').map((letter) => letter.id);
      const succeeded = judged.length - kept.length;
      const failed = kept.length - retry.length;
      await countRows(tx.sql, id, { succeeded, failed, retried: retry.length });
      return { succeeded, failed, retry };
    });
  }

  tryRow(rowId: string, judge: JudgeLetter, limits: TrialLimits) {
    return this.#trials.tryRow(rowId, judge, limits);
  }

  tryRows(importId: string, page: { afterRow: number; first: number }, judge: JudgeLetter, limits: TrialLimits) {
    return this.#trials.tryRows(importId, page, judge, limits);
  }

  #letter(
    importId: string,
    row: WaitingRow,
    state: 'DEAD' | 'TRYING',
    reasons: readonly string[],
    now: Date,
  ): DeadLetterRow {
    const attempts = state === 'DEAD' ? 1 : 0;
    const cells = row.cells.map(toStored);
    return {
      id: this.#newId(),
      importId,
      rowNumber: row.rowNumber,
      state,
      cells,
      reasons: [...reasons],
      attempts,
      failedAt: now,
    };
  }
}
