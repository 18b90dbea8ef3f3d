import { sql } from 'drizzle-orm';
import type { ReportBuckets } from '../../application/report/ports.ts';
import type { ClientTier } from '../../domain/enums.ts';
import { mergeBuckets, type PlacedBucket, type TierBucket } from '../../domain/report/buckets.ts';
import { addDays, addMonths, type Day, startOfDay, yearStart } from '../../domain/report/calendar.ts';
import type { Edge } from '../../domain/report/cover.ts';
import { decodeSketch, encodeSketch } from '../../domain/report/sketch.ts';
import { ADVISORY_LOCKS } from './advisory-locks.ts';
import type { Database, Sql } from './database.ts';
import { dayText, edgesRelation, IS_DONE, RESOLUTION_MS, sketchBucket } from './report-sql.ts';

/** Waits until no other transaction writes buckets; held until the end of this one. */
export async function lockBuckets(tx: Sql): Promise<void> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.reportBuckets})`);
}

/** Marks days whose buckets no longer match the logs, in the transaction that changes those logs. */
export async function markDays(tx: Sql, days: readonly Day[]): Promise<void> {
  if (days.length === 0) return;
  await tx.execute(sql`INSERT INTO report_dirty_days (day) SELECT unnest(${sql.param(days)}::date[])`);
}

/** The reports' buckets in Postgres. */
export function postgresReportBuckets(db: Database): ReportBuckets {
  return {
    async staleMonths() {
      // From month to month by the index: a large import leaves very many marks.
      const { rows } = await db.sql.execute<{ month: Day }>(sql`
        WITH RECURSIVE months AS (
          SELECT date_trunc('month', min(day)::timestamp) AS month FROM report_dirty_days
          UNION ALL
          SELECT (SELECT date_trunc('month', min(day)::timestamp) FROM report_dirty_days
                   WHERE day >= (months.month + interval '1 month')::date)
            FROM months WHERE months.month IS NOT NULL)
        SELECT ${dayText(sql`month`)} AS month FROM months WHERE month IS NOT NULL ORDER BY 1`);
      return rows.map((row) => row.month);
    },

    async refreshMonth(month) {
      await db.transaction(async ({ sql: tx }) => {
        await lockBuckets(tx);
        // Each statement sees what was committed when it began: every log that a taken mark speaks of, and maybe newer
        // ones, whose own marks stay for the next time.
        const days = await takeMarks(tx, month);
        if (days.length === 0) return;
        await refreshTiers(tx, month, days);
        await refreshAgents(tx, month, days);
      });
    },
  };
}

async function takeMarks(tx: Sql, month: Day): Promise<Day[]> {
  const { rows } = await tx.execute<{ day: Day }>(sql`
    WITH taken AS (DELETE FROM report_dirty_days WHERE day >= ${month} AND day < ${addMonths(month, 1)} RETURNING day)
    SELECT DISTINCT ${dayText(sql`day`)} AS day FROM taken ORDER BY 1`);
  return rows.map((row) => row.day);
}

async function refreshTiers(tx: Sql, month: Day, days: readonly Day[]): Promise<void> {
  const year = yearStart(month);
  const fresh = await bucketsOfDays(tx, days);
  const { rows } = await tx.execute<StoredBucket>(sql`
    SELECT span, ${dayText(sql`start`)} AS start, tier, opened, opened_escalated, resolved, closed,
           resolution_ms::text AS resolution_ms, resolution_sketch, escalated, breached
      FROM report_buckets
     WHERE (span = 'DAY' AND start >= ${month} AND start < ${addMonths(month, 1)} AND start <> ALL(${sql.param(days)}::date[]))
        OR (span = 'MONTH' AND start >= ${year} AND start < ${addMonths(year, 12)} AND start <> ${month})`);
  const stored = rows.map(fromStored);
  const ofMonth = mergeBuckets([...stored.filter(({ span }) => span === 'DAY'), ...fresh]);
  const ofYear = mergeBuckets<TierBucket>([...stored.filter(({ span }) => span === 'MONTH'), ...ofMonth]);
  await tx.execute(sql`
    DELETE FROM report_buckets
     WHERE (span = 'DAY' AND start = ANY(${sql.param(days)}::date[]))
        OR (span = 'MONTH' AND start = ${month})
        OR (span = 'YEAR' AND start = ${year})`);
  await insertBuckets(tx, [
    ...fresh,
    ...ofMonth.map((bucket) => ({ ...bucket, span: 'MONTH' as const, start: month })),
    ...ofYear.map((bucket) => ({ ...bucket, span: 'YEAR' as const, start: year })),
  ]);
}

/** The buckets of the days, from their logs; by index only. */
async function bucketsOfDays(tx: Sql, days: readonly Day[]): Promise<PlacedBucket[]> {
  const stretches = edgesRelation(stretchesOf(days));
  type Counts = { opened: number; opened_escalated: number; escalated: number; breached: number };
  const counts = await tx.execute<Counts & { day: Day; tier: ClientTier }>(sql`
    SELECT ${dayText(sql`day`)} AS day, tier, sum(opened)::int AS opened, sum(opened_escalated)::int AS opened_escalated,
           sum(escalated)::int AS escalated, sum(breached)::int AS breached
      FROM ${stretches}
     CROSS JOIN LATERAL (
            SELECT date_trunc('day', created_at AT TIME ZONE 'UTC') AS day, client_type AS tier, count(*) AS opened,
                   count(*) FILTER (WHERE escalation_level > 0) AS opened_escalated, 0 AS escalated, 0 AS breached
              FROM ticket_logs WHERE created_at >= e.since AND created_at < e.before GROUP BY 1, 2
            UNION ALL
            SELECT date_trunc('day', escalated_at AT TIME ZONE 'UTC'), client_type, 0, 0, count(*), 0
              FROM ticket_logs WHERE escalated_at >= e.since AND escalated_at < e.before GROUP BY 1, 2
            UNION ALL
            SELECT date_trunc('day', breached_at AT TIME ZONE 'UTC'), client_type, 0, 0, 0, count(*)
              FROM ticket_logs WHERE breached_at >= e.since AND breached_at < e.before GROUP BY 1, 2) AS facts
     GROUP BY day, tier`);
  type Resolutions = { day: Day; tier: ClientTier; status: string; bucket: number; count: number; ms: string };
  const resolutions = await tx.execute<Resolutions>(sql`
    SELECT ${dayText(sql`day`)} AS day, tier, status, bucket, count(*)::int AS count, sum(ms)::text AS ms
      FROM ${stretches}
     CROSS JOIN LATERAL (
            SELECT date_trunc('day', resolved_at AT TIME ZONE 'UTC') AS day, client_type AS tier, status,
                   ${RESOLUTION_MS} AS ms, ${sketchBucket(RESOLUTION_MS)} AS bucket
              FROM ticket_logs
             WHERE resolved_at >= e.since AND resolved_at < e.before AND ${IS_DONE}) AS l
     GROUP BY l.day, tier, status, bucket`);
  const parts = [
    ...counts.rows.map((row) => ({ ...EMPTY, ...placed(row), ...row, openedEscalated: row.opened_escalated })),
    ...resolutions.rows.map((row) => ({
      ...EMPTY,
      ...placed(row),
      resolved: row.status === 'RESOLVED' ? row.count : 0,
      closed: row.status === 'CLOSED' ? row.count : 0,
      resolutionMs: BigInt(row.ms),
      sketch: new Map([[row.bucket, row.count]]),
    })),
  ];
  const byDay = new Map<Day, PlacedBucket[]>();
  for (const part of parts) {
    const same = byDay.get(part.start);
    if (same) same.push(part);
    else byDay.set(part.start, [part]);
  }
  return [...byDay].flatMap(([start, same]) =>
    mergeBuckets(same).map((bucket) => ({ ...bucket, span: 'DAY' as const, start })),
  );
}

const EMPTY = {
  opened: 0,
  openedEscalated: 0,
  resolved: 0,
  closed: 0,
  resolutionMs: 0n,
  sketch: new Map<number, number>(),
  escalated: 0,
  breached: 0,
};

function placed({ day, tier }: { day: Day; tier: ClientTier }) {
  return { span: 'DAY' as const, start: day, tier };
}

/** The days, which ascend, as few stretches: one for each row of neighbours. */
function stretchesOf(days: readonly Day[]): Edge[] {
  const stretches: { from: Day; to: Day }[] = [];
  for (const day of days) {
    const last = stretches.at(-1);
    if (last?.to === day) last.to = addDays(day, 1);
    else stretches.push({ from: day, to: addDays(day, 1) });
  }
  return stretches.map(({ from, to }) => ({ from: startOfDay(from), to: startOfDay(to) }));
}

type StoredBucket = {
  span: PlacedBucket['span'];
  start: Day;
  tier: ClientTier;
  opened: number;
  opened_escalated: number;
  resolved: number;
  closed: number;
  resolution_ms: string;
  resolution_sketch: Buffer;
  escalated: number;
  breached: number;
};

function fromStored({ opened_escalated, resolution_ms, resolution_sketch, ...row }: StoredBucket): PlacedBucket {
  return {
    ...row,
    openedEscalated: opened_escalated,
    resolutionMs: BigInt(resolution_ms),
    sketch: decodeSketch(resolution_sketch),
  };
}

async function insertBuckets(tx: Sql, buckets: readonly PlacedBucket[]): Promise<void> {
  if (buckets.length === 0) return;
  const rows = buckets.map((bucket) => ({
    span: bucket.span,
    start: bucket.start,
    tier: bucket.tier,
    opened: bucket.opened,
    opened_escalated: bucket.openedEscalated,
    resolved: bucket.resolved,
    closed: bucket.closed,
    resolution_ms: String(bucket.resolutionMs),
    sketch: Buffer.from(encodeSketch(bucket.sketch)).toString('base64'),
    escalated: bucket.escalated,
    breached: bucket.breached,
  }));
  await tx.execute(sql`
    INSERT INTO report_buckets (span, start, tier, opened, opened_escalated, resolved, closed, resolution_ms,
                                resolution_sketch, escalated, breached)
    SELECT span, start, tier, opened, opened_escalated, resolved, closed, resolution_ms, decode(sketch, 'base64'), escalated, breached
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS (span text, start date, tier text, opened int, opened_escalated int, resolved int, closed int, resolution_ms bigint,
            sketch text, escalated int, breached int)`);
}

async function refreshAgents(tx: Sql, month: Day, days: readonly Day[]): Promise<void> {
  const year = yearStart(month);
  await tx.execute(sql`
    DELETE FROM report_agent_buckets
     WHERE (span = 'DAY' AND start = ANY(${sql.param(days)}::date[]))
        OR (span = 'MONTH' AND start = ${month})
        OR (span = 'YEAR' AND start = ${year})`);
  await tx.execute(sql`
    INSERT INTO report_agent_buckets (span, start, agent, resolved, resolution_ms, breached)
    SELECT 'DAY', day, agent, count(*), sum(ms), count(*) FILTER (WHERE breached)
      FROM ${edgesRelation(stretchesOf(days))}
     CROSS JOIN LATERAL (
            SELECT (resolved_at AT TIME ZONE 'UTC')::date AS day, agent, ${RESOLUTION_MS} AS ms, breached
              FROM ticket_logs
             WHERE resolved_at >= e.since AND resolved_at < e.before AND ${IS_DONE} AND agent IS NOT NULL) AS l
     GROUP BY day, agent`);
  const longer = [
    { span: 'MONTH', start: month, end: addMonths(month, 1), parts: 'DAY' },
    { span: 'YEAR', start: year, end: addMonths(year, 12), parts: 'MONTH' },
  ];
  for (const { span, start, end, parts } of longer) {
    await tx.execute(sql`
      INSERT INTO report_agent_buckets (span, start, agent, resolved, resolution_ms, breached)
      SELECT ${span}, ${start}::date, agent, sum(resolved), sum(resolution_ms), sum(breached)
        FROM report_agent_buckets
       WHERE span = ${parts} AND start >= ${start} AND start < ${end}
       GROUP BY agent`);
  }
}
