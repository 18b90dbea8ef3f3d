import { and, eq, gt, ne, sql } from 'drizzle-orm';
import { validate as isUuid } from 'uuid';
import type { DeadLetter, RowRules, TriedRows, Verdict } from '../../application/import/ports.ts';
import { type TrialOutcome, trialOutcome } from '../../application/import/trial-outcome.ts';
import type { Database, Sql } from './database.ts';
import { fieldsOf } from './import-store.ts';
import { type DeadLetterRow, isOneOf, pageOfRows, toDeadLetter } from './letter-rows.ts';
import { countRows } from './row-counts.ts';
import { deadLetters, importProcesses as imports } from './schema/imports.ts';
import { refusalReason, type WriteRowsDeps, writeRows } from './written-rows.ts';

export type JudgeLetter = (row: DeadLetter, rules: RowRules) => Verdict;

export interface TrialLimits {
  readonly trials: number;
  readonly now: Date;
}

/** What rows on trial are judged by. */
const RULES = { headers: imports.headers, fields: imports.fields, dryRun: imports.dryRun };
type Rules = Pick<typeof imports.$inferSelect, keyof typeof RULES>;

/** About half a millisecond of judging rows. */
const ROWS_PER_TURN = 100;

interface Tried {
  readonly letter: DeadLetterRow;
  readonly outcome: TrialOutcome;
  /** null: it was stored. */
  readonly reasons: readonly string[] | null;
}

/** Trials of rows that were put aside, one alone or many together; each decides in one transaction. */
export class RowTrials {
  readonly #db: Database;
  readonly #deps: WriteRowsDeps;

  constructor(db: Database, deps: WriteRowsDeps) {
    this.#db = db;
    this.#deps = deps;
  }

