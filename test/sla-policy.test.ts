import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MoveProgress } from '../src/application/sla/ports.ts';
import type { SlaPolicyEdit } from '../src/domain/sla-policy.ts';
import type { Ticket } from '../src/domain/ticket.ts';
import { slaJobs } from '../src/interfaces/jobs/sla-jobs.ts';
import { createDesk, failure, MINUTE, type TestDesk, until } from './support/desk.ts';
import { normalPolicy } from './support/normal-policy.ts';

let desk: TestDesk;
beforeEach(async () => {
  desk = await createDesk();
});
afterEach(async () => {
  await desk[Symbol.asyncDispose]();
});

const setPolicy = (resolutionMinutes: number, rest: Partial<SlaPolicyEdit> = {}) =>
  desk.sla.setSlaPolicy(desk.admin, normalPolicy(resolutionMinutes, rest));

/** So many open NORMAL tickets, alike but for their ids and numbers. */
async function openTickets(count: number): Promise<void> {
  const first = await desk.ticket((await desk.client()).id);
  await desk.db.pool.query(
    `INSERT INTO tickets
     SELECT made.* FROM tickets t, generate_series(2, $2) n,
       LATERAL jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'number', t.number + n)) made
      WHERE t.id = $1`,
    [first.id, count],
  );
}

/** How many tickets are under each version, and whether each is due accordingly. */
async function versions(): Promise<Record<string, number>> {
  const { rows } = await desk.db.pool.query<{ version: number; minutes: number; count: number }>(
    `SELECT sla_policy_version AS version, extract(epoch FROM sla_due_at - sla_started_at)::int / 60 AS minutes, count(*)::int
       FROM tickets GROUP BY 1, 2`,
  );
  return Object.fromEntries(rows.map(({ version, minutes, count }) => [`v${version}: ${minutes} min`, count]));
}

const now = () => desk.clock.now();

/** An edit whose process ended before it moved anything. */
const editWithoutMoving = (edit: SlaPolicyEdit) =>
  desk.stores.policies.set(edit, desk.admin.id, now, (policy) => ({
    id: crypto.randomUUID(),
    type: 'policy.set',
    subjectId: null,
    actorId: null,
    from: null,
    to: `${policy.version}`,
    occurredAt: desk.clock.now(),
    data: { ...edit },
  }));

async function progress(): Promise<MoveProgress[]> {
  const events = (await desk.events()).filter(({ type }) => type === 'policy.moved');
  expect(events.filter(({ subjectId, actorId }) => subjectId !== null || actorId !== null)).toEqual([]);
  return events.map(({ data }) => data as unknown as MoveProgress);
}
const sumOf = (steps: readonly MoveProgress[]) => steps.reduce((sum, { moved }) => sum + moved, 0);

async function anyTickets(first: number): Promise<Ticket[]> {
  const query = { filter: {}, sort: 'NUMBER', direction: 'ASC', after: null, page: null } as const;
  return (await desk.stores.tickets.list({ ...query, first })).items.map(({ node }) => node);
}

/** How many connections wait for a row. */
async function waitingForRows(): Promise<number> {
  const { rows } = await desk.db.pool.query("SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted");
  return rows.length;
}

it('moves the first 500 tickets before an edit returns and hands the rest to the background', async () => {
  await openTickets(700);
  await setPolicy(2_000);
  expect(await versions()).toEqual({ 'v2: 2000 min': 500, 'v1: 1440 min': 200 });
  expect(desk.scheduled.length).toBe(1);
  expect(await desk.jobs.moveOutdatedClocks('all')).toEqual({ moved: 200, more: false });
  expect(await versions()).toEqual({ 'v2: 2000 min': 700 });
  expect(await desk.jobs.moveOutdatedClocks('all')).toEqual({ moved: 0, more: false });
});

