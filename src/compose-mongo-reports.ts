import type { ReportDatabases, ReportStores } from './compose-report-stores.ts';
import type { Mongo } from './infrastructure/mongo/mongo.ts';
import { livePosition, mongoLiveLogs } from './infrastructure/mongo/reports/live-logs.ts';
import { mongoReportBuckets } from './infrastructure/mongo/reports/report-buckets.ts';
import { mongoReportSource } from './infrastructure/mongo/reports/report-source.ts';
import { aloneWithBuckets } from './infrastructure/postgres/alone.ts';
import { liveLogs } from './infrastructure/postgres/live-logs.ts';

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
