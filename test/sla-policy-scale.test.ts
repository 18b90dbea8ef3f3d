import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MOVED_AT_ONCE, nextBatchSize } from '../src/application/sla/move-outdated-clocks.ts';
import { ADVISORY_LOCKS } from '../src/infrastructure/postgres/advisory-locks.ts';
import { MINUTE } from './support/desk.ts';
import { insertTickets, type TicketRow } from './support/many-tickets.ts';
import { createRaces, type Races } from './support/races.ts';
import { rounds } from './support/soak.ts';

const TICKETS = rounds(10_000, 100_000);
const TIERS = ['VIP', 'NORMAL', 'NORMAL', 'NORMAL', 'NORMAL'] as const;
/** For so many tickets, made, moved twice and looked through. */
const PATIENCE_MS = rounds(120_000, 600_000);

let races: Races;
beforeEach(async () => {
  races = await createRaces();
});
afterEach(async () => {
  await races[Symbol.asyncDispose]();
});

const ALL = Number.POSITIVE_INFINITY;

/** What was moved in each transaction that moved, by its own words and by the events of tickets beside them. */
async function batches(): Promise<{ version: number; moved: number; remaining: number; events: number }[]> {
  const { rows } = await races.desk.db.pool.query(`
    SELECT (m.data ->> 'version')::int AS version, (m.data ->> 'moved')::int AS moved, (m.data ->> 'remaining')::int AS remaining,
           coalesce(e.events, 0) AS events
      FROM event_log m
      LEFT JOIN (SELECT xmin::text AS tx, count(*)::int AS events FROM event_log WHERE type = 'sla.policy_changed' GROUP BY 1) e
        ON e.tx = m.xmin::text
     WHERE m.type = 'policy.moved' AND m.data ->> 'tier' = 'NORMAL' ORDER BY m.position`);
  return rows;
}

async function lastRemaining(): Promise<number> {
  const { rows } = await races.desk.db.pool.query<{ remaining: number }>(
    `SELECT (data ->> 'remaining')::int AS remaining FROM event_log WHERE type = 'policy.moved' ORDER BY position DESC LIMIT 1`,
  );
  return rows[0]?.remaining ?? TICKETS;
}

/** Whether the mover holds rows at this moment, and whether it waits for one meanwhile. */
async function lookAtMover(): Promise<'idle' | 'works' | 'waits'> {
  // Who has locked a row has a transaction id; who has not changed or locked anything has none. Other waits, such as for the table to
  // be made longer, are no business of users.
  const { rows } = await races.desk.db.pool.query<{ waits: boolean }>(
    `SELECT wait_event IS NOT NULL AND wait_event IN ('transactionid', 'tuple') AS waits FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE locktype = 'advisory' AND objid = $1 AND granted AND backend_xid IS NOT NULL`,
    [ADVISORY_LOCKS.moveClocks],
  );
  if (rows.length === 0) return 'idle';
  return rows.some(({ waits }) => waits) ? 'waits' : 'works';
}

/** A user who lets one ticket after the other wait for its client, for no time at all, and looks at the mover in between. */
function busyUser(tickets: readonly TicketRow[]) {
  const milliseconds: number[] = [];
  const seen = { idle: 0, works: 0, waits: 0 };
  let next = 0;
  return {
    milliseconds,
    seen,
    async workUntil(isEnough: () => boolean | Promise<boolean>): Promise<void> {
      while (!(await isEnough())) {
        const { id = '' } = tickets[next % tickets.length] ?? {};
        next += 1;
        for (const status of ['PENDING', 'IN_PROGRESS'] as const) {
          const begun = performance.now();
          await races.user.mutations.changeTicketStatus(races.desk.admin, { id, status });
          milliseconds.push(performance.now() - begun);
          seen[await lookAtMover()] += 1;
        }
      }
    },
  };
}

