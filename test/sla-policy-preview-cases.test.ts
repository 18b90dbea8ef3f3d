import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SlaPolicyEdit } from '../src/domain/sla-policy.ts';
import { PostgresOpenClocks } from '../src/infrastructure/postgres/open-clocks.ts';
import { calendar } from './support/calendar-week.ts';
import { createDesk, failure, MINUTE, type TestDesk, until } from './support/desk.ts';
import { normalPolicy } from './support/normal-policy.ts';

let desk: TestDesk;
beforeEach(async () => {
  desk = await createDesk();
});
afterEach(async () => {
  await desk[Symbol.asyncDispose]();
});

const preview = (edit: SlaPolicyEdit, signal?: AbortSignal) => desk.sla.previewSlaPolicy(desk.admin, edit, signal);
const status = (id: string, to: 'PENDING' | 'RESOLVED') =>
  desk.mutations.changeTicketStatus(desk.admin, { id, status: to });

/** More copies of a ticket, alike but for their ids and numbers. */
async function copies(id: string, count: number): Promise<void> {
  await desk.db.pool.query(
    `INSERT INTO tickets
     SELECT made.* FROM tickets t, generate_series(1, $2) n,
       LATERAL jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'number', t.number + n)) made
      WHERE t.id = $1`,
    [id, count],
  );
  await desk.db.pool.query("SELECT setval('ticket_number_seq', max(number)) FROM tickets");
}

/** Whether no connection is in use or inside a transaction any more. */
const isIdle = () => desk.db.pool.idleCount === desk.db.pool.totalCount;

