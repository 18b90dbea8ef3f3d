import { sql } from 'drizzle-orm';
import { v7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ticket } from '../src/domain/ticket.ts';
import { unchanged } from '../src/domain/ticket.ts';
import { createDesk, MINUTE, type TestDesk } from './support/desk.ts';

let desk: TestDesk;
beforeEach(async () => {
  desk = await createDesk();
});
afterEach(async () => {
  await desk[Symbol.asyncDispose]();
});

/** Open VIP tickets with due instants a second apart in a scrambled order of ids, the first two hours from now. */
async function openTickets(count: number): Promise<string[]> {
  const first = await desk.ticket((await desk.client('VIP')).id);
  const { rows } = await desk.db.pool.query<{ id: string }>(
    `INSERT INTO tickets (id, title, description, status, priority, tags, client_id, created_by_id, created_from, escalation_level,
       created_at, updated_at, version, sla_tier, sla_policy_version, sla_cycle, sla_state, sla_started_at, sla_due_at,
       sla_at_risk_at, sla_intervals, sla_next_deadline_at)
     SELECT gen_random_uuid(), title, description, status, priority, tags, client_id, created_by_id, created_from, 0,
       created_at + s, updated_at, 1, sla_tier, 1, 1, 'RUNNING', sla_started_at + s, sla_due_at + s, sla_at_risk_at + s,
       jsonb_build_array(jsonb_build_object('state', 'RUNNING', 'from', sla_started_at + s, 'to', NULL, 'reason', 'x')),
       sla_at_risk_at + s
       FROM tickets, generate_series(1, $2) n, LATERAL (SELECT make_interval(secs => (n * 7919) % $2) AS s) each
      WHERE id = $1 RETURNING id`,
    [first.id, count - 1],
  );
  return [first.id, ...rows.map(({ id }) => id)];
}

/** Each of `ids`, and nothing else, has breached once: one event, one escalation, the true instant. */
async function expectEachBreachedOnce(ids: readonly string[]): Promise<void> {
  const events = await desk.events();
  const breaches = events.filter(({ type }) => type === 'sla.breached');
  expect(breaches.map(({ subjectId }) => subjectId).toSorted()).toEqual(ids.toSorted());
  const { rows } = await desk.db.pool.query<{ ticket_id: string }>('SELECT ticket_id FROM escalations');
  expect(rows.map((row) => row.ticket_id).toSorted()).toEqual(ids.toSorted());
  const stored = await desk.stores.tickets.byIds(ids);
  for (const ticket of stored) {
    expect(ticket?.clock.breachedAt).toEqual(ticket?.clock.dueAt ?? ticket?.clock.breachedAt);
    expect(ticket?.clock.escalationLevel).toBe(1);
  }
}

const dueMs = (event: { data: Readonly<Record<string, unknown>> | null }) => Date.parse(String(event.data?.dueAt));

it('a stored deadline that contradicts its clock is mended and holds nothing up', async () => {
  const ticket = await desk.ticket((await desk.client('VIP')).id);
  await desk.mutations.changeTicketStatus(desk.admin, { id: ticket.id, status: 'PENDING' });
  await desk.db.pool.query('UPDATE tickets SET sla_next_deadline_at = created_at WHERE id = $1', [ticket.id]);
  expect(await desk.overdueUnalerted()).toBe(1);
  expect(await desk.jobs.detectBreaches()).toBe(0);
  expect(await desk.overdueUnalerted()).toBe(0);
});

