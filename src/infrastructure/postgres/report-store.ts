import { type SQL, sql } from 'drizzle-orm';
import type { ReportSource } from '../../application/report/ports.ts';
import { CLIENT_TIERS, type ClientTier } from '../../domain/enums.ts';
import { startOfDay } from '../../domain/report/calendar.ts';
import { type Cover, cover } from '../../domain/report/cover.ts';
import { sketchOf } from '../../domain/report/sketch.ts';
import type { Database } from './database.ts';
import { dayText, eachOf, IS_DONE, RESOLUTION_MS, sketchBucket } from './report-sql.ts';

/** The reports' reading side in Postgres: one statement for each question, so that each sees one moment. */
export function postgresReportSource(db: Database): ReportSource {
  async function rows<T>(statement: SQL): Promise<T[]> {
    const result = await db.sql.execute(statement);
    return result.rows as T[];
  }

  return {
    async resolutionTotals(covered) {
      if (isNothing(covered)) return [];
      type Row = { tier: ClientTier; tickets: number; ms: string; sketch: Buffer | null; bucket: number };
      const found = await rows<Row>(
        eachOf(
          covered,
          (within) => sql`
            SELECT tier, resolved + closed AS tickets, resolution_ms::text AS ms, resolution_sketch AS sketch, 0 AS bucket
              FROM report_buckets WHERE ${within} AND resolved + closed > 0`,
          (within) => sql`
            SELECT client_type AS tier, count(*)::int AS tickets, sum(ms)::text AS ms, NULL::bytea AS sketch, bucket
              FROM (SELECT client_type, ${RESOLUTION_MS} AS ms, ${sketchBucket(RESOLUTION_MS)} AS bucket
                      FROM ticket_logs WHERE ${within(sql`resolved_at`)} AND ${IS_DONE}) AS l
             GROUP BY client_type, bucket`,
        ),
      );
      const whole = found.flatMap(({ tier, tickets, ms, sketch }) =>
        sketch ? [{ tier, tickets, totalMs: BigInt(ms), sketch }] : [],
      );
      const ofEdges = CLIENT_TIERS.map((tier) => {
        const parts = found.filter((row) => row.sketch === null && row.tier === tier);
        return {
          tier,
          tickets: parts.reduce((sum, part) => sum + part.tickets, 0),
          totalMs: parts.reduce((sum, part) => sum + BigInt(part.ms), 0n),
          sketch: sketchOf(parts.map((part) => [part.bucket, part.tickets])),
        };
      });
      return [...whole, ...ofEdges];
    },

    async monthTotals(covered) {
      if (isNothing(covered)) return [];
      const parts = eachOf(
        covered,
        (within) => sql`
          SELECT start::timestamp AS day, tier, opened, opened_escalated AS escalated
            FROM report_buckets WHERE ${within} AND opened > 0`,
        (within, { from }) => sql`
          SELECT ${from.toISOString()}::timestamptz AT TIME ZONE 'UTC', client_type, count(*), count(*) FILTER (WHERE escalation_level > 0)
            FROM ticket_logs WHERE ${within(sql`created_at`)} GROUP BY client_type`,
      );
      return rows<{ month: string; tier: ClientTier; opened: number; escalated: number }>(sql`
        SELECT ${dayText(sql`date_trunc('month', day)`)} AS month, tier, sum(opened)::int AS opened, sum(escalated)::int AS escalated
          FROM (${parts}) AS parts(day, tier, opened, escalated)
         GROUP BY 1, 2`);
    },

    async firstMonth() {
      const [row] = await rows<{ month: string }>(sql`
        SELECT ${dayText(sql`start`)} AS month FROM report_buckets
         WHERE span = 'MONTH' AND opened > 0
         ORDER BY start LIMIT 1`);
      return row?.month ?? null;
    },

    async topAgents(covered, limit) {
      if (isNothing(covered)) return [];
      const parts = eachOf(
        covered,
        (within) => sql`SELECT agent, resolved, resolution_ms, breached FROM report_agent_buckets WHERE ${within}`,
        (within) => sql`
          SELECT agent, count(*), sum(${RESOLUTION_MS}), count(*) FILTER (WHERE breached)
            FROM ticket_logs WHERE ${within(sql`resolved_at`)} AND ${IS_DONE} AND agent IS NOT NULL GROUP BY agent`,
      );
      const found = await rows<{ agent: string; resolved: number; ms: string; breached: number }>(sql`
        SELECT agent, sum(resolved)::int AS resolved, sum(ms)::text AS ms, sum(breached)::int AS breached
          FROM (${parts}) AS parts(agent, resolved, ms, breached)
         GROUP BY agent
         ORDER BY 2 DESC, agent COLLATE "C"
         LIMIT ${limit}`);
      return found.map(({ ms, ...row }) => ({ ...row, totalMs: BigInt(ms) }));
    },

    async weekTotals(firstMonday, endMonday) {
      const before = eachOf(
        cover({ from: null, to: startOfDay(firstMonday) }),
        (within) => sql`SELECT opened, resolved, closed FROM report_buckets WHERE ${within}`,
        () => sql``,
      );
      type Counts = { opened: number; resolved: number; closed: number; escalated: number; breached: number };
      const found = await rows<Counts & { monday: string | null }>(sql`
        SELECT ${dayText(sql`date_trunc('week', start::timestamp)`)} AS monday, sum(opened)::int AS opened,
               sum(resolved)::int AS resolved, sum(closed)::int AS closed, sum(escalated)::int AS escalated,
               sum(breached)::int AS breached
          FROM report_buckets
         WHERE span = 'DAY' AND start >= ${firstMonday}::date AND start < ${endMonday}::date
         GROUP BY 1
        UNION ALL
        SELECT NULL, coalesce(sum(opened), 0)::int, coalesce(sum(resolved), 0)::int, coalesce(sum(closed), 0)::int, 0, 0
          FROM (${before}) AS earlier`);
      const start = found.find((row) => row.monday === null);
      const weeks = found.flatMap(({ monday, ...counts }) => (monday === null ? [] : [{ monday, ...counts }]));
      return { openBefore: start ? start.opened - start.resolved - start.closed : 0, weeks };
    },
  };
}

/** A range beyond every stored instant has neither runs nor edges. */
function isNothing({ runs, edges }: Cover): boolean {
  return runs.length + edges.length === 0;
}
