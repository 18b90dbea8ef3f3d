import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDesk, failure, MINUTE, type TestDesk } from './support/desk.ts';
import { type LadderCalls, ladderCalls } from './support/ladder-desk.ts';

let desk: TestDesk;
let calls: LadderCalls;
beforeEach(async () => {
  desk = await createDesk();
  calls = ladderCalls(desk);
});
afterEach(async () => {
  await desk[Symbol.asyncDispose]();
});

describe('an edit of the policy, between two levels,', () => {
  it('to a shorter step that is still to come counts from the last level', async () => {
    const ticket = await calls.open('VIP', { escalateEveryMinutes: 30 });
    await calls.pass(70);
    await calls.setPolicy('VIP', { escalateEveryMinutes: 20 });
    await calls.pass(40);
    expect(await calls.levels(ticket)).toEqual(['1 at 60', '2 at 80', '3 at 100']);
  });

  it('to a shorter step that would have passed counts from the edit: nobody could have acknowledged in time', async () => {
    const ticket = await calls.open('VIP', { escalateEveryMinutes: 30 });
    await calls.pass(70);
    await calls.setPolicy('VIP', { escalateEveryMinutes: 10 });
    expect(await calls.levels(ticket)).toEqual(['1 at 60']);
    await calls.pass(30);
    expect(await calls.levels(ticket)).toEqual(['1 at 60', '2 at 80', '3 at 90']);
  });

  it('to a longer step puts the level off', async () => {
    const ticket = await calls.open('VIP');
    await calls.pass(65);
    await calls.setPolicy('VIP', { escalateEveryMinutes: 30 });
    expect((await calls.clock(ticket)).nextEscalationAt).toEqual(new Date(desk.clock.now().getTime() + 25 * MINUTE));
    await calls.pass(60);
    expect(await calls.levels(ticket)).toEqual(['1 at 60', '2 at 90', '3 at 120']);
  });

  it('that takes the ladder away ends it; one that brings it back goes on where it was, from then on', async () => {
    const ticket = await calls.open('VIP');
    await calls.pass(65);
    await calls.setPolicy('VIP', { escalateEveryMinutes: null });
    await calls.pass(35);
    expect(await calls.levels(ticket)).toEqual(['1 at 60']);
    await calls.setPolicy('VIP');
    await calls.pass(25);
    expect(await calls.levels(ticket)).toEqual(['1 at 60', '2 at 110', '3 at 120']);
  });

  it('to a lower top leaves a ticket at the level it has, and to a higher one lets it go on', async () => {
    const ticket = await calls.open('VIP', { maxEscalationLevel: 5 });
    await calls.pass(82);
    await calls.setPolicy('VIP', { maxEscalationLevel: 2 });
    await calls.pass(28);
    expect((await calls.clock(ticket)).escalationLevel).toBe(3);
    await calls.setPolicy('VIP', { maxEscalationLevel: 4 });
    await calls.pass(40);
    expect(await calls.levels(ticket)).toEqual(['1 at 60', '2 at 70', '3 at 80', '4 at 120']);
  });

  it('starts no ladder that was acknowledged, and a different action is for later breaches', async () => {
    const [taken, notified] = [await calls.open('VIP'), await calls.open('NORMAL')];
    await calls.pass(60);
    await calls.acknowledge(taken);
    await calls.setPolicy('VIP', { escalateEveryMinutes: 1, maxEscalationLevel: 9 });
    await calls.setPolicy('NORMAL', { breachAction: 'ESCALATE' });
    expect(await desk.stored(notified.id)).toMatchObject({ status: 'OPEN', clock: { escalationLevel: 0 } });
    await calls.pass(15);
    expect([await calls.levels(taken), await calls.levels(notified)]).toEqual([['1 at 60'], ['0 at 60', '1 at 70']]);
  });

  it('that breaks a promise begins the ladder at the edit, not at the due instant in the past', async () => {
    const ticket = await calls.open('VIP');
    await calls.pass(45);
    await calls.setPolicy('VIP', { resolutionMinutes: 20 });
    expect(await calls.levels(ticket)).toEqual(['1 at 20']);
    expect(await desk.escalationsOf(ticket.id)).toMatchObject([{ reason: 'policy_changed' }]);
    await calls.pass(25);
    expect(await calls.levels(ticket)).toEqual(['1 at 20', '2 at 55', '3 at 65']);
    // What an edit caused was not noticed late; the levels after it came in time.
    expect(desk.lags).toEqual([0, 0]);
  });

  it('of the tier goes on with the ladder of the other one', async () => {
    await calls.setPolicy('NORMAL', { escalateEveryMinutes: 20, maxEscalationLevel: 2 });
    const ticket = await calls.open('VIP');
    await calls.pass(65);
    await desk.clients.updateClient(desk.admin, { id: ticket.clientId, tier: 'NORMAL' });
    await calls.pass(60);
    expect(await calls.levels(ticket)).toEqual(['1 at 60', '2 at 80']);
  });

  it('while the ticket waits counts what it had waited before', async () => {
    const ticket = await calls.open('VIP', { escalateEveryMinutes: 30 });
    await calls.pass(70);
    await calls.change(ticket, 'PENDING');
    await calls.setPolicy('VIP', { escalateEveryMinutes: 15 });
    await calls.pass(20);
    await calls.change(ticket, 'IN_PROGRESS');
    await calls.pass(20);
    // 10 minutes before the pause and 5 after it, then 15.
    expect(await calls.levels(ticket)).toEqual(['1 at 60', '2 at 95', '3 at 110']);
  });

  it('while the ticket waits, that uses up its promise, breaks it when it goes on, and the ladder begins there', async () => {
    const ticket = await calls.open('VIP');
    await calls.pass(50);
    await calls.change(ticket, 'PENDING');
    await calls.pass(5);
    await calls.setPolicy('VIP', { resolutionMinutes: 10 });
    await calls.pass(5);
    await calls.change(ticket, 'IN_PROGRESS');
    await calls.pass(25);
    // The target and the pause of ten minutes after the start; gone on after an hour.
    expect(await calls.levels(ticket)).toEqual(['1 at 20', '2 at 70', '3 at 80']);
    expect(await desk.escalationsOf(ticket.id)).toMatchObject([{ reason: 'policy_changed' }, {}, {}]);
    expect(desk.lags).toEqual([0, 0]);
  });
});