it(
  `ends ${TICKETS} tickets under the last of two edits, though the first was stopped halfway and users go on`,
  async () => {
    const { desk, user, claimer } = races;
    // Nothing is to be due but by the edits.
    await races.editPolicy(desk, { tier: 'VIP', resolutionMinutes: 3_000 });
    const gapMs = Math.floor((1_000 * MINUTE) / TICKETS);
    const tickets = await insertTickets(desk, { count: TICKETS, from: desk.clock.now(), gapMs, tiers: TIERS });
    desk.advance(1_000 * MINUTE);
    const now = desk.clock.now();
    for (const each of [user, claimer]) each.setTime(now);
    const normal = tickets.filter(({ tier }) => tier === 'NORMAL');
    // Spread over all of them, so that every batch has some of theirs.
    const someone = busyUser(normal.filter((_, i) => i % 40 === 7));

    await races.editPolicy(claimer, { tier: 'NORMAL', resolutionMinutes: 2_000 });
    expect((await batches()).reduce((sum, { moved }) => sum + moved, 0)).toBe(MOVED_AT_ONCE);
    // The process that moves the rest is stopped when half is done; by then a second edit has come from another one.
    const stopping = new AbortController();
    const first = claimer.jobs.moveOutdatedClocks('all', { atMost: ALL, signal: stopping.signal });
    await someone.workUntil(async () => (await lastRemaining()) < normal.length / 2);
    await races.editPolicy(desk, { tier: 'NORMAL', resolutionMinutes: 900 });
    stopping.abort();
    expect(await first).toMatchObject({ more: true });
    // The sweep of one process and the queue of the other go on.
    let isMoved = false;
    const rest = Promise.all([
      claimer.jobs.moveOutdatedClocks('all'),
      desk.jobs.moveOutdatedClocks('all', { atMost: ALL }),
    ]).finally(() => {
      isMoved = true;
    });
    await someone.workUntil(() => isMoved);
    await rest;

    const { rows } = await desk.db.pool.query(
      `SELECT sla_policy_version AS version, extract(epoch FROM sla_due_at - sla_started_at)::int / 60 AS minutes, count(*)::int
         FROM tickets WHERE sla_tier = 'NORMAL' GROUP BY 1, 2`,
    );
    expect(rows).toEqual([{ version: 3, minutes: 900, count: normal.length }]);
    await expectBreachedByEdit(normal, now);
    await expectExactProgress();
    expect(someone.seen.waits).toBe(0);
    expect(someone.seen.works).toBeGreaterThan(0);
    await races.expectAudited();
    const sizes = (await batches()).map(({ moved }) => moved);
    const waits = someone.milliseconds.toSorted((a, b) => a - b);
    console.info(
      `${TICKETS} tickets in ${sizes.length} batches of at most ${Math.max(...sizes)}; ${waits.length} changes by a user meanwhile, ` +
        `median ${waits[Math.floor(waits.length / 2)]?.toFixed(0)} ms, longest ${waits.at(-1)?.toFixed(0)} ms`,
    );
  },
  PATIENCE_MS,
);

/** By a promise of 900 minutes, those that are older breach, once, with their true instant and the reason. */
async function expectBreachedByEdit(normal: readonly TicketRow[], now: Date): Promise<void> {
  const due = new Map(normal.map(({ id, startedAt }) => [id, new Date(startedAt.getTime() + 900 * MINUTE)]));
  const late = normal.filter(({ id }) => (due.get(id) ?? now) <= now).map(({ id }) => id);
  const breaches = (await races.desk.events()).filter(({ type }) => type === 'sla.breached');
  expect(breaches.map(({ subjectId }) => subjectId).toSorted()).toEqual(late.toSorted());
  for (const { subjectId, occurredAt, data } of breaches) {
    expect(occurredAt).toEqual(due.get(subjectId ?? ''));
    expect(data?.reason).toBe('policy_changed');
  }
}

async function expectExactProgress(): Promise<void> {
  const all = await batches();
  expect(all.filter(({ moved, events }) => moved !== events)).toEqual([]);
  for (const version of [2, 3]) {
    const remaining = all.filter((each) => each.version === version).map((each) => each.remaining);
    expect(remaining).toEqual(remaining.toSorted((a, b) => b - a));
  }
  expect(all.at(-1)).toMatchObject({ version: 3, remaining: 0 });
  expect(all.filter(({ version, remaining }) => version === 3 && remaining === 0)).toHaveLength(1);
}

describe('a batch', () => {
  it('is as large as stays short', () => {
    expect(nextBatchSize(50, 10)).toBe(100);
    expect(nextBatchSize(50, 25)).toBe(60);
    expect(nextBatchSize(100, 30)).toBe(100);
    expect(nextBatchSize(400, 120)).toBe(100);
    expect(nextBatchSize(100, 5_000)).toBe(20);
    expect(nextBatchSize(900, 1)).toBe(1_000);
    expect(nextBatchSize(20, 0)).toBe(40);
  });

  it('becomes small where the database is slow', async () => {
    const { desk } = races;
    await insertTickets(desk, { count: 200, from: desk.clock.now(), gapMs: 1, tiers: ['NORMAL'] });
    // Three milliseconds for each row at least: the smallest batch.
    await desk.db.pool.query(`
      CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.003); RETURN NEW; END $$;
      CREATE TRIGGER slow BEFORE UPDATE ON tickets FOR EACH ROW EXECUTE FUNCTION slow()`);
    await races.editPolicy(desk, { tier: 'NORMAL', resolutionMinutes: 2_000 });
    const [first, ...others] = (await batches()).map(({ moved }) => moved);
    expect(first).toBe(50);
    expect(Math.max(...others)).toBe(20);
    expect(others.reduce((sum, each) => sum + each, 0)).toBe(150);
  });
});
