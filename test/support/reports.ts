import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { averageResolution } from '../../src/application/report/average-resolution.ts';
import { escalatedPerMonth } from '../../src/application/report/escalated-per-month.ts';
import { freshenReports } from '../../src/application/report/freshen-reports.ts';
import { projectTicketLogs } from '../../src/application/report/project-ticket-logs.ts';
import { rebuildReports } from '../../src/application/report/rebuild-reports.ts';
import { refreshReports } from '../../src/application/report/refresh-reports.ts';
import { reportsAsOf } from '../../src/application/report/reports-as-of.ts';
import { topAgents } from '../../src/application/report/top-agents.ts';
import { weeklyStatus } from '../../src/application/report/weekly-status.ts';
import { postgresReportStores, type ReportStores } from '../../src/compose-report-stores.ts';
import { daysOf, type LogFacts } from '../../src/domain/report/ticket-log.ts';
import { Database, type Sql } from '../../src/infrastructure/postgres/database.ts';
import { markDays } from '../../src/infrastructure/postgres/report-buckets.ts';
import { ticketLogs } from '../../src/infrastructure/postgres/schema/reports.ts';
import { createTestDatabase } from './postgres.ts';

/** The reports on some stores, as one process has them. The clock stands still; move it by `at`. */
export function reportsFrom({ source, buckets, liveLogs }: ReportStores, at: Date) {
  const time = { at };
  const clock = { now: () => time.at };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const refresh = refreshReports({ buckets });
  const project = projectTicketLogs({ liveLogs, refreshReports: refresh });
  // Nobody loses patience in a test, unless it says so.
  const pause = () => new Promise<void>(() => undefined);
  const freshen = freshenReports({ projectTicketLogs: project, refreshReports: refresh, clock, log, pause });
  return {
    time,
    source,
    buckets,
    liveLogs,
    refreshReports: refresh,
    projectTicketLogs: project,
    rebuildReports: rebuildReports({ liveLogs, refreshReports: refresh }),
    reportsAsOf: reportsAsOf({ freshen }),
    averageResolution: averageResolution({ source, freshen }),
    escalatedPerMonth: escalatedPerMonth({ source, freshen, clock }),
    topAgents: topAgents({ source, freshen }),
    weeklyStatus: weeklyStatus({ source, freshen, clock }),
  };
}

/** The reports on a database, as one process has them. */
export function reportsOn(url: string, at: Date) {
  const db = new Database({
    url,
    maxConnections: 5,
    statementTimeoutMs: 20_000,
    applicationName: 'report-test',
    onEvents: () => undefined,
    onError: (error) => console.error(error),
  });
  return { db, ...reportsFrom(postgresReportStores({ db, workDb: db, newId: randomUUID }), at) };
}

/** The reports on a database of their own. */
export async function createReports(at: Date) {
  const database = await createTestDatabase();
  const reports = reportsOn(database.url, at);
  return {
    ...reports,
    url: database.url,
    async [Symbol.asyncDispose]() {
      await reports.db.close();
      await database.drop();
    },
  };
}

export type Reports = Awaited<ReturnType<typeof createReports>>;

/** Stores logs as an import does: with marks for the days they touch, in the same transaction. */
export async function storeLogs(tx: Sql, logs: readonly LogFacts[]): Promise<void> {
  for (let start = 0; start < logs.length; start += 1_000) {
    const rows = logs.slice(start, start + 1_000).map((log) => {
      const id = randomUUID();
      return { ...log, id, externalId: id, clientName: 'Acme' };
    });
    await tx.insert(ticketLogs).values(rows);
  }
  await markDays(tx, [...new Set(logs.flatMap(daysOf))]);
}

/** Every row that the reports are made from, to compare them before and after. */
export async function bucketsOf(db: Database): Promise<unknown> {
  const tiers = await db.sql.execute(sql`SELECT * FROM report_buckets ORDER BY span, start, tier`);
  const agents = await db.sql.execute(sql`SELECT * FROM report_agent_buckets ORDER BY span, start, agent COLLATE "C"`);
  return { tiers: tiers.rows, agents: agents.rows };
}