describe('a deleted ticket', () => {
  it('climbs no ladder; restored, it has the levels of the time between, with their true instants', async () => {
    const ticket = await calls.open('VIP');
    await calls.pass(65);
    await desk.mutations.deleteTicket(desk.admin, ticket.id);
    await calls.pass(20);
    expect(await calls.levels(ticket)).toEqual(['1 at 60']);
    expect(await failure(calls.acknowledge(ticket))).toMatchObject({ code: 'CONFLICT' });
    await desk.mutations.restoreTicket(desk.admin, ticket.id);
    expect(await calls.levels(ticket)).toEqual(['1 at 60', '2 at 70', '3 at 80']);
    expect((await desk.typesOf(ticket.id)).slice(-3)).toEqual(['ticket.restored', 'sla.escalated', 'sla.escalated']);
  });

  it('that broke its promise meanwhile is restored with the breach and its levels', async () => {
    const ticket = await calls.open('NORMAL');
    await desk.mutations.deleteTicket(desk.admin, ticket.id);
    await calls.pass(75);
    expect(await calls.alerts(ticket)).toEqual([]);
    const restored = await desk.mutations.restoreTicket(desk.admin, ticket.id);
    expect(restored).toMatchObject({ status: 'ESCALATED', clock: { escalationLevel: 1 } });
    await calls.pass(10);
    expect(await calls.levels(ticket)).toEqual(['0 at 60', '1 at 70', '2 at 80']);
  });
});

