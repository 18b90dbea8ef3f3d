import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshenReports } from '../src/application/report/freshen-reports.ts';
import { refreshReports } from '../src/application/report/refresh-reports.ts';
import { sharedRuns } from '../src/application/report/shared-runs.ts';
import type { Actor } from '../src/domain/actor.ts';
import { daysOf, type LogFacts } from '../src/domain/report/ticket-log.ts';
import { markDays } from '../src/infrastructure/postgres/report-buckets.ts';
import { expectCounted } from './support/counted-reports.ts';
import { randomLogs, randomNumbers } from './support/naive-reports.ts';
import { bucketsOf, createReports, type Reports, reportsOn, storeLogs } from './support/reports.ts';

const lead: Actor = { id: '00000000-0000-4000-8000-000000000001', role: 'ADMIN' };
const NOW = new Date('2026-11-25T15:30:00Z');

let reports: Reports;
let other: ReturnType<typeof reportsOn>;
beforeAll(async () => {
  reports = await createReports(NOW);
  other = reportsOn(reports.url, NOW);
});
afterAll(async () => {
  await other?.db.close();
  await reports?.[Symbol.asyncDispose]();
});

function deferred<T = void>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe('refreshing beside writers', () => {
  it('loses no mark: writers, refreshers and readers of two processes at once, and in the end every number is right', async () => {
    const all: LogFacts[] = [];
    const random = randomNumbers(5);
    let writing = true;
    const writer = async (seed: number) => {
      for (let round = 0; round < 12; round += 1) {
        const logs = randomLogs(seed * 100 + round, 20, new Date('2026-09-20T00:00:00Z'), 60);
        const failure = await reports.db
          .transaction(async ({ sql: tx }) => {
            await storeLogs(tx, logs.slice(0, 10));
            await tx.execute(sql`SELECT pg_sleep(${random() * 0.02})`);
            await storeLogs(tx, logs.slice(10));
            if (round % 4 === 3) throw new Error('rolled back');
          })
          .catch((error: Error) => error.message);
        if (failure === undefined) all.push(...logs);
        else expect(failure).toBe('rolled back');
      }
    };
    const refresher = async (of: Pick<Reports, 'refreshReports'>) => {
      while (writing) await of.refreshReports();
    };
    const refreshers = [refresher(reports), refresher(other)];
    await Promise.all([1, 2, 3].map(writer));
    writing = false;
    await Promise.all(refreshers);

    await other.refreshReports();
    expect(await reports.buckets.staleMonths()).toEqual([]);
    for (const each of [reports, other]) await expectCounted(each, lead, all);

    const before = await bucketsOf(reports.db);
    await reports.rebuildReports();
    expect(await bucketsOf(reports.db)).toEqual(before);
  });

  it('keeps the mark of a transaction that is still open, and sees its logs once it has committed', async () => {
    const [log] = randomLogs(99, 1, new Date('2020-05-05T00:00:00Z'), 1);
    if (!log) throw new Error('no log');
    const stored = deferred();
    const mayCommit = deferred();
    const writing = reports.db.transaction(async ({ sql: tx }) => {
      await storeLogs(tx, [log]);
      stored.resolve();
      await mayCommit.promise;
    });
    await stored.promise;
    // The same days are refreshed for another reason meanwhile.
    await markDays(other.db.sql, daysOf(log));
    await other.refreshReports();
    const range = { from: new Date('2020-01-01T00:00:00Z'), to: new Date('2020-06-01T00:00:00Z') };
    expect((await other.escalatedPerMonth(lead, range)).at(-1)).toMatchObject({ month: '2020-05', total: 0 });
    mayCommit.resolve();
    await writing;
    expect((await other.escalatedPerMonth(lead, range)).at(-1)).toMatchObject({ month: '2020-05', total: 1 });
  });

  it('leaves the marks where they are when it fails', async () => {
    await markDays(reports.db.sql, ['2019-02-03', '2019-02-04', '2019-07-01']);
    await reports.db.sql.execute(sql`ALTER TABLE report_agent_buckets RENAME TO away`);
    await expect(reports.refreshReports()).rejects.toThrow();
    await reports.db.sql.execute(sql`ALTER TABLE away RENAME TO report_agent_buckets`);
    expect(await reports.buckets.staleMonths()).toEqual(['2019-02-01', '2019-07-01']);
    await reports.refreshReports();
    expect(await reports.buckets.staleMonths()).toEqual([]);
  });

  it('does a month at a time, each once, however many callers wait for it', async () => {
    const refreshed: string[] = [];
    const refresh = refreshReports({
      buckets: {
        staleMonths: async () => ['2026-01-01', '2026-02-01'],
        refreshMonth: async (month) => void refreshed.push(month),
      },
    });
    await Promise.all([refresh(), refresh(), refresh()]);
    expect(refreshed).toEqual(['2026-01-01', '2026-02-01']);
  });
});

describe('shared runs', () => {
  it('give a call made during a run a run of its own that begins after it, shared by all who wait for it', async () => {
    const gates = [deferred(), deferred()];
    let runs = 0;
    const shared = sharedRuns(async () => {
      const run = runs++;
      await gates[run]?.promise;
      return run;
    });
    const first = shared();
    await Promise.resolve();
    const [second, third] = [shared(), shared()];
    gates[1]?.resolve();
    gates[0]?.resolve();
    expect(await Promise.all([first, second, third])).toEqual([0, 1, 1]);
  });

  it('go on after one that failed', async () => {
    let fails = true;
    const shared = sharedRuns(async () => {
      if (fails) throw new Error('away');
      return 'back';
    });
    await expect(shared()).rejects.toThrow('away');
    fails = false;
    expect(await shared()).toBe('back');
  });
});

describe('a reader beside a large import', () => {
  it('waits a second at most, and then says truthfully as of when its numbers are', async () => {
    const times = [
      new Date('2026-11-25T10:00:00Z'),
      new Date('2026-11-25T10:05:00Z'),
      new Date('2026-11-25T10:06:00Z'),
    ];
    const impatience = deferred();
    let patience = impatience.promise;
    const work = [Promise.resolve(), deferred(), Promise.resolve()] as const;
    let runs = 0;
    const asked: number[] = [];
    const freshen = freshenReports({
      projectTicketLogs: async () => 0,
      refreshReports: async () => {
        const run = work[runs++];
        await (run && 'promise' in run ? run.promise : run);
      },
      clock: { now: () => times[runs] ?? NOW },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      pause: (ms) => {
        asked.push(ms);
        return patience;
      },
    });
    expect(await freshen()).toEqual(times[0]);
    const stale = freshen();
    impatience.resolve();
    expect(await stale).toEqual(times[0]);
    expect(asked).toEqual([1_000]);
    patience = deferred().promise;
    const complete = freshen();
    work[1].resolve();
    expect(await complete).toEqual(times[2]);
  });
});
