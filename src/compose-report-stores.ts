import type { LiveLogs, ReportBuckets, ReportSource } from './application/report/ports.ts';
import type { NewId } from './application/runtime.ts';
import type { Database } from './infrastructure/postgres/database.ts';
import { postgresReportBuckets } from './infrastructure/postgres/report-buckets.ts';
import { postgresReportSource } from './infrastructure/postgres/report-store.ts';
import { postgresLiveLogs } from './infrastructure/postgres/ticket-log-store.ts';

/** Where logs and buckets are kept, as the reports and the projection see it. */
export interface ReportStores {
  readonly source: ReportSource;
  readonly buckets: ReportBuckets;
  readonly liveLogs: LiveLogs;
}

export interface ReportDatabases {
  /** For what a caller waits for. */
  readonly db: Database;
  /** For work in the background; the event log is read from it, and its locks let one process at a time write. */
  readonly workDb: Database;
  readonly newId: NewId;
}

/** Logs and buckets beside the event log. */
export function postgresReportStores({ db, workDb, newId }: ReportDatabases): ReportStores {
  return {
    source: postgresReportSource(db),
    buckets: postgresReportBuckets(workDb),
    liveLogs: postgresLiveLogs(workDb, newId),
  };
}
