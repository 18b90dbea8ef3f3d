import type { AnyBulkWriteOperation, Filter } from 'mongodb';
import type { DeadLetter, RowRules, TriedRows, Verdict } from '../../../application/import/ports.ts';
import { type TrialOutcome, trialOutcome } from '../../../application/import/trial-outcome.ts';
import type { NewId } from '../../../application/runtime.ts';
import { asUuid } from '../../../domain/uuid.ts';
import { type ImportCollections, type ImportDoc, type LetterDoc, ON_TRIAL, type OpenCollections } from './documents.ts';
import { importDoc, readHeader } from './import-doc.ts';
import { KeptDays } from './kept-days.ts';
import { findPage, refusalReason, toDeadLetter } from './letters.ts';
import { removeText } from './long-texts.ts';
import { sendSome } from './releases.ts';
import { changeBy } from './trial.ts';
import { writeRows } from './written-rows.ts';

export type JudgeLetter = (row: DeadLetter, rules: RowRules) => Verdict;

export interface TrialLimits {
  readonly trials: number;
  readonly now: Date;
}

interface Tried {
  readonly letter: LetterDoc;
  readonly outcome: TrialOutcome;
  /** null: it was stored. */
  readonly reasons: readonly string[] | null;
}

/** Trials of rows that were put aside, one alone or many together; one update of its letter decides about each. */
export class RowTrials {
  readonly #open: OpenCollections;
  readonly #newId: NewId;

  constructor({ open, newId }: { readonly open: OpenCollections; readonly newId: NewId }) {
    this.#open = open;
    this.#newId = newId;
  }

  async tryRow(rowId: string, judge: JudgeLetter, limits: TrialLimits) {
    const collections = await this.#open();
    const { letters, limit } = collections;
    const _id = asUuid(rowId);
    const letter = _id && (await letters.findOne({ _id, state: { $in: [...ON_TRIAL] } }, limit));
    const doc = letter ? await importDoc(collections, letter.importId) : null;
    if (!letter || doc?.status !== 'RUNNING') return null;
    const [tried] = await this.#try(collections, doc, [letter], { judge, limits });
    if (!tried || (await decide(collections, [tried], limits.now)) === 0) return null;
    return { importId: letter.importId, outcome: tried.outcome };
  }

  async tryRows(
    importId: string,
    { afterRow, first }: { afterRow: number; first: number },
    judge: JudgeLetter,
    limits: TrialLimits,
  ): Promise<TriedRows | null> {
    const collections = await this.#open();
    for (;;) {
      const doc = await importDoc(collections, importId);
      if (doc?.status !== 'RUNNING') return null;
      const hasSent = await sendSome(collections, doc, first);
      const waiting: Filter<LetterDoc> = {
        importId: doc._id,
        state: { $in: [...ON_TRIAL] },
        rowNumber: { $gt: afterRow },
      };
      const letters = await findPage(collections, waiting, first);
      const lastRow = letters.at(-1)?.rowNumber;
      if (lastRow === undefined) {
        // Others may have tried what was sent, and more is to be sent.
        if (hasSent) continue;
        return null;
      }
      const tried = await this.#try(collections, doc, letters, { judge, limits });
      const counts = new Map<TrialOutcome, number>();
      for (const outcome of ['stored', 'dead', 'dead again', 'again'] as const) {
        const same = tried.filter((each) => each.outcome === outcome);
        counts.set(outcome, await decide(collections, same, limits.now));
      }
      return { lastRow, stored: counts.get('stored') ?? 0, dead: counts.get('dead') ?? 0 };
    }
  }

  /** Writes the logs of good rows and tells what is to become of each letter. */
  async #try(
    collections: ImportCollections,
    doc: ImportDoc,
    letters: readonly LetterDoc[],
    { judge, limits }: { judge: JudgeLetter; limits: TrialLimits },
  ): Promise<Tried[]> {
    const header = await readHeader(collections, doc);
    const rules = { fields: header?.fields ?? [], dryRun: doc.dryRun ?? false };
    const judged: { letter: LetterDoc; verdict: Verdict }[] = [];
    for (const letter of letters) {
      judged.push({ letter, verdict: judge(await toDeadLetter(collections, letter, header?.headers ?? []), rules) });
    }
    const good = judged.flatMap(({ letter: { rowNumber }, verdict: { log } }) => (log ? [{ rowNumber, log }] : []));
    const days = KeptDays.ofLetters(collections, letters);
    const refused = await writeRows(collections, doc, good, { days, newId: this.#newId });
    return judged.map(({ letter, verdict }) => {
      const problem = refused.get(letter.rowNumber);
      const reasons = verdict.reasons ?? (problem === undefined ? null : [refusalReason(problem)]);
      const isRetried = letter.state === 'RETRYING';
      return { letter, reasons, outcome: trialOutcome({ ...letter, isRetried }, verdict, reasons, limits.trials) };
    });
  }
}

/** Decides about those letters that no other run of their trials has decided about; returns how many they are. */
async function decide(collections: ImportCollections, tried: readonly Tried[], now: Date): Promise<number> {
  if (tried.length === 0) return 0;
  const { letters, limit } = collections;
  const operations = tried.map(({ letter, outcome, reasons }): AnyBulkWriteOperation<LetterDoc> => {
    // State and attempts name the trial: of several runs of it one decides.
    const trial = { _id: letter._id, state: letter.state, attempts: letter.attempts };
    return { updateOne: { filter: trial, update: changeBy(letter, outcome, reasons, now) } };
  });
  const { modifiedCount } = await letters.bulkWrite(operations, { ...limit, ordered: false });
  // What cannot be tidied up is in nobody's way.
  await tidy(collections, tried).catch(() => undefined);
  return modifiedCount;
}

/** Lets go of the long cells of rows that were stored. */
async function tidy(collections: ImportCollections, tried: readonly Tried[]): Promise<void> {
  const isLong = ({ letter: { cells } }: Tried) => cells !== null && typeof cells !== 'string';
  const long = tried.filter((each) => each.reasons === null && isLong(each));
  if (long.length === 0) return;
  const { letters, limit } = collections;
  const ids = long.map(({ letter }) => letter._id);
  const isStored: Filter<LetterDoc> = { _id: { $in: ids }, state: 'STORED' };
  const stored = new Set(
    (await letters.find(isStored, { ...limit, projection: { _id: 1 } }).toArray()).map((letter) => letter._id),
  );
  for (const { letter } of long) if (stored.has(letter._id)) await removeText(collections, letter._id, letter.cells);
}