describe('the preview of a policy', () => {
  it('shows the policy as it would be, its calendar in the form in which it would be kept', async () => {
    await desk.sla.setSlaPolicy(desk.admin, normalPolicy(600));
    desk.advance(MINUTE);
    const hours = calendar('europe/berlin', 'Tue-Fri 09:00-17:00, Mon 10:00-12:00', ['2026-12-25', '2026-01-01']);
    const { policy } = await preview(normalPolicy(60, { calendar: hours }));
    expect(policy).toEqual({
      ...normalPolicy(60, {
        calendar: calendar('Europe/Berlin', 'Mon 10:00-12:00, Tue-Fri 09:00-17:00', ['2026-01-01', '2026-12-25']),
      }),
      version: 3,
      changedById: desk.admin.id,
      changedAt: desk.clock.now(),
    });
  });

  it('counts what would breach by the edit alone, what would gain time, and nothing that is settled, deleted or of others', async () => {
    const [client, vip] = [await desk.client('NORMAL'), await desk.client('VIP')];
    const missed = await desk.ticket(client.id);
    desk.advance(1_430 * MINUTE);
    const [old, paused, settled, deleted] = [
      await desk.ticket(client.id),
      await desk.ticket(client.id),
      await desk.ticket(client.id),
      await desk.ticket(client.id),
    ];
    await desk.ticket(vip.id);
    await status(settled.id, 'RESOLVED');
    await desk.mutations.deleteTicket(desk.admin, deleted.id);
    desk.advance(20 * MINUTE);
    await status(paused.id, 'PENDING');
    const young = await desk.ticket(client.id);

    // The first is ten minutes overdue by the policy in force, whether or not somebody has noticed: no edit breaches it.
    const stricter = await preview(normalPolicy(15));
    expect(stricter).toMatchObject({ ticketsAffected: 4, breachNow: 1, relaxed: 0 });
    expect(stricter.examples.map(({ number, breachesNow }) => [number, breachesNow])).toEqual([
      [old.number, true],
      [young.number, false],
      [paused.number, false],
      [missed.number, false],
    ]);
    expect(stricter.examples.map(({ dueAtBefore, dueAtAfter }) => [dueAtBefore, dueAtAfter])).toEqual([
      [old.clock.dueAt, new Date(old.createdAt.getTime() + 15 * MINUTE)],
      [young.clock.dueAt, new Date(young.createdAt.getTime() + 15 * MINUTE)],
      [null, null],
      [missed.clock.dueAt, new Date(missed.createdAt.getTime() + 15 * MINUTE)],
    ]);
    expect(await preview(normalPolicy(2_000))).toMatchObject({ ticketsAffected: 4, breachNow: 0, relaxed: 2 });
    await desk.jobs.detectBreaches();
    expect(await preview(normalPolicy(15))).toEqual(stricter);
    expect(await preview(normalPolicy(2_000))).toMatchObject({ ticketsAffected: 4, breachNow: 0, relaxed: 2 });
    expect(await preview(normalPolicy(1_440))).toMatchObject({ ticketsAffected: 4, breachNow: 0, relaxed: 0 });
  });

  it('gives twenty examples at most: those that breach, then the next due, tickets of one instant by number', async () => {
    const client = await desk.client('NORMAL');
    const first = await desk.ticket(client.id);
    await copies(first.id, 40);
    const { examples, ticketsAffected } = await preview(normalPolicy(60));
    expect(ticketsAffected).toBe(41);
    expect(examples.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, i) => first.number + i));
  });

  it('sees the desk as it was at one moment, whatever changes meanwhile, and keeps nobody waiting', async () => {
    const client = await desk.client('NORMAL');
    const first = await desk.ticket(client.id);
    await copies(first.id, 1_200);
    const openClocks = new PostgresOpenClocks(desk.db, desk.stores.policies);
    const [count, versions] = await openClocks.look('NORMAL', async ({ batches }) => {
      let seen = 0;
      const under = new Set<number>();
      for await (const batch of batches) {
        if (seen === 0) {
          await desk.sla.setSlaPolicy(desk.admin, normalPolicy(60));
          await desk.ticket(client.id);
          await status(first.id, 'RESOLVED');
        }
        seen += batch.length;
        for (const { clock } of batch) under.add(clock.policyVersion);
      }
      return [seen, [...under]];
    });
    expect([count, versions]).toEqual([1_201, [1]]);
    expect(await preview(normalPolicy(120))).toMatchObject({ ticketsAffected: 1_201, policy: { version: 3 } });
  });

  it('is given up when nobody waits for it any more, and gives its connection back', async () => {
    const first = await desk.ticket((await desk.client()).id);
    await copies(first.id, 1_200);
    expect(await failure(preview(normalPolicy(60), AbortSignal.abort()))).toMatchObject({ code: 'TIMEOUT' });
    await until(isIdle);

    const leaving = new AbortController();
    let looked = 0;
    const openClocks = new PostgresOpenClocks(desk.db, desk.stores.policies);
    const given = openClocks.look('NORMAL', async ({ batches }) => {
      for await (const batch of batches) {
        looked += batch.length;
        leaving.abort();
        leaving.signal.throwIfAborted();
      }
    });
    await expect(given).rejects.toMatchObject({ name: 'AbortError' });
    expect(looked).toBeLessThan(1_201);
    await until(isIdle);
    expect(await preview(normalPolicy(60), new AbortController().signal)).toMatchObject({ ticketsAffected: 1_201 });
  });

  it('refuses what setSlaPolicy refuses, in the same words', async () => {
    const hours = calendar('Europe/Berlin', 'Mon 09:00-17:00');
    const wrong = [
      normalPolicy(0, { atRiskPercent: 100 }),
      normalPolicy(60, { calendar: { ...hours, timeZone: 'Mars' } }),
      normalPolicy(60, { calendar: { ...hours, intervals: [{ weekday: 1, start: '17:00', end: '09:00' }] } }),
      normalPolicy(500_000, { calendar: hours }),
    ];
    const paths = [];
    for (const edit of wrong) {
      const refused = await failure(preview(edit));
      expect(refused).toEqual(await failure(desk.sla.setSlaPolicy(desk.admin, edit)));
      paths.push((refused.details.fields as { path: string }[]).map(({ path }) => path));
    }
    expect(paths).toEqual([
      ['input.resolutionMinutes', 'input.atRiskPercent'],
      ['input.calendar.timeZone'],
      ['input.calendar.intervals[0].end'],
      ['input.resolutionMinutes'],
    ]);
  });

  it('is for those who lead', async () => {
    const [lead, agent] = [await desk.person('SUPERVISOR'), await desk.person('AGENT')];
    expect(await desk.sla.previewSlaPolicy(lead, normalPolicy(60))).toMatchObject({ policy: { changedById: lead.id } });
    expect(await failure(desk.sla.previewSlaPolicy(agent, normalPolicy(0)))).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('the history of a policy', () => {
  it('has every version, newest first, with its author and time; the seeded one has none', async () => {
    const seededAt = desk.clock.now();
    desk.advance(MINUTE);
    await desk.sla.setSlaPolicy(desk.admin, normalPolicy(600));
    const other = await desk.person('ADMIN');
    desk.advance(MINUTE);
    await desk.sla.setSlaPolicy(other, normalPolicy(60, { calendar: calendar('UTC', 'Mon-Fri 09:00-17:00') }));
    const lead = await desk.person('SUPERVISOR');
    const history = await desk.sla.listPolicyHistory(lead, 'NORMAL');
    expect(history).toMatchObject([
      { version: 3, resolutionMinutes: 60, changedById: other.id, changedAt: desk.clock.now() },
      { version: 2, resolutionMinutes: 600, changedById: desk.admin.id, calendar: null },
      { version: 1, resolutionMinutes: 1_440, changedById: null, changedAt: seededAt },
    ]);
    expect(await desk.sla.listPolicyHistory(lead, 'VIP')).toMatchObject([{ version: 1, tier: 'VIP' }]);
    const agent = await desk.person('AGENT');
    expect(await failure(desk.sla.listPolicyHistory(agent, 'VIP'))).toMatchObject({ code: 'FORBIDDEN' });
  });
});