it('ends in the last state after edits that overtake each other', async () => {
  await openTickets(600);
  await desk.connectAll();
  const background = () => desk.jobs.moveOutdatedClocks('all', { atMost: Number.POSITIVE_INFINITY });
  const edits = await Promise.all([setPolicy(2_000), setPolicy(3_000), background(), setPolicy(4_000), background()]);
  const last = Math.max(...edits.map((each) => ('version' in each ? each.version : 0)));
  const minutes = edits.map((each) => ('version' in each && each.version === last ? each.resolutionMinutes : 0));
  expect(last).toBe(4);
  // Whatever an edit left is asked for in the background; nothing is left when nobody asked.
  if (desk.scheduled.length > 0) await background();
  expect(await versions()).toEqual({ [`v4: ${Math.max(...minutes)} min`]: 600 });
});

it('waits for a ticket that a user is changing, and moves it too', async () => {
  await openTickets(40);
  const ids = (await anyTickets(3)).map(({ id }) => id);
  let edit: Promise<unknown> | null = null;
  await desk.db.transaction(async (tx) => {
    await tx.sql.execute(sql`SELECT 1 FROM tickets WHERE id IN ${ids} FOR UPDATE`);
    edit = setPolicy(2_000);
    await until(async () => (await waitingForRows()) === 1);
    // All others are done; while it waits, it keeps nobody else from anything.
    expect(await versions()).toEqual({ 'v1: 1440 min': 3, 'v2: 2000 min': 37 });
    const free = await desk.db.pool.query('SELECT id FROM tickets FOR UPDATE SKIP LOCKED');
    expect(free.rowCount).toBe(37);
  });
  await edit;
  expect(await versions()).toEqual({ 'v2: 2000 min': 40 });
});

it('sees a ticket that was being created under the former policy while the edit was saved', async () => {
  await openTickets(2);
  let edit: Promise<unknown> | null = null;
  await desk.db.transaction(async (tx) => {
    await tx.sql.execute(sql`
      INSERT INTO tickets SELECT made.* FROM tickets t,
        LATERAL jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'number', t.number + 100)) made LIMIT 1`);
    edit = setPolicy(2_000);
    await until(async () => (await versions())['v2: 2000 min'] === 2);
  });
  await edit;
  expect(await versions()).toEqual({ 'v2: 2000 min': 3 });
});

it('tells of its progress in the log, to the last ticket, and to no subscriber of tickets', async () => {
  await openTickets(700);
  const heard: string[] = [];
  await desk.hub.start();
  const feed = await desk.subscriptions.ticketEvents({ actor: desk.admin, after: null }, null);
  const listening = (async () => {
    for await (const { event } of feed) if (heard.push(event.type) === 701) return;
  })();
  await setPolicy(2_000);
  const first = await progress();
  expect(sumOf(first)).toBe(500);
  expect(first.at(-1)?.remaining).toBe(200);
  await desk.jobs.moveOutdatedClocks('all');
  const all = await progress();
  expect(sumOf(all)).toBe(700);
  expect(all.map(({ remaining }) => remaining)).toEqual(all.map((_, i) => 700 - sumOf(all.slice(0, i + 1))));
  expect(all.at(-1)).toMatchObject({ tier: 'NORMAL', version: 2, remaining: 0 });
  await desk.jobs.moveOutdatedClocks('all');
  expect(await progress()).toEqual(all);

  const [ticket] = await anyTickets(1);
  await desk.mutations.updateTicket(desk.admin, { id: ticket?.id ?? '', title: 'Heard' });
  await listening;
  expect(new Set(heard)).toEqual(new Set(['sla.policy_changed', 'ticket.updated']));
  await setPolicy(3_000, { tier: 'VIP' });
  expect((await progress()).at(-1)).toEqual({ tier: 'VIP', version: 2, moved: 0, remaining: 0 });
});

