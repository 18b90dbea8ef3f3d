import type { ReportBuckets } from './ports.ts';
import { sharedRuns } from './shared-runs.ts';

/**
 * Recomputes the buckets that the logs have made stale, a month at a time. When it resolves, every log that was committed
 * before the call is in the reports; calls made at once share the work. For the system: it asks for no actor.
 */
export const refreshReports = (deps: { readonly buckets: ReportBuckets }): (() => Promise<void>) =>
  sharedRuns(async () => {
    for (const month of await deps.buckets.staleMonths()) await deps.buckets.refreshMonth(month);
  });
