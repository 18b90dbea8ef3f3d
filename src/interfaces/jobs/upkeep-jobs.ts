import { PRUNE_EVERY_MS } from '../../application/live/prune-event-log.ts';
import type { JobHandler } from '../../application/queue/ports.ts';
import { SHARE_EVERY_MS } from '../../application/sla/audit-clocks.ts';

export interface UpkeepJobDeps {
  readonly projectTicketLogs: () => Promise<number>;
  readonly refreshReports: () => Promise<void>;
  readonly pruneRefreshTokens: () => Promise<number>;
  readonly pruneEventLog: (signal: AbortSignal) => Promise<unknown>;
  readonly auditClockShare: (signal: AbortSignal) => Promise<unknown>;
}

/** What is to run at intervals, in milliseconds. */
export const UPKEEP_SCHEDULES = [
  { queue: 'projections', name: 'project', everyMs: 15_000 },
  { queue: 'maintenance', name: 'prune-refresh-tokens', everyMs: 6 * 3_600_000 },
  { queue: 'maintenance', name: 'prune-event-log', everyMs: PRUNE_EVERY_MS },
  { queue: 'maintenance', name: 'audit-clocks', everyMs: SHARE_EVERY_MS },
] as const;

/** Projections that news did not bring up to date, tokens that nobody can use any more, events that are kept no longer, and the self-audit of SLA clocks. */
export function upkeepJobs(deps: UpkeepJobDeps): readonly JobHandler[] {
  return [
    {
      queue: 'projections',
      name: 'project',
      handle: async () => {
        await deps.projectTicketLogs();
        await deps.refreshReports();
      },
    },
    {
      queue: 'maintenance',
      name: 'prune-refresh-tokens',
      handle: async () => {
        await deps.pruneRefreshTokens();
      },
    },
    {
      queue: 'maintenance',
      name: 'prune-event-log',
      handle: async (_payload, { signal }) => {
        await deps.pruneEventLog(signal);
      },
    },
    {
      queue: 'maintenance',
      name: 'audit-clocks',
      handle: async (_payload, { signal }) => {
        await deps.auditClockShare(signal);
      },
    },
  ];
}