  async tryRow(rowId: string, judge: JudgeLetter, limits: TrialLimits) {
    if (!isUuid(rowId)) return null;
    return this.#db.transaction(async (tx) => {
      const [kept] = await tx.sql
        .select({ letter: deadLetters, ...RULES })
        .from(deadLetters)
        .innerJoin(imports, eq(imports.id, deadLetters.importId))
        .where(and(eq(deadLetters.id, rowId), ne(deadLetters.state, 'DEAD'), eq(imports.status, 'RUNNING')))
        .for('update', { of: deadLetters });
      if (!kept) return null;
      const { importId } = kept.letter;
      const [tried] = await this.#try(tx.sql, importId, [kept.letter], { rules: kept, judge, limits });
      return tried ? { importId, outcome: tried.outcome } : null;
    });
  }

  async tryRows(
    importId: string,
    { afterRow, first }: { afterRow: number; first: number },
    judge: JudgeLetter,
    limits: TrialLimits,
  ): Promise<TriedRows | null> {
    if (!isUuid(importId)) return null;
    return this.#db.transaction(async (tx) => {
      const running = tx.sql
        .select({ ...RULES, retryAfterRow: imports.retryAfterRow })
        .from(imports)
        .where(and(eq(imports.id, importId), eq(imports.status, 'RUNNING')));
      let [rules] = await running;
      // Whoever tries all dead letters holds their import: they come one after the other, none is passed over, and none is discarded meanwhile.
      if (rules && rules.retryAfterRow !== null) [rules] = await running.for('update');
      if (!rules) return null;
      const { retryAfterRow } = rules;
      const waiting =
        retryAfterRow === null
          ? and(ne(deadLetters.state, 'DEAD'), gt(deadLetters.rowNumber, afterRow))
          : and(eq(deadLetters.state, 'DEAD'), gt(deadLetters.rowNumber, retryAfterRow));
      const page = pageOfRows(tx.sql, and(eq(deadLetters.importId, importId), waiting), first);
      const letters = await tx.sql
        .select()
        .from(deadLetters)
        .where(page)
        .orderBy(deadLetters.rowNumber)
        .for('update', retryAfterRow === null ? { skipLocked: true } : {});
      const lastRow = letters.at(-1)?.rowNumber ?? null;
      if (retryAfterRow !== null) {
        await tx.sql.update(imports).set({ retryAfterRow: lastRow }).where(eq(imports.id, importId));
      }
      if (lastRow === null) return null;
      const retried = letters.map((letter) =>
        letter.state === 'DEAD' ? { ...letter, state: 'RETRYING' as const } : letter,
      );
      const tried = await this.#try(tx.sql, importId, retried, { rules, judge, limits });
      const count = (outcome: TrialOutcome) => tried.filter((each) => each.outcome === outcome).length;
      return { lastRow, stored: count('stored'), dead: count('dead') };
    });
  }

  /** Decides about letters that are locked. */
  async #try(
    tx: Sql,
    importId: string,
    letters: readonly DeadLetterRow[],
    { rules, judge, limits }: { rules: Rules; judge: JudgeLetter; limits: TrialLimits },
  ): Promise<Tried[]> {
    const { headers, dryRun } = rules;
    const rowRules = { fields: fieldsOf(rules) ?? [], dryRun };
    const judged: { letter: DeadLetterRow; verdict: Verdict }[] = [];
    for (const [index, letter] of letters.entries()) {
      if (index % ROWS_PER_TURN === 0) await this.#deps.breath.rest(Math.min(ROWS_PER_TURN, letters.length - index));
      judged.push({ letter, verdict: judge(toDeadLetter({ letter, headers }), rowRules) });
    }
    const good = judged.flatMap(({ letter: { rowNumber }, verdict: { log } }) => (log ? [{ rowNumber, log }] : []));
    const refused = new Map(
      (await writeRows(this.#deps, tx, importId, good)).map(({ rowNumber, problem }) => [rowNumber, problem]),
    );
    const tried = judged.map(({ letter, verdict }): Tried => {
      const problem = refused.get(letter.rowNumber);
      const reasons = verdict.reasons ?? (problem === undefined ? null : [refusalReason(problem)]);
      const isRetried = letter.state === 'RETRYING';
      return { letter, reasons, outcome: trialOutcome({ ...letter, isRetried }, verdict, reasons, limits.trials) };
    });
    await save(tx, tried, limits.now);
    await count(tx, importId, tried);
    return tried;
  }
}

/** Deletes the letters of rows that were stored and tells in the others what was against them. */
async function save(tx: Sql, tried: readonly Tried[], now: Date): Promise<void> {
  const stored = tried.flatMap(({ letter, reasons }) => (reasons === null ? [letter.id] : []));
  if (stored.length > 0) await tx.delete(deadLetters).where(isOneOf(stored));
  const kept = tried.flatMap(({ letter: { id, state }, outcome, reasons }) =>
    reasons === null ? [] : [{ id, state: outcome === 'again' ? state : 'DEAD', reasons }],
  );
  if (kept.length === 0) return;
  await tx.execute(sql`
    UPDATE dead_letters d
       SET state = n.state, reasons = n.reasons, attempts = d.attempts + 1, failed_at = ${now.toISOString()}::timestamptz
      FROM jsonb_to_recordset(${JSON.stringify(kept)}::jsonb) AS n(id uuid, state text, reasons jsonb)
     WHERE d.id = n.id`);
}

/** A dead letter that is tried again is counted as failed until it succeeds; a row on its first trials is not counted yet. */
async function count(tx: Sql, importId: string, tried: readonly Tried[]): Promise<void> {
  const succeeded = tried.filter(({ outcome }) => outcome === 'stored');
  const mended = succeeded.filter(({ letter }) => letter.state === 'RETRYING');
  const died = tried.filter(({ outcome }) => outcome === 'dead');
  const failed = died.length - mended.length;
  if (succeeded.length + died.length > 0)
    await countRows(tx, importId, { succeeded: succeeded.length, failed, retried: 0 });
}
