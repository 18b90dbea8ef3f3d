import { duplicateOf } from '../../domain/import-duplicates.ts';
import type { Clock } from '../runtime.ts';
import type { ProgressAnnouncer } from './announce-progress.ts';
import type { FinishImport } from './finish-import.ts';
import { rowJudge } from './judge-row.ts';
import type { CountRows, ImportLogWriter, PoliciesInForce } from './ports.ts';

/** How often a row that failed for outside reasons is tried alone before it is dead. */
export const ROW_TRIALS = 3;

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
    const policies = await deps.policiesInForce();
    const tried = await deps.writer.tryRow(
      rowId,
      (row, rules) => rowJudge(rules, policies)({ ...row, duplicateOf: duplicateOf(row.reasons) }),
      { trials: ROW_TRIALS, now: deps.clock.now() },
    );
    if (!tried) return 'done';
    if (tried.outcome === 'again') return 'again';
    deps.progress.announce(tried.importId);
    if (tried.outcome !== 'dead again') deps.countRows(tried.outcome === 'stored' ? 'succeeded' : 'failed', 1);
    await deps.finish(tried.importId);
    return 'done';
  };