it('judges by the instant of the edit, however late a ticket is moved, and in due order', async () => {
  const client = await desk.client();
  const editedAt = new Date(desk.clock.now().getTime() + 2_000 * MINUTE);
  /** A ticket of so many minutes at the edit. */
  const aged = async (minutes: number): Promise<Ticket> => {
    desk.setTime(new Date(editedAt.getTime() - minutes * MINUTE));
    return desk.ticket(client.id);
  };
  const unnoticed = await aged(1_445);
  const [age200, age100, age30, age0] = [await aged(200), await aged(100), await aged(30), await aged(0)];
  await editWithoutMoving(normalPolicy(150, { atRiskPercent: 99 }));
  desk.advance(60 * MINUTE);
  await desk.jobs.moveOutdatedClocks('all');
  desk.advance(1_000 * MINUTE);
  await desk.jobs.detectBreaches();

  const breaches = (await desk.events()).filter(({ type }) => type === 'sla.breached');
  const dueOf = ({ createdAt }: Ticket) => new Date(createdAt.getTime() + 150 * MINUTE);
  expect(breaches.map(({ subjectId, occurredAt, data }) => [subjectId, occurredAt, data?.reason])).toEqual([
    // By the policy that was in force at its instant.
    [unnoticed.id, unnoticed.clock.dueAt, 'sla_breached'],
    // In the past by the edit.
    [age200.id, dueOf(age200), 'policy_changed'],
    // After the edit, before the move.
    [age100.id, dueOf(age100), 'sla_breached'],
    // After the move.
    [age30.id, dueOf(age30), 'sla_breached'],
    [age0.id, dueOf(age0), 'sla_breached'],
  ]);
  for (const { id } of [unnoticed, age200, age100, age30, age0]) {
    const breach = breaches.find(({ subjectId }) => subjectId === id);
    expect((await desk.stored(id)).clock).toMatchObject({ policyVersion: 2, breachedAt: breach?.occurredAt });
  }
  // What the move found to have come due is told as of its instant, and seen when it was moved.
  expect(breaches[2]?.data?.detectedAt).toBe(new Date(editedAt.getTime() + 60 * MINUTE).toISOString());
});

it('breaches once, as policy_changed and with the new due instant, what an edit makes overdue', async () => {
  const ticket = await desk.ticket((await desk.client()).id);
  desk.advance(60 * MINUTE);
  await setPolicy(30);
  await desk.jobs.detectBreaches();
  const events = await desk.events(ticket.id);
  expect(events.map(({ type, from, to }) => [type, from, to])).toEqual([
    ['ticket.created', null, 'OPEN'],
    ['sla.policy_changed', '1', '2'],
    ['sla.breached', null, null],
  ]);
  const due = new Date(ticket.createdAt.getTime() + 30 * MINUTE);
  expect(events[2]).toMatchObject({ occurredAt: due, data: { reason: 'policy_changed', dueAt: due.toISOString() } });
  expect(await desk.escalationsOf(ticket.id)).toMatchObject([{ reason: 'policy_changed', escalatedAt: due }]);
  expect(desk.lags).toEqual([]);

  await setPolicy(500);
  desk.advance(9_000 * MINUTE);
  await desk.jobs.detectBreaches();
  await setPolicy(20);
  expect((await desk.typesOf(ticket.id)).filter((type) => type === 'sla.breached')).toHaveLength(1);
  expect((await desk.stored(ticket.id)).clock.breachedAt).toEqual(due);
});

it('warns once when an edit moves only the warning into the past', async () => {
  const ticket = await desk.ticket((await desk.client()).id);
  desk.advance(60 * MINUTE);
  await setPolicy(100, { atRiskPercent: 50 });
  await setPolicy(100, { atRiskPercent: 55 });
  desk.advance(30 * MINUTE);
  await desk.jobs.detectBreaches();
  expect((await desk.typesOf(ticket.id)).filter((type) => type === 'sla.at_risk')).toHaveLength(1);
});

