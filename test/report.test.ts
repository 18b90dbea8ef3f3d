import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Actor } from '../src/domain/actor.ts';
import { cover, type ReportRange } from '../src/domain/report/cover.ts';
import { SKETCH_BOUNDS, sketchIndex } from '../src/domain/report/sketch.ts';
import { RESOLUTION_MS, sketchBucket } from '../src/infrastructure/postgres/report-sql.ts';
import { randomLogs } from './support/naive-reports.ts';
import { randomRanges } from './support/report-ranges.ts';
import { createReports, type Reports, storeLogs } from './support/reports.ts';

const lead: Actor = { id: '00000000-0000-4000-8000-000000000001', role: 'SUPERVISOR' };
const agent: Actor = { id: '00000000-0000-4000-8000-000000000002', role: 'AGENT' };
const NOW = new Date('2026-11-25T15:30:00Z');
const FIRST = new Date('2025-03-10T00:00:00Z');
const EVER: ReportRange = { from: null, to: null };
// Two months without a log lie between the two, and the newest lie in the future.
const logs = [...randomLogs(1, 2_000, FIRST, 200), ...randomLogs(2, 2_000, new Date('2025-12-01T00:00:00Z'), 380)];

let reports: Reports;
beforeAll(async () => {
  reports = await createReports(NOW);
  await reports.db.transaction((tx) => storeLogs(tx.sql, logs));
});
afterAll(async () => {
  await reports?.[Symbol.asyncDispose]();
});

describe('what a caller gets wrong', () => {
  it.each([
    ['from', () => reports.averageResolution(lead, { from: NOW, to: NOW })],
    ['from', () => reports.escalatedPerMonth(lead, { from: NOW, to: FIRST })],
    ['from', () => reports.escalatedPerMonth(lead, { from: new Date('1900-01-01T00:00:00Z'), to: null })],
    ['from', () => reports.topAgents(lead, { from: NOW, to: FIRST, limit: 10 })],
    ['limit', () => reports.topAgents(lead, { ...EVER, limit: 0 })],
    ['limit', () => reports.topAgents(lead, { ...EVER, limit: 101 })],
    ['weeks', () => reports.weeklyStatus(lead, { weeks: 0 })],
    ['weeks', () => reports.weeklyStatus(lead, { weeks: 261 })],
  ])('is VALIDATION_FAILED and names the field %s', async (path, ask) => {
    await expect(ask()).rejects.toMatchObject({ code: 'VALIDATION_FAILED', details: { fields: [{ path }] } });
  });

  it.each([
    ['asOf', () => reports.reportsAsOf(agent)],
    ['averageResolution', () => reports.averageResolution(agent, EVER)],
    ['escalatedPerMonth', () => reports.escalatedPerMonth(agent, EVER)],
    ['topAgents', () => reports.topAgents(agent, { ...EVER, limit: 10 })],
    ['weeklyStatus', () => reports.weeklyStatus(agent, { weeks: 1 })],
  ])('is FORBIDDEN for an agent: %s', async (_, ask) => {
    await expect(ask()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('the buckets of Postgres', () => {
  it('are those of the domain, for every bound and what lies beside it', async () => {
    const all = SKETCH_BOUNDS.flatMap((bound) => [bound - 1, bound, bound + 1]);
    const { rows } = await reports.db.sql.execute<{ ms: string; bucket: number }>(sql`
      SELECT ms::text AS ms, ${sketchBucket(sql`ms`)} AS bucket FROM unnest(${sql.param(all)}::bigint[]) AS ms`);
    expect(rows).toHaveLength(all.length);
    expect(rows.filter(({ ms, bucket }) => bucket !== sketchIndex(Number(ms)))).toEqual([]);
  });

  it('are measured in the very milliseconds between the two instants', async () => {
    const { rows } = await reports.db.sql.execute<{ from: string; to: string; ms: string }>(sql`
      SELECT (extract(epoch FROM created_at) * 1000)::bigint::text AS from, (extract(epoch FROM resolved_at) * 1000)::bigint::text AS to,
             ${RESOLUTION_MS}::text AS ms
        FROM ticket_logs WHERE resolved_at IS NOT NULL`);
    expect(rows.length).toBeGreaterThan(1_000);
    expect(rows.filter(({ from, to, ms }) => Number(to) - Number(from) !== Number(ms))).toEqual([]);
  });

  it('answer a range of whole days without a look at the logs, and any other by index', async () => {
    await reports.refreshReports();
    await reports.db.sql.execute(sql`ANALYZE ticket_logs, report_buckets, report_agent_buckets`);
    for (const range of [EVER, ...randomRanges(10, 20, FIRST)]) {
      const plans = await plansOf(async () => {
        await reports.source.resolutionTotals(cover(range));
        await reports.source.monthTotals(cover(range, 'MONTH'));
        await reports.source.topAgents(cover(range), 10);
        await reports.source.weekTotals('2026-08-31', '2026-11-30');
      });
      expect(plans).toHaveLength(4);
      expect(plans.join('\n')).not.toContain('Seq Scan on ticket_logs');
      const withLogs = plans.filter((plan) => plan.includes('ticket_logs'));
      expect(withLogs).toHaveLength(cover(range).edges.length === 0 ? 0 : 3);
      for (const plan of withLogs) expect(plan).toMatch(/ticket_logs_(created|resolved)_idx/);
    }
  });

  it('are recomputed from the logs of their days by index', async () => {
    await reports.db.transaction((tx) => storeLogs(tx.sql, [...logs.slice(0, 1), ...logs.slice(10, 11)]));
    logs.push(...logs.slice(0, 1), ...logs.slice(10, 11));
    const plans = await plansOf(reports.refreshReports, 'ticket_logs');
    expect(plans.length).toBeGreaterThanOrEqual(3);
    expect(plans.join('\n')).not.toContain('Seq Scan on ticket_logs');
  });
});

/** The plans of the statements that `work` sends and that speak of `about`. */
async function plansOf(work: () => Promise<unknown>, about = ''): Promise<string[]> {
  const statements: { text: string; values: unknown[] }[] = [];
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    for (const [query, values] of spy.mock.calls as unknown as [{ text: string } | string, unknown[] | undefined][]) {
      const text = typeof query === 'string' ? query : query.text;
      if (text.includes(about) && /select/i.test(text))
        statements.push({ text, values: Array.isArray(values) ? values : [] });
    }
  } finally {
    spy.mockRestore();
  }
  return Promise.all(
    statements.map(async ({ text, values }) => {
      const { rows } = await reports.db.pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    }),
  );
}
