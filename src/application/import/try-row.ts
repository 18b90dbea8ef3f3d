import { duplicateOf } from '../../domain/import-duplicates.ts';
import type { Clock } from '../runtime.ts';
import type { ProgressAnnouncer } from './announce-progress.ts';
import type { FinishImport } from './finish-import.ts';
import { rowJudge } from './judge-row.ts';
import type { CountRows, DeadLetter, ImportLogWriter, PoliciesInForce, RowRules, Verdict } from './ports.ts';

/** How often a row that failed for outside reasons is tried alone before it is dead. */
export const ROW_TRIALS = 3;

/** So many rows are tried together: a cancelled import stops after them, also when the store refuses each of them. */
const AT_ONCE = 250;

export interface TryRowDeps {
  readonly writer: ImportLogWriter;
  readonly policiesInForce: PoliciesInForce;
  readonly progress: ProgressAnnouncer;
  readonly finish: FinishImport;
  readonly clock: Clock;
  readonly countRows: CountRows;
}

/** Tries one row alone. Returns 'again' when it failed and is to be tried once more later. A repeat changes nothing. */
export const tryRow =
  (deps: TryRowDeps) =>
  async (rowId: string): Promise<'done' | 'again'> => {
    const tried = await deps.writer.tryRow(rowId, await judgeOf(deps), limitsOf(deps));
    if (!tried) return 'done';
    const { importId, outcome } = tried;
    if (outcome === 'again') return 'again';
    deps.progress.announce(importId);
    if (outcome === 'stored') deps.countRows('succeeded', 1);
    if (outcome === 'dead') deps.countRows('failed', 1);
    await deps.finish(importId);
    return 'done';
  };

/**
 * Tries every row of the import that waits for it once, many at a time. A row that is to be tried once more waits for
 * the next round. Stops early at `signal`, and rejects when the store is away; whoever comes next goes on with the rest.
 */
export const tryAllRows =
  (deps: TryRowDeps) =>
  async (importId: string, { signal }: { readonly signal: AbortSignal }): Promise<void> => {
    let afterRow = 0;
    while (!signal.aborted) {
      const page = { afterRow, first: AT_ONCE };
      const tried = await deps.writer.tryRows(importId, page, await judgeOf(deps), limitsOf(deps));
      if (!tried) break;
      afterRow = tried.lastRow;
      deps.progress.announce(importId);
      if (tried.stored > 0) deps.countRows('succeeded', tried.stored);
      if (tried.dead > 0) deps.countRows('failed', tried.dead);
    }
    await deps.finish(importId);
  };

async function judgeOf(deps: TryRowDeps): Promise<(row: DeadLetter, rules: RowRules) => Verdict> {
  const policies = await deps.policiesInForce();
  return (row, rules) => rowJudge(rules, policies)({ ...row, duplicateOf: duplicateOf(row.reasons) });
}

function limitsOf(deps: TryRowDeps) {
  return { trials: ROW_TRIALS, now: deps.clock.now() };
}