describe('many claimers', () => {
  it('escalate each of 1,000 due tickets once, in due order', async () => {
    const ids = await openTickets(1_000);
    desk.advance(600 * MINUTE);
    await desk.connectAll();
    const changed = await Promise.all(Array.from({ length: 8 }, () => desk.jobs.detectBreaches()));
    changed.push(await desk.jobs.detectBreaches());
    expect(changed.reduce((sum, each) => sum + each, 0)).toBe(1_000);
    await expectEachBreachedOnce(ids);
    const breaches = (await desk.events()).filter(({ type }) => type === 'sla.breached');
    const due = breaches.map(dueMs);
    expect(due).toEqual(due.toSorted((a, b) => a - b));
    expect(breaches.map(({ occurredAt }) => occurredAt.getTime())).toEqual(due);
    expect(desk.lags.length).toBe(1_000);
    expect(Math.min(...desk.lags)).toBeGreaterThan(0);
    expect(await desk.overdueUnalerted()).toBe(0);
  });

  it('and users who change the same tickets meanwhile lose nothing and escalate nothing twice', async () => {
    const ids = await openTickets(120);
    const before = (await desk.events()).length;
    desk.advance(600 * MINUTE);
    await desk.connectAll();
    const users = ids.map(async (id, i) => {
      if (i % 3 === 0) await desk.mutations.updateTicket(desk.admin, { id, title: `Changed ${i}` });
      if (i % 3 === 1) await desk.mutations.changeTicketStatus(desk.admin, { id, status: 'RESOLVED' });
      if (i % 3 === 2) await desk.mutations.assignTicket(desk.admin, { id, assigneeId: desk.admin.id });
    });
    await Promise.all([...users, ...Array.from({ length: 6 }, () => desk.jobs.detectBreaches())]);
    await desk.jobs.detectBreaches();
    await expectEachBreachedOnce(ids);
    const stored = await desk.stores.tickets.byIds(ids);
    for (const [i, ticket] of stored.entries()) {
      expect(ticket?.title).toBe(i % 3 === 0 ? `Changed ${i}` : 'Printer on fire');
      expect(ticket?.status).toBe(i % 3 === 1 ? 'RESOLVED' : 'ESCALATED');
      expect(ticket?.assigneeId).toBe(i % 3 === 2 ? desk.admin.id : null);
      // Opened, the user's change, the breach.
      expect(ticket?.version).toBe(3);
    }
    // The breach, the step to ESCALATED, and the user's change of each.
    expect((await desk.events()).length - before).toBe(360);
  });

  it('leave a row that a user holds to a later call', async () => {
    const ids = await openTickets(20);
    const [held = ''] = ids;
    desk.advance(600 * MINUTE);
    await desk.db.transaction(async (tx) => {
      await tx.sql.execute(sql`SELECT 1 FROM tickets WHERE id = ${held} FOR UPDATE`);
      expect(await desk.jobs.detectBreaches()).toBe(19);
      expect(await desk.overdueUnalerted()).toBe(1);
    });
    expect(await desk.jobs.detectBreaches()).toBe(1);
    await expectEachBreachedOnce(ids);
  });
});

describe('a claim', () => {
  it('leaves nothing behind when it fails', async () => {
    const ids = await openTickets(10);
    const before = await desk.events();
    desk.advance(600 * MINUTE);
    const failing = desk.slices.changeDue(desk.clock.now(), 500, (states) =>
      states.map(({ ticket }) => ({
        ...unchanged({ ...ticket, version: ticket.version + 1 }),
        // The second of the same level in a cycle breaks the rule that makes it once.
        escalations: [1, 1].map((level) => ({
          id: v7(),
          ticketId: ticket.id,
          cycle: 1,
          level,
          reason: 'sla_breached',
          escalatedAt: desk.clock.now(),
          acknowledgedById: null,
          acknowledgedAt: null,
        })),
      })),
    );
    await expect(failing).rejects.toThrow();
    expect(await desk.events()).toEqual(before);
    expect(await desk.escalationsOf(ids[0] ?? '')).toEqual([]);
    expect((await desk.stored(ids[0] ?? '')).version).toBe(1);
    await desk.jobs.detectBreaches();
    await expectEachBreachedOnce(ids);
  });

  it.each([
    'UPDATE ON tickets',
    'INSERT ON escalations',
    'INSERT ON event_log',
  ])('is done by the next claimer when the server ends the first one at its %s', async (point) => {
    const ids = await openTickets(50);
    const before = await desk.events();
    desk.advance(600 * MINUTE);
    await desk.db.pool.query(`
        CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
        CREATE TRIGGER die AFTER ${point} FOR EACH STATEMENT EXECUTE FUNCTION die()`);
    await expect(desk.jobs.detectBreaches()).rejects.toThrow();
    await desk.db.pool.query('DROP FUNCTION die CASCADE');
    expect(await desk.events()).toEqual(before);
    expect(await desk.jobs.detectBreaches()).toBe(50);
    await expectEachBreachedOnce(ids);
  });
});

