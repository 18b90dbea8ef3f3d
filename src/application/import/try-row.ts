import { duplicateOf } from '../../domain/import-duplicates.ts';
import type { Clock } from '../runtime.ts';
import type { ProgressAnnouncer } from './announce-progress.ts';
import type { FinishImport } from './finish-import.ts';
import { rowJudge } from './judge-row.ts';
import type { CountRows, DeadLetterStore, ImportLogWriter, PoliciesInForce } from './ports.ts';

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
    const tried = await tryAlone(deps, rowId);
    if (!tried) return 'done';
    if (tried.outcome === 'again') return 'again';
    await deps.finish(tried.importId);
    return 'done';
  };

/** So many rows of an import are tried at a time. */
const AT_ONCE = 5;

/**
 * Tries every row of the import that waits for it, each alone and once. A row that is to be tried once more waits for the next
 * round. Stops early at `signal`, and rejects when the store is away; whoever comes next goes on with the rest.
 */
export const tryAllRows =
  (deps: TryRowDeps & { readonly deadLetters: Pick<DeadLetterStore, 'waiting'> }) =>
  async (importId: string, { signal }: { readonly signal: AbortSignal }): Promise<void> => {
    const rows = (await deps.deadLetters.waiting(importId)).values();
    const stop = new AbortController();
    const tryRest = async () => {
      for (const rowId of rows) {
        if (signal.aborted || stop.signal.aborted) return;
        await tryAlone(deps, rowId);
      }
    };
    const all = Array.from({ length: AT_ONCE }, () =>
      tryRest().catch((error: unknown) => {
        stop.abort();
        throw error;
      }),
    );
    await Promise.allSettled(all);
    await Promise.all(all);
    await deps.finish(importId);
  };

async function tryAlone(deps: TryRowDeps, rowId: string) {
  const policies = await deps.policiesInForce();
  const tried = await deps.writer.tryRow(
    rowId,
    (row, rules) => rowJudge(rules, policies)({ ...row, duplicateOf: duplicateOf(row.reasons) }),
    { trials: ROW_TRIALS, now: deps.clock.now() },
  );
  if (tried && tried.outcome !== 'again') {
    deps.progress.announce(tried.importId);
    if (tried.outcome !== 'dead again') deps.countRows(tried.outcome === 'stored' ? 'succeeded' : 'failed', 1);
  }
  return tried;
}
