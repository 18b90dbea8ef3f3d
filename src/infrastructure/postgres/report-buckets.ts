import { type SQL, sql } from 'drizzle-orm';
import type { ReportBuckets } from '../../application/report/ports.ts';
import type { ClientTier } from '../../domain/enums.ts';
import {
  type DayCounts,
  type DayResolutions,
  dayBuckets,
  type PlacedBucket,
  withLongerBuckets,
} from '../../domain/report/buckets.ts';
import { addMonths, type Day, yearStart } from '../../domain/report/calendar.ts';
import { type Edge, stretchesOf } from '../../domain/report/cover.ts';
import { ADVISORY_LOCKS } from './advisory-locks.ts';
import type { Database, Sql } from './database.ts';
import { between, dayText, IS_DONE, RESOLUTION_MS, sketchBucket } from './report-sql.ts';

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
        await clear(tx, month, days);
        const rest = await neighbours(tx, month);
        const fresh = await bucketsOfDays(tx, days);
        await insertBuckets(tx, withLongerBuckets(month, fresh, rest));
        await sumUpAgents(tx, month);
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

/** Removes the buckets of the days, their month and their year. */
async function clear(tx: Sql, month: Day, days: readonly Day[]): Promise<void> {
  const stale = sql`(span = 'DAY' AND start = ANY(${sql.param(days)}::date[])) OR (span = 'MONTH' AND start = ${month})
                    OR (span = 'YEAR' AND start = ${yearStart(month)})`;
  await tx.execute(sql`DELETE FROM report_buckets WHERE ${stale}`);
  await tx.execute(sql`DELETE FROM report_agent_buckets WHERE ${stale}`);
}

/** What the days' month and year are summed up from, beside those days and that month: none of it is stale. */
async function neighbours(tx: Sql, month: Day): Promise<PlacedBucket[]> {
  const year = yearStart(month);
  const { rows } = await tx.execute<StoredBucket>(sql`
    SELECT span, ${dayText(sql`start`)} AS start, tier, opened, opened_escalated, resolved, closed,
           resolution_ms::text AS resolution_ms, resolution_sketch, escalated, breached
      FROM report_buckets
     WHERE (span = 'DAY' AND start >= ${month} AND start < ${addMonths(month, 1)})
        OR (span = 'MONTH' AND start >= ${year} AND start < ${addMonths(year, 12)})`);
  return rows.map(fromStored);
}

/** The buckets of the days, from their logs, by index only; writes those of the agents on its way, to read the logs once. */
async function bucketsOfDays(tx: Sql, days: readonly Day[]): Promise<PlacedBucket[]> {
  const counts: DayCounts[] = [];
  const resolutions: DayResolutions[] = [];
  for (const stretch of stretchesOf(days)) {
    counts.push(...(await countsOf(tx, stretch)));
    resolutions.push(...(await resolutionsOf(tx, stretch)));
  }
  return dayBuckets(counts, resolutions);
}

async function countsOf(tx: Sql, stretch: Edge): Promise<DayCounts[]> {
  const day = (column: SQL) => sql`date_trunc('day', ${column} AT TIME ZONE 'UTC')`;
  const { rows } = await tx.execute<Row<DayCounts>>(sql`
    SELECT ${dayText(sql`day`)} AS day, tier, sum(opened)::int AS opened, sum(opened_escalated)::int AS "openedEscalated",
           sum(escalated)::int AS escalated, sum(breached)::int AS breached
      FROM (SELECT ${day(sql`created_at`)} AS day, client_type AS tier, count(*) AS opened,
                   count(*) FILTER (WHERE escalation_level > 0) AS opened_escalated, 0 AS escalated, 0 AS breached
              FROM ticket_logs WHERE ${between(sql`created_at`, stretch)} GROUP BY 1, 2
            UNION ALL
            SELECT ${day(sql`escalated_at`)}, client_type, 0, 0, count(*), 0
              FROM ticket_logs WHERE ${between(sql`escalated_at`, stretch)} GROUP BY 1, 2
            UNION ALL
            SELECT ${day(sql`breached_at`)}, client_type, 0, 0, 0, count(*)
              FROM ticket_logs WHERE ${between(sql`breached_at`, stretch)} GROUP BY 1, 2) AS facts
     GROUP BY facts.day, tier`);
  return rows;
}

async function resolutionsOf(tx: Sql, stretch: Edge): Promise<DayResolutions[]> {
  const { rows } = await tx.execute<
    Row<Omit<DayResolutions, 'ms' | 'durations'>> & { ms: string; durations: string }
  >(sql`
    WITH done AS MATERIALIZED (
      SELECT (resolved_at AT TIME ZONE 'UTC')::date AS day, client_type AS tier, status, agent, breached, ${RESOLUTION_MS} AS ms
        FROM ticket_logs WHERE ${between(sql`resolved_at`, stretch)} AND ${IS_DONE}),
    agents AS (
      INSERT INTO report_agent_buckets (span, start, agent, resolved, resolution_ms, breached)
      SELECT 'DAY', day, agent, count(*), sum(ms), count(*) FILTER (WHERE breached)
        FROM done WHERE agent IS NOT NULL GROUP BY day, agent)
    SELECT ${dayText(sql`d.day`)} AS day, tier, status, sum(ms)::text AS ms, string_agg(bucket || ':' || count, ',') AS durations
      FROM (SELECT day, tier, status, bucket, count(*) AS count, sum(ms) AS ms
              FROM (SELECT day, tier, status, ms, ${sketchBucket(sql`ms`)} AS bucket FROM done) AS each
             GROUP BY day, tier, status, bucket) AS d
     GROUP BY d.day, tier, status`);
  return rows.map((row) => ({ ...row, ms: BigInt(row.ms), durations: fromDurations(row.durations) }));
}

/** From a text like `211:4,214:1`: a row for each pair would keep the loop of events busy for ten times as long. */
function fromDurations(text: string): [bucket: number, count: number][] {
  return text.split(',').map((pair) => {
    const colon = pair.indexOf(':');
    return [Number(pair.slice(0, colon)), Number(pair.slice(colon + 1))];
  });
}

/** Drizzle wants rows that have an index signature, which types have and interfaces have not. */
type Row<T> = { [K in keyof T]: T[K] };

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
    sketch: resolution_sketch,
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
    sketch: Buffer.from(bucket.sketch).toString('base64'),
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

/** Sums the agents' days up to the month and its year. */
async function sumUpAgents(tx: Sql, month: Day): Promise<void> {
  const year = yearStart(month);
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