it('moves the open tickets of a client whose tier changes, with their pauses, and leaves settled ones', async () => {
  const client = await desk.client('NORMAL');
  const [running, paused, settled] = [
    await desk.ticket(client.id),
    await desk.ticket(client.id),
    await desk.ticket(client.id),
  ];
  const change = (id: string, status: 'PENDING' | 'IN_PROGRESS' | 'RESOLVED') =>
    desk.mutations.changeTicketStatus(desk.admin, { id, status });
  await change(settled.id, 'RESOLVED');
  await change(paused.id, 'PENDING');
  desk.advance(10 * MINUTE);
  await desk.clients.updateClient(desk.admin, { id: client.id, tier: 'VIP' });
  desk.advance(5 * MINUTE);
  await change(paused.id, 'IN_PROGRESS');
  const after = (minutes: number) => new Date(running.createdAt.getTime() + minutes * MINUTE);
  expect((await desk.stored(running.id)).clock).toMatchObject({ tier: 'VIP', policyVersion: 1, dueAt: after(120) });
  expect((await desk.stored(paused.id)).clock).toMatchObject({ tier: 'VIP', dueAt: after(135) });
  expect((await desk.stored(settled.id)).clock).toMatchObject({ tier: 'NORMAL', state: 'MET' });
  expect(await desk.typesOf(running.id)).toEqual(['ticket.created', 'sla.tier_changed']);
  const reopened = await change(settled.id, 'IN_PROGRESS');
  expect(reopened.clock).toMatchObject({ tier: 'VIP', cycle: 2 });
});

it('catches up with a ticket that was created while its policy or tier was being changed', async () => {
  const client = await desk.client('NORMAL');
  const [one, other] = [await desk.ticket(client.id), await desk.ticket((await desk.client()).id)];
  await desk.db.pool.query("UPDATE clients SET tier = 'VIP' WHERE id = $1", [client.id]);
  await editWithoutMoving(normalPolicy(2_000));
  expect(await desk.jobs.moveOutdatedClocks('all')).toEqual({ moved: 2, more: false });
  expect((await desk.stored(one.id)).clock).toMatchObject({ tier: 'VIP', policyVersion: 1 });
  expect((await desk.stored(other.id)).clock).toMatchObject({ tier: 'NORMAL', policyVersion: 2 });
});

it('moves in the background what an edit left whose process ended: the sweep finds it, the queue does the rest', async () => {
  await openTickets(600);
  await editWithoutMoving(normalPolicy(2_000));
  const run = { signal: new AbortController().signal, attempt: 1, isLast: true };
  const [sweep, move] = slaJobs(desk.jobs);
  await sweep?.handle(null, run);
  expect(await versions()).toEqual({ 'v2: 2000 min': 500, 'v1: 1440 min': 100 });
  expect(desk.scheduled).toHaveLength(1);
  // A process that is being stopped leaves it to the next.
  await move?.handle(null, { ...run, signal: AbortSignal.abort() });
  expect(await versions()).toEqual({ 'v2: 2000 min': 500, 'v1: 1440 min': 100 });
  await move?.handle(null, run);
  expect(await versions()).toEqual({ 'v2: 2000 min': 600 });
  expect(desk.scheduled).toHaveLength(1);
});

it('takes edits from an ADMIN alone, within their limits, all of them told at once', async () => {
  const lead = await desk.person('SUPERVISOR');
  expect(await failure(desk.sla.setSlaPolicy(lead, normalPolicy(10)))).toMatchObject({ code: 'FORBIDDEN' });
  expect(await failure(setPolicy(0, { atRiskPercent: 100 }))).toMatchObject({
    code: 'VALIDATION_FAILED',
    details: { fields: [{ path: 'input.resolutionMinutes' }, { path: 'input.atRiskPercent' }] },
  });
  expect((await desk.sla.listSlaPolicies(lead)).map(({ tier, version }) => `${tier} ${version}`)).toEqual([
    'VIP 1',
    'NORMAL 1',
  ]);
});
