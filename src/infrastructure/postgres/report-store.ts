import { type SQL, sql } from 'drizzle-orm';
import type { ReportSource } from '../../application/report/ports.ts';
import type { ClientTier } from '../../domain/enums.ts';
import { startOfDay } from '../../domain/report/calendar.ts';
import type { Cover } from '../../domain/report/cover.ts';
import { cover } from '../../domain/report/cover.ts';
import { decodeSketch } from '../../domain/report/sketch.ts';
import type { Database } from './database.ts';
import { dayText, edgesRelation, IS_DONE, RESOLUTION_MS, runsRelation, sketchBucket } from './report-sql.ts';

const WITHIN_RUN = sql`b.span = r.span AND b.start >= r.since AND b.start < r.before`;

/** The reports' reading side in Postgres: one statement for each question, so that each sees one moment. */
export function postgresReportSource(db: Database): ReportSource {
  async function rows<T>(statement: SQL): Promise<T[]> {
    const result = await db.sql.execute(statement);
    return result.rows as T[];
  }

  return {
    async resolutionTotals(covered) {
      type Row = { tier: ClientTier; tickets: number; ms: string; sketch: Buffer | null; bucket: number };
      const found = await rows<Row>(sql`
        SELECT b.tier, b.resolved + b.closed AS tickets, b.resolution_ms::text AS ms, b.resolution_sketch AS sketch, 0 AS bucket
          FROM ${runsRelation(covered.runs)}
          JOIN report_buckets b ON ${WITHIN_RUN}
         WHERE b.resolved + b.closed > 0
        ${withEdges(
          covered,
          (edges) => sql`
        SELECT client_type, count(*)::int, sum(ms)::text, NULL, bucket
          FROM ${edges}
         CROSS JOIN LATERAL (
                SELECT client_type, ${RESOLUTION_MS} AS ms, ${sketchBucket(RESOLUTION_MS)} AS bucket
                  FROM ticket_logs
                 WHERE resolved_at >= e.since AND resolved_at < e.before AND ${IS_DONE}) AS l
         GROUP BY client_type, bucket`,
        )}`);
      return found.map(({ tier, tickets, ms, sketch, bucket }) => ({
        tier,
        tickets,
        totalMs: BigInt(ms),
        sketch: sketch ? decodeSketch(sketch) : new Map([[bucket, tickets]]),
      }));
    },

    async monthTotals(covered) {
      type Row = { month: string; tier: ClientTier; opened: number; escalated: number };
      return rows<Row>(sql`
        SELECT ${dayText(sql`date_trunc('month', day)`)} AS month, tier, sum(opened)::int AS opened, sum(escalated)::int AS escalated
          FROM (SELECT b.start::timestamp AS day, b.tier, b.opened, b.opened_escalated AS escalated
                  FROM ${runsRelation(covered.runs)}
                  JOIN report_buckets b ON ${WITHIN_RUN}
                 WHERE b.opened > 0
                ${withEdges(
                  covered,
                  (edges) => sql`
                SELECT e.since AT TIME ZONE 'UTC', client_type, count(*), count(*) FILTER (WHERE escalation_level > 0)
                  FROM ${edges}
                 CROSS JOIN LATERAL (
                        SELECT client_type, escalation_level
                          FROM ticket_logs
                         WHERE created_at >= e.since AND created_at < e.before) AS l
                 GROUP BY e.since, client_type`,
                )}) AS parts
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
      const found = await rows<{ agent: string; resolved: number; ms: string; breached: number }>(sql`
        SELECT agent, sum(resolved)::int AS resolved, sum(ms)::text AS ms, sum(breached)::int AS breached
          FROM (SELECT b.agent, b.resolved, b.resolution_ms AS ms, b.breached
                  FROM ${runsRelation(covered.runs)}
                  JOIN report_agent_buckets b ON ${WITHIN_RUN}
                ${withEdges(
                  covered,
                  (edges) => sql`
                SELECT agent, count(*), sum(ms), count(*) FILTER (WHERE breached)
                  FROM ${edges}
                 CROSS JOIN LATERAL (
                        SELECT agent, ${RESOLUTION_MS} AS ms, breached
                          FROM ticket_logs
                         WHERE resolved_at >= e.since AND resolved_at < e.before AND ${IS_DONE} AND agent IS NOT NULL) AS l
                 GROUP BY agent`,
                )}) AS parts
         GROUP BY agent
         ORDER BY 2 DESC, agent COLLATE "C"
         LIMIT ${limit}`);
      return found.map(({ ms, ...row }) => ({ ...row, totalMs: BigInt(ms) }));
    },

    async weekTotals(firstMonday, endMonday) {
      const before = cover({ from: null, to: startOfDay(firstMonday) });
      type Counts = { opened: number; resolved: number; closed: number; escalated: number; breached: number };
      const found = await rows<Counts & { monday: string | null }>(sql`
        SELECT ${dayText(sql`date_trunc('week', b.start::timestamp)`)} AS monday, sum(b.opened)::int AS opened,
               sum(b.resolved)::int AS resolved, sum(b.closed)::int AS closed, sum(b.escalated)::int AS escalated,
               sum(b.breached)::int AS breached
          FROM report_buckets b
         WHERE b.span = 'DAY' AND b.start >= ${firstMonday} AND b.start < ${endMonday}
         GROUP BY 1
        UNION ALL
        SELECT NULL, coalesce(sum(b.opened), 0)::int, coalesce(sum(b.resolved), 0)::int, coalesce(sum(b.closed), 0)::int, 0, 0
          FROM ${runsRelation(before.runs)}
          JOIN report_buckets b ON ${WITHIN_RUN}`);
      const start = found.find((row) => row.monday === null);
      const weeks = found.flatMap(({ monday, ...counts }) => (monday === null ? [] : [{ monday, ...counts }]));
      return { openBefore: start ? start.opened - start.resolved - start.closed : 0, weeks };
    },
  };
}

/** Adds what the edges of a cover hold, when it has any. */
function withEdges(covered: Cover, select: (edges: SQL) => SQL): SQL {
  return covered.edges.length === 0 ? sql`` : sql`UNION ALL ${select(edgesRelation(covered.edges))}`;
}
