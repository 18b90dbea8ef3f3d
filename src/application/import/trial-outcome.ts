import type { Verdict } from './ports.ts';

/** 'dead': the row went to the dead letters; 'dead again': it was among them before; 'again': it has a trial left. */
export type TrialOutcome = 'stored' | 'dead' | 'dead again' | 'again';

/** What comes of a row on trial; `reasons` are against it, null when it was stored. `attempts` are those before this one. */
export function trialOutcome(
  { isRetried, attempts }: { readonly isRetried: boolean; readonly attempts: number },
  verdict: Verdict,
  reasons: readonly string[] | null,
  trials: number,
): TrialOutcome {
  if (reasons === null) return 'stored';
  // A dead letter has one trial, and a rule does not change its mind.
  if (isRetried) return 'dead again';
  return attempts + 1 >= trials || verdict.reasons !== undefined ? 'dead' : 'again';
}
