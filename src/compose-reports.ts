import { setTimeout as delay } from 'node:timers/promises';
import type { ImportStore } from './application/import/ports.ts';
import { averageResolution } from './application/report/average-resolution.ts';
import { escalatedPerMonth } from './application/report/escalated-per-month.ts';
import { freshenReports } from './application/report/freshen-reports.ts';
import { lastProcesses } from './application/report/last-processes.ts';
import { projectTicketLogs } from './application/report/project-ticket-logs.ts';
import { ProjectionFollower } from './application/report/projection-follower.ts';
import { rebuildReports } from './application/report/rebuild-reports.ts';
import { refreshBetweenImports } from './application/report/refresh-between-imports.ts';
import { refreshReports } from './application/report/refresh-reports.ts';
import { reportsAsOf } from './application/report/reports-as-of.ts';
import { topAgents } from './application/report/top-agents.ts';
import { weeklyStatus } from './application/report/weekly-status.ts';
import type { Clock, Logger, WakeUp } from './application/runtime.ts';
import { postgresReportStores, type ReportDatabases, type ReportStores } from './compose-report-stores.ts';
import type { Mongo } from './infrastructure/mongo/mongo.ts';

export interface ReportParts extends ReportDatabases {
  /** Where logs and buckets are kept; null: in Postgres. */
  readonly mongo: Mongo | null;
  readonly wakeUp: WakeUp;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether rows are coming in. */
  readonly isImporting: () => Promise<boolean>;
}

/** The reports and the projection that feeds them. */
export async function composeReports({ mongo, wakeUp, clock, logger, isImporting, ...databases }: ReportParts) {
  const { source, buckets, liveLogs } = await reportStores(mongo, databases);
  const refresh = refreshReports({ buckets });
  const refreshInTime = refreshBetweenImports({ isImporting, refreshReports: refresh });
  const project = projectTicketLogs({ liveLogs, refreshReports: refreshInTime });
  const freshen = freshenReports({
    projectTicketLogs: project,
    refreshReports: refresh,
    clock,
    log: logger,
    pause: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
  });
  const deps = { source, freshen, clock };
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
    refreshReports: refreshInTime,
    rebuildReports: rebuildReports({ liveLogs, refreshReports: refresh }),
    projectTicketLogs: project,
    liveLogs,
    follower: new ProjectionFollower({ wakeUp, projectTicketLogs: project, log: logger }),
  };
}

export type Reports = Awaited<ReturnType<typeof composeReports>>;

/** Where logs and buckets are kept, with or without MongoDB. */
export async function reportStores(mongo: Mongo | null, databases: ReportDatabases): Promise<ReportStores> {
  if (!mongo) return postgresReportStores(databases);
  const { mongoReportStores } = await import('./compose-mongo-reports.ts');
  return mongoReportStores(mongo, databases);
}
