import { setTimeout as delay } from 'node:timers/promises';
import type { ImportStore } from './application/import/ports.ts';
import { averageResolution } from './application/report/average-resolution.ts';
import { escalatedPerMonth } from './application/report/escalated-per-month.ts';
import { freshenReports } from './application/report/freshen-reports.ts';
import { lastProcesses } from './application/report/last-processes.ts';
import { projectTicketLogs } from './application/report/project-ticket-logs.ts';
import { ProjectionFollower } from './application/report/projection-follower.ts';
import { rebuildReports } from './application/report/rebuild-reports.ts';
import { refreshReports } from './application/report/refresh-reports.ts';
import { reportsAsOf } from './application/report/reports-as-of.ts';
import { topAgents } from './application/report/top-agents.ts';
import { weeklyStatus } from './application/report/weekly-status.ts';
import type { Clock, Logger, NewId, WakeUp } from './application/runtime.ts';
import type { Database } from './infrastructure/postgres/database.ts';
import { postgresReportBuckets } from './infrastructure/postgres/report-buckets.ts';
import { postgresReportSource } from './infrastructure/postgres/report-store.ts';
import { postgresLiveLogs } from './infrastructure/postgres/ticket-log-store.ts';

export interface ReportParts {
  readonly db: Database;
  readonly workDb: Database;
  readonly wakeUp: WakeUp;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly logger: Logger;
}

/** The reports and the projection that feeds them. */
export function composeReports({ db, workDb, wakeUp, clock, newId, logger }: ReportParts) {
  const refresh = refreshReports({ buckets: postgresReportBuckets(workDb) });
  const liveLogs = postgresLiveLogs(workDb, newId);
  const project = projectTicketLogs({ liveLogs, refreshReports: refresh });
  const freshen = freshenReports({
    projectTicketLogs: project,
    refreshReports: refresh,
    clock,
    log: logger,
    pause: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
  });
  const deps = { source: postgresReportSource(db), freshen, clock };
  return {
    useCases: {
      reportsAsOf: reportsAsOf(deps),
      averageResolution: averageResolution(deps),
      escalatedPerMonth: escalatedPerMonth(deps),
      topAgents: topAgents(deps),
      weeklyStatus: weeklyStatus(deps),
    },
    /** The report that tells of imports. */
    lastProcesses: (imports: Pick<ImportStore, 'list'>) => lastProcesses({ imports }),
    refreshReports: refresh,
    rebuildReports: rebuildReports({ liveLogs, refreshReports: refresh }),
    projectTicketLogs: project,
    liveLogs,
    follower: new ProjectionFollower({ wakeUp, projectTicketLogs: project, log: logger }),
  };
}

export type Reports = ReturnType<typeof composeReports>;
