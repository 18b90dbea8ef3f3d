import type { JobHandler } from '../../application/queue/ports.ts';

export interface UpkeepJobDeps {
  readonly projectTicketLogs: () => Promise<number>;
  readonly refreshReports: () => Promise<void>;
  readonly pruneRefreshTokens: () => Promise<number>;
}

/** What is to run at intervals, in milliseconds. */
export const UPKEEP_SCHEDULES = [
  { queue: 'projections', name: 'project', everyMs: 15_000 },
  { queue: 'maintenance', name: 'prune-refresh-tokens', everyMs: 6 * 3_600_000 },
] as const;

/** Projections that news did not bring up to date, and tokens that nobody can use any more. */
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
  ];
}