describe('a deleted ticket that an edit gave more time after its due instant', () => {
  it.each([
    ['before it comes back', true],
    ['not before it comes back', false],
  ])('is judged by that edit, also when the background gets to it %s', async (_, isMoved) => {
    const ticket = await calls.open('VIP');
    await desk.mutations.deleteTicket(desk.admin, ticket.id);
    await calls.pass(75);
    const { policies } = desk.stores;
    const [former] = await policies.history('VIP');
    if (!former) throw new Error('There is a policy for every tier.');
    const { version: _version, changedById: _by, changedAt: _at, ...edit } = { ...former, resolutionMinutes: 300 };
    await policies.set(
      edit,
      desk.admin.id,
      () => desk.clock.now(),
      ({ version }) => ({
        ...{ id: crypto.randomUUID(), type: 'policy.set', subjectId: null, actorId: desk.admin.id, from: null },
        ...{ to: `${version}`, occurredAt: desk.clock.now(), data: edit },
      }),
    );
    if (isMoved) await desk.jobs.moveOutdatedClocks('all');
    await calls.pass(5);
    const restored = await desk.mutations.restoreTicket(desk.admin, ticket.id);
    expect(restored.clock).toMatchObject({ breachedAt: null, policyVersion: former.version + 1 });
    expect(await calls.alerts(ticket)).toEqual(['sla.policy_changed']);
  });
});

describe('after an outage', () => {
  it('every level of every ticket is told once, in the order of their instants', async () => {
    const first = await calls.open('VIP');
    const others = [];
    for (const tier of ['NORMAL', 'VIP', 'NORMAL'] as const) {
      desk.advance(4 * MINUTE);
      others.push(await desk.ticket((await desk.client(tier)).id));
    }
    await calls.setPolicy('NORMAL');
    desk.advance(90 * MINUTE);
    await Promise.all([1, 2, 3].map(() => desk.jobs.detectBreaches()));
    await desk.jobs.detectBreaches();
    const all = [first, ...others];
    const told = (await desk.events()).filter(({ type }) => type === 'sla.breached' || type === 'sla.escalated');
    const order = told.map(({ subjectId, occurredAt, data }) => {
      const minute = (occurredAt.getTime() - first.createdAt.getTime()) / MINUTE;
      return `${minute}: ticket ${all.findIndex(({ id }) => id === subjectId)}, level ${data?.escalationLevel}`;
    });
    expect(order).toEqual([
      ...['60: ticket 0, level 1', '64: ticket 1, level 0', '68: ticket 2, level 1'],
      ...['70: ticket 0, level 2', '72: ticket 3, level 0', '74: ticket 1, level 1', '78: ticket 2, level 2'],
      ...['80: ticket 0, level 3', '82: ticket 3, level 1', '84: ticket 1, level 2', '88: ticket 2, level 3'],
      ...['92: ticket 3, level 2', '94: ticket 1, level 3', '102: ticket 3, level 3'],
    ]);
    expect(new Set(told.map(({ data }) => data?.detectedAt))).toEqual(new Set([desk.clock.now().toISOString()]));
  });

  it('that broke more promises than are claimed at once, too', async () => {
    const ticket = await calls.open('VIP');
    await desk.db.pool.query(
      `INSERT INTO tickets
       SELECT made.* FROM tickets t, generate_series(1, 700) n, LATERAL (SELECT make_interval(secs => (n * 7919) % 1500) AS s) by,
         LATERAL jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'number', t.number + n,
           'sla_started_at', t.sla_started_at + s, 'sla_due_at', t.sla_due_at + s, 'sla_at_risk_at', t.sla_at_risk_at + s,
           'sla_next_deadline_at', t.sla_next_deadline_at + s,
           'sla_intervals', jsonb_set(t.sla_intervals, '{0,from}', to_jsonb(t.sla_started_at + s)))) made
        WHERE t.id = $1`,
      [ticket.id],
    );
    desk.advance(120 * MINUTE);
    await desk.jobs.detectBreaches();
    const told = (await desk.events()).filter(({ type }) => type === 'sla.breached' || type === 'sla.escalated');
    expect(told).toHaveLength(701 * 3);
    const instants = told.map(({ occurredAt }) => occurredAt.getTime());
    expect(instants).toEqual(instants.toSorted((a, b) => a - b));
    const { rows } = await desk.db.pool.query(
      'SELECT level, count(*)::int, count(DISTINCT ticket_id)::int AS tickets FROM escalations GROUP BY level ORDER BY level',
    );
    expect(rows).toEqual([1, 2, 3].map((level) => ({ level, count: 701, tickets: 701 })));
    expect(await desk.overdueUnalerted()).toBe(0);
  });
});
