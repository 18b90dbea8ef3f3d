import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '../../src/domain/actor.ts';
import type { LogFacts } from '../../src/domain/report/ticket-log.ts';
import { expectCounted } from '../support/counted-reports.ts';
import { randomLogs } from '../support/naive-reports.ts';
import { describeOnEachReportStore, type OpenReports, type ReportPlace } from '../support/report-places.ts';

const lead: Actor = { id: '00000000-0000-4000-8000-000000000001', role: 'ADMIN' };
const NOW = new Date('2026-11-25T15:30:00Z');

describeOnEachReportStore('the buckets of the reports', contract);

function contract(open: OpenReports): void {
  let reports: ReportPlace;
  let other: ReportPlace;
  beforeAll(async () => {
    reports = await open(NOW);
    other = await reports.other();
  });
  afterAll(async () => {
    await other?.close();
    await reports?.close();
  });

  it('lose no mark: writers, refreshers and readers of two processes at once, and in the end every number is right', async () => {
    const all: LogFacts[] = [];
    let writing = true;
    const writer = async (seed: number) => {
      for (let round = 0; round < 12; round += 1) {
        const logs = randomLogs(seed * 100 + round, 20, new Date('2026-09-20T00:00:00Z'), 60);
        await reports.behind.storeLogs(logs);
        all.push(...logs);
      }
    };
    const refresher = async (of: ReportPlace) => {
      while (writing) await of.refreshReports();
    };
    const reader = async () => {
      while (writing) {
        const rows = await other.source.topAgents({ runs: [{ span: 'YEAR', from: null, to: null }], edges: [] }, 100);
        for (const row of rows) expect(row.resolved).toBeGreaterThan(0);
      }
    };
    const beside = [refresher(reports), refresher(other), reader()];
    await Promise.all([1, 2, 3].map(writer));
    writing = false;
    await Promise.all(beside);

    await other.refreshReports();
    expect(await reports.buckets.staleMonths()).toEqual([]);
    for (const each of [reports, other]) await expectCounted(each, lead, all);

    const before = await reports.behind.buckets();
    await reports.rebuildReports();
    expect(await reports.behind.buckets()).toEqual(before);
  });

  it('are made anew a month at a time, and then nothing is marked', async () => {
    await reports.behind.markDays(['2019-02-03', '2019-02-04', '2019-07-01', '2018-12-31']);
    expect(await reports.buckets.staleMonths()).toEqual(['2018-12-01', '2019-02-01', '2019-07-01']);
    await reports.buckets.refreshMonth('2019-02-01');
    expect(await reports.behind.marks()).toEqual(['2018-12-31', '2019-07-01']);
    await reports.refreshReports();
    expect(await reports.behind.marks()).toEqual([]);
  });

  it('know nothing any more of logs that are gone', async () => {
    const gone = await open(NOW);
    await gone.behind.storeLogs(randomLogs(3, 60, new Date('2026-08-01T00:00:00Z'), 40));
    await gone.refreshReports();
    expect((await gone.behind.buckets()).buckets).not.toEqual([]);
    const { buckets } = await gone.behind.buckets();
    await gone.behind.markDays(buckets.flatMap(({ span, start }) => (span === 'DAY' ? [start] : [])));
    await gone.behind.removeLogs();
    await gone.refreshReports();
    expect(await gone.behind.buckets()).toEqual({ buckets: [], agents: [] });
    expect(await gone.source.firstMonth()).toBeNull();
    await gone.close();
  });
}
