import type { LiveLogs, ReportBuckets, ReportSource } from './application/report/ports.ts';
import type { NewId } from './application/runtime.ts';
import type { Mongo } from './infrastructure/mongo/mongo.ts';
import { livePosition, mongoLiveLogs } from './infrastructure/mongo/reports/live-logs.ts';
import { mongoReportBuckets } from './infrastructure/mongo/reports/report-buckets.ts';
import { mongoReportSource } from './infrastructure/mongo/reports/report-source.ts';
import { aloneWithBuckets } from './infrastructure/postgres/alone.ts';
import type { Database } from './infrastructure/postgres/database.ts';
import { liveLogs } from './infrastructure/postgres/live-logs.ts';
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

/** Logs and buckets in MongoDB; the event log that they follow, and who may write, is Postgres's matter. */
export function mongoReportStores(
  mongo: Pick<Mongo, 'forRequests' | 'forWork'>,
  { workDb, newId }: ReportDatabases,
): ReportStores {
  return {
    source: mongoReportSource(mongo),
    buckets: mongoReportBuckets(mongo, aloneWithBuckets(workDb)),
    liveLogs: liveLogs(workDb, {
      storeIn: () => mongoLiveLogs(mongo, newId),
      position: () => livePosition(mongo),
    }),
  };
}