it('either meets a ticket before its due instant or breaches it once, in 20 seeded races of resolving and detecting', async () => {
  const client = await desk.client('VIP');
  let random = 7;
  const roll = () => {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
    return random / 2 ** 31;
  };
  await desk.connectAll();
  const outcomes = { met: 0, breached: 0 };
  for (let round = 0; round < 20; round += 1) {
    const ticket = await desk.ticket(client.id);
    const due = ticket.clock.dueAt ?? new Date();
    desk.setTime(new Date(due.getTime() - 1));
    const resolve = () => desk.mutations.changeTicketStatus(desk.admin, { id: ticket.id, status: 'RESOLVED' });
    const detect = () => desk.jobs.detectBreaches();
    const actions = roll() < 0.5 ? [resolve, detect, detect] : [detect, resolve, detect];
    const step = roll() < 0.5 ? 0 : 1;
    const running = actions.slice(0, 1 + step).map((act) => act());
    if (roll() < 0.7) desk.advance(1 + Math.floor(roll() * 2));
    running.push(...actions.slice(1 + step).map((act) => act()));
    await Promise.all(running);
    await detect();

    const after: Ticket = await desk.stored(ticket.id);
    const { metAt, breachedAt, state } = after.clock;
    const breaches = (await desk.typesOf(ticket.id)).filter((type) => type === 'sla.breached').length;
    expect(state).toBe('MET');
    expect(after.status).toBe('RESOLVED');
    if (metAt && metAt < due) {
      outcomes.met += 1;
      expect([breachedAt, breaches, await desk.escalationsOf(ticket.id)]).toEqual([null, 0, []]);
    } else {
      outcomes.breached += 1;
      expect([breachedAt, breaches]).toEqual([due, 1]);
      expect(await desk.escalationsOf(ticket.id)).toMatchObject([{ level: 1, cycle: 1, escalatedAt: due }]);
    }
  }
  expect(outcomes.met).toBeGreaterThan(2);
  expect(outcomes.breached).toBeGreaterThan(2);
});

describe('what detection records', () => {
  it('is a warning at its instant and, later, the breach, each once', async () => {
    const [id = ''] = await openTickets(1);
    desk.advance(90 * MINUTE - 1);
    expect(await desk.jobs.detectBreaches()).toBe(0);
    desk.advance(1);
    expect([await desk.jobs.detectBreaches(), await desk.jobs.detectBreaches()]).toEqual([1, 0]);
    expect((await desk.stored(id)).version).toBe(1);
    desk.advance(30 * MINUTE);
    expect([await desk.jobs.detectBreaches(), await desk.jobs.detectBreaches()]).toEqual([1, 0]);
    expect(await desk.typesOf(id)).toEqual(['ticket.created', 'sla.at_risk', 'sla.breached', 'ticket.status_changed']);
    expect(desk.lags).toEqual([0]);
  });

  it('leaves the status of a NORMAL ticket, with one escalation of level 0', async () => {
    const ticket = await desk.ticket((await desk.client('NORMAL')).id);
    desk.advance(1_440 * MINUTE);
    await desk.jobs.detectBreaches();
    expect(await desk.stored(ticket.id)).toMatchObject({ status: 'OPEN', version: 2, clock: { escalationLevel: 0 } });
    expect(await desk.escalationsOf(ticket.id)).toMatchObject([{ level: 0, acknowledgedAt: null }]);
  });

  it('never speaks of paused, resolved or deleted tickets', async () => {
    const [paused = '', resolved = '', deleted = ''] = await openTickets(3);
    await desk.mutations.changeTicketStatus(desk.admin, { id: paused, status: 'PENDING' });
    await desk.mutations.changeTicketStatus(desk.admin, { id: resolved, status: 'RESOLVED' });
    await desk.mutations.deleteTicket(desk.admin, deleted);
    desk.advance(9_000 * MINUTE);
    expect(await desk.jobs.detectBreaches()).toBe(0);
    expect((await desk.events()).filter(({ type }) => type.startsWith('sla.'))).toEqual([]);

    await desk.mutations.restoreTicket(desk.admin, deleted);
    expect(await desk.typesOf(deleted)).toEqual([
      'ticket.deleted',
      'ticket.restored',
      'sla.breached',
      'ticket.status_changed',
    ]);
    const restored = await desk.stored(deleted);
    expect(restored.clock.breachedAt).toEqual(restored.clock.dueAt);
    expect(await desk.jobs.detectBreaches()).toBe(0);
  });

  it('starts anew with a reopened ticket: next cycle, level 0, the ended one kept', async () => {
    const [id = ''] = await openTickets(1);
    desk.advance(130 * MINUTE);
    await desk.jobs.detectBreaches();
    await desk.mutations.changeTicketStatus(desk.admin, { id, status: 'RESOLVED' });
    desk.advance(1_000 * MINUTE);
    const reopened = await desk.mutations.changeTicketStatus(desk.admin, { id, status: 'IN_PROGRESS' });
    expect(reopened).toMatchObject({ resolvedAt: null });
    expect(reopened.clock).toMatchObject({
      cycle: 2,
      escalationLevel: 0,
      state: 'RUNNING',
      breachedAt: null,
      startedAt: desk.clock.now(),
    });
    const [[ended] = []] = await desk.stores.tickets.endedCyclesOf([id]);
    expect(ended).toMatchObject({ cycle: 1, escalationLevel: 1 });
    expect(ended?.breachedAt).toEqual(ended?.dueAt);
    desk.advance(120 * MINUTE);
    await desk.jobs.detectBreaches();
    expect((await desk.escalationsOf(id)).map(({ cycle, level }) => [cycle, level])).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });
});
