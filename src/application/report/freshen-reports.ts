import type { Clock, Logger } from '../runtime.ts';
import type { Freshen } from './ports.ts';
import { sharedRuns } from './shared-runs.ts';

/** How long a reader waits for work that others have caused (a large import) before it takes the last complete state. */
const PATIENCE_MS = 1_000;

/**
 * Brings the reports up to date with everything that was committed before the call, and returns the instant of the call. When
 * that takes longer than a second and the reports were complete once before, it answers with that earlier instant instead, and
 * the work goes on.
 */
export const freshenReports = (deps: {
  readonly projectTicketLogs: () => Promise<number>;
  readonly refreshReports: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Resolves after that many milliseconds, or when aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}): Freshen => {
  let completeAt: Date | null = null;
  const bringUpToDate = sharedRuns(async () => {
    const now = deps.clock.now();
    await deps.projectTicketLogs();
    await deps.refreshReports();
    completeAt = now;
    return now;
  });
  return async () => {
    const work = bringUpToDate();
    if (completeAt === null) return work;
    const answered = new AbortController();
    const patience = deps.pause(PATIENCE_MS, answered.signal).then(
      () => null,
      () => null,
    );
    const asOf = await Promise.race([work, patience]).finally(() => answered.abort());
    if (asOf) return asOf;
    work.catch((error: unknown) => deps.log.error({ err: error }, 'Reports could not be brought up to date.'));
    return completeAt;
  };
};
