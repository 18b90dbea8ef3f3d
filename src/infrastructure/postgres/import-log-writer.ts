import { and, eq, inArray, isNull, ne, sql } from 'drizzle-orm';
import { validate as isUuid } from 'uuid';
import type { Breath } from '../../application/breath.ts';
import type {
  CommittedChunk,
  DeadLetter,
  ImportLogWriter,
  RowRules,
  Verdict,
  WaitingRow,
} from '../../application/import/ports.ts';
import type { NewId } from '../../application/runtime.ts';
import type { Database, Sql } from './database.ts';
import { type DeadLetterRow, toDeadLetter } from './dead-letter-store.ts';
import { fieldsOf } from './import-store.ts';
import { type ImportedRow, markDaysOf, upsertLogs } from './imported-logs.ts';
import { importChunks as chunks, deadLetters, importProcesses as imports } from './schema/imports.ts';
import { dataProblem } from './store-failure.ts';
import { toStored } from './stored-cell.ts';

interface JudgedRow {
  readonly row: WaitingRow;
  readonly verdict: Verdict;
}

interface Refusal {
  readonly rowNumber: number;
  readonly problem: string;
}

/** Rows in one statement: each has a cost of its own on both sides. */
const AT_ONCE = 2_000;

/** From judged rows to ticket logs and dead letters, exactly once. */
export class PostgresImportLogWriter implements ImportLogWriter {
  readonly #db: Database;
  readonly #newId: NewId;
  readonly #breath: Breath;

  constructor(db: Database, newId: NewId, breath: Breath) {
    this.#db = db;
    this.#newId = newId;
    this.#breath = breath;
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
      const refused = new Map(
        (await this.#write(tx.sql, id, good)).map((refusal) => [refusal.rowNumber, refusal.problem]),
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
      await count(tx.sql, id, { succeeded, failed, retried: retry.length });
      return { succeeded, failed, retry };
    });
  }

  async tryRow(
    rowId: string,
    judge: (row: DeadLetter, rules: RowRules) => Verdict,
    { trials, now }: { trials: number; now: Date },
  ) {
    if (!isUuid(rowId)) return null;
    return this.#db.transaction(async (tx) => {
      const [kept] = await tx.sql
        .select({ letter: deadLetters, headers: imports.headers, fields: imports.fields, dryRun: imports.dryRun })
        .from(deadLetters)
        .innerJoin(imports, eq(imports.id, deadLetters.importId))
        .where(and(eq(deadLetters.id, rowId), ne(deadLetters.state, 'DEAD'), eq(imports.status, 'RUNNING')))
        .for('update', { of: deadLetters });
      if (!kept) return null;
      const { letter } = kept;
      const { importId, rowNumber } = letter;
      const verdict = judge(toDeadLetter(kept), { fields: fieldsOf(kept) ?? [], dryRun: kept.dryRun });
      const reasons = await this.#tryVerdict(tx.sql, importId, rowNumber, verdict);
      // A dead letter that is tried again is counted as failed until it succeeds; a row on its first trials is not counted yet.
      const wasCounted = letter.state === 'RETRYING';
      if (reasons === null) {
        await tx.sql.delete(deadLetters).where(eq(deadLetters.id, rowId));
        await count(tx.sql, importId, { succeeded: 1, failed: wasCounted ? -1 : 0, retried: 0 });
        return { importId, outcome: 'stored' as const };
      }
      const attempts = letter.attempts + 1;
      const isDead = wasCounted || attempts >= trials || verdict.reasons !== undefined;
      const state = isDead ? ('DEAD' as const) : letter.state;
      await tx.sql
        .update(deadLetters)
        .set({ state, attempts, reasons: [...reasons], failedAt: now })
        .where(eq(deadLetters.id, rowId));
      if (isDead && !wasCounted) await count(tx.sql, importId, { succeeded: 0, failed: 1, retried: 0 });
      if (!isDead) return { importId, outcome: 'again' as const };
      return { importId, outcome: wasCounted ? ('dead again' as const) : ('dead' as const) };
    });
  }

  /** Why the row could not be stored, or null when it was. */
  async #tryVerdict(tx: Sql, importId: string, rowNumber: number, verdict: Verdict): Promise<readonly string[] | null> {
    if (verdict.reasons) return verdict.reasons;
    if (!verdict.log) return null;
    const [refusal] = await this.#write(tx, importId, [{ rowNumber, log: verdict.log }]);
    return refusal ? [refusalReason(refusal.problem)] : null;
  }

  /** Writes the rows, some at a time, in the order in which others who write the same ones would. */
  async #write(tx: Sql, importId: string, rows: readonly ImportedRow[]): Promise<Refusal[]> {
    if (rows.length === 0) return [];
    await markDaysOf(tx, rows);
    const inOrder = rows.toSorted((a, b) => (a.log.externalId < b.log.externalId ? -1 : 1));
    const refused: Refusal[] = [];
    for (let at = 0; at < inOrder.length; at += AT_ONCE) {
      const some = inOrder.slice(at, at + AT_ONCE);
      await this.#breath.rest(some.length);
      refused.push(...(await this.#writeEach(tx, importId, some)));
    }
    return refused;
  }

  /** Writes the rows in one go; when the store refuses that, in halves, down to the single rows that it will not have. */
  async #writeEach(tx: Sql, importId: string, rows: readonly ImportedRow[]): Promise<Refusal[]> {
    if (rows.length === 0) return [];
    try {
      await tx.transaction((savepoint) => upsertLogs(savepoint, importId, rows, this.#newId));
      return [];
    } catch (error) {
      const problem = dataProblem(error);
      if (problem === null) throw error;
      const [first] = rows;
      if (first && rows.length === 1) return [{ rowNumber: first.rowNumber, problem }];
      const half = Math.ceil(rows.length / 2);
      const refused = await this.#writeEach(tx, importId, rows.slice(0, half));
      return [...refused, ...(await this.#writeEach(tx, importId, rows.slice(half)))];
    }
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

function refusalReason(problem: string): string {
  return `The row could not be stored: ${problem}`;
}

/** Last in its transaction: the counters are one row that all writers of an import share. */
async function count(tx: Sql, id: string, by: { succeeded: number; failed: number; retried: number }): Promise<void> {
  await tx
    .update(imports)
    .set({
      succeededRows: sql`${imports.succeededRows} + ${by.succeeded}`,
      failedRows: sql`${imports.failedRows} + ${by.failed}`,
      retriedRows: sql`${imports.retriedRows} + ${by.retried}`,
    })
    .where(eq(imports.id, id));
}
