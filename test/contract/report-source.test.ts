import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/domain/actor.ts';
import type { ReportRange } from '../../src/domain/report/cover.ts';
import { naiveAgents, naiveEscalated, naiveResolution, naiveWeeks, randomLogs } from '../support/naive-reports.ts';
import { describeOnEachReportStore, type OpenReports, type ReportPlace } from '../support/report-places.ts';
import { randomRanges } from '../support/report-ranges.ts';

const lead: Actor = { id: '00000000-0000-4000-8000-000000000001', role: 'SUPERVISOR' };
const NOW = new Date('2026-11-25T15:30:00Z');
const FIRST = new Date('2025-03-10T00:00:00Z');
const EVER: ReportRange = { from: null, to: null };
// Two months without a log lie between the two, and the newest lie in the future.
const logs = [...randomLogs(1, 2_000, FIRST, 200), ...randomLogs(2, 2_000, new Date('2025-12-01T00:00:00Z'), 380)];

describeOnEachReportStore('the reports', contract);

function contract(open: OpenReports): void {
  let reports: ReportPlace;
  beforeAll(async () => {
    reports = await open(NOW);
    await reports.behind.storeLogs(logs);
  });
  afterAll(async () => {
    await reports?.close();
  });

  describe('each report equals the one that is counted from the raw logs', () => {
    it.each([EVER, ...randomRanges(7, 40, FIRST)])('averageResolution from $from to $to', async (range) => {
      const rows = await reports.averageResolution(lead, range);
      const naive = naiveResolution(logs, range);
      expect(rows.map(({ tier, tickets, averageMinutes }) => ({ tier, tickets, averageMinutes }))).toEqual(
        naive.map((row) => row.counted),
      );
      for (const [index, row] of rows.entries()) {
        const { medianMinutes = -1, p90Minutes = -1 } = naive[index] ?? {};
        expect(Math.abs(row.medianMinutes - medianMinutes)).toBeLessThanOrEqual(0.01 * medianMinutes);
        expect(Math.abs(row.p90Minutes - p90Minutes)).toBeLessThanOrEqual(0.01 * p90Minutes);
      }
    });

    it.each([EVER, ...randomRanges(8, 25, FIRST)])('escalatedPerMonth from $from to $to', async (range) => {
      expect(await reports.escalatedPerMonth(lead, range)).toEqual(naiveEscalated(logs, range, NOW));
    });

    it.each([EVER, ...randomRanges(9, 25, FIRST)])('topAgents from $from to $to', async (range) => {
      const naive = naiveAgents(logs, range, 100);
      expect(await reports.topAgents(lead, { ...range, limit: 100 })).toEqual(naive);
      expect(await reports.topAgents(lead, { ...range, limit: 3 })).toEqual(naive.slice(0, 3));
    });

    it.each([1, 2, 12, 53, 260])('weeklyStatus over %i weeks', async (weeks) => {
      const rows = await reports.weeklyStatus(lead, { weeks });
      expect(rows.map(({ week: _, ...counts }) => counts)).toEqual(naiveWeeks(logs, weeks, NOW));
      expect(rows.at(-1)?.week).toBe('2026-W48');
    });

    it('also right after logs have changed: what is committed is in the next answer', async () => {
      const fresh = await open(NOW);
      const stored = randomLogs(3, 90, new Date('2026-08-01T00:00:00Z'), 60);
      for (let end = 30; end <= stored.length; end += 30) {
        const now = stored.slice(0, end);
        await fresh.behind.storeLogs(stored.slice(end - 30, end));
        expect(await fresh.topAgents(lead, { ...EVER, limit: 10 })).toEqual(naiveAgents(now, EVER, 10));
        const rows = await fresh.weeklyStatus(lead, { weeks: 30 });
        expect(rows.map(({ week: _, ...counts }) => counts)).toEqual(naiveWeeks(now, 30, NOW));
      }
      await fresh.close();
    });
  });

  describe('a report over nothing', () => {
    it('has its rows, with zeros', async () => {
      const empty = await open(NOW);
      const none = { tickets: 0, averageMinutes: 0, medianMinutes: 0, p90Minutes: 0 };
      expect(await empty.averageResolution(lead, EVER)).toEqual([
        { tier: 'VIP', ...none },
        { tier: 'NORMAL', ...none },
        { tier: null, ...none },
      ]);
      const november = { month: '2026-11', escalated: 0, total: 0 };
      expect(await empty.escalatedPerMonth(lead, EVER)).toEqual([
        { tier: 'VIP', ...november },
        { tier: 'NORMAL', ...november },
        { tier: null, ...november },
      ]);
      expect(await empty.topAgents(lead, { ...EVER, limit: 10 })).toEqual([]);
      const week = { opened: 0, resolved: 0, closed: 0, escalated: 0, breached: 0, backlog: 0 };
      expect(await empty.weeklyStatus(lead, { weeks: 2 })).toEqual([
        { week: '2026-W47', ...week },
        { week: '2026-W48', ...week },
      ]);
      expect(await empty.reportsAsOf(lead)).toEqual(NOW);
      await empty.close();
    });
  });
}
