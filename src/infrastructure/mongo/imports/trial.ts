import type { UpdateFilter } from 'mongodb';
import type { TrialOutcome } from '../../../application/import/trial-outcome.ts';
import type { LetterDoc } from './documents.ts';

/** The letter after the trial, with what it changes in the counters of its import. */
export function changeBy(
  letter: Pick<LetterDoc, 'state'>,
  outcome: TrialOutcome,
  reasons: readonly string[] | null,
  now: Date,
): UpdateFilter<LetterDoc> {
  if (reasons === null) {
    // A dead letter was counted as failed until now; a row on its first trials is not counted yet.
    const failed = letter.state === 'RETRYING' ? -1 : 0;
    const set = { state: 'STORED', cells: null, reasons: [] } as const;
    return { $set: set, $unset: { days: '' }, $inc: { changes: 1, succeeded: 1, failed } };
  }
  const tried = { reasons: [...reasons], failedAt: now };
  switch (outcome) {
    case 'dead':
      return { $set: { ...tried, state: 'DEAD' }, $unset: { days: '' }, $inc: { attempts: 1, changes: 1, failed: 1 } };
    case 'dead again':
      return { $set: { ...tried, state: 'DEAD' }, $unset: { days: '' }, $inc: { attempts: 1 } };
    default:
      return { $set: tried, $inc: { attempts: 1 } };
  }
}
