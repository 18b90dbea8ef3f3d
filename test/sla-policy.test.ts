import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SlaPolicyEdit } from '../src/domain/sla-policy.ts';
import { createDesk, failure, MINUTE, type TestDesk } from './support/desk.ts';

let desk: TestDesk;
beforeEach(async () => {
  desk = await createDesk();
});
afterEach(async () => {
  await desk[Symbol.asyncDispose]();
});

const promise = (resolutionMinutes: number, rest: Partial<SlaPolicyEdit> = {}): SlaPolicyEdit => ({
  tier: 'NORMAL',
  resolutionMinutes,
  atRiskPercent: 75,
  breachAction: 'NOTIFY_SUPERVISOR',
  escalateEveryMinutes: null,
  maxEscalationLevel: 3,
  calendar: null,
  ...rest,
});
const setPolicy = (resolutionMinutes: number, rest: Partial<SlaPolicyEdit> = {}) =>
  desk.sla.setSlaPolicy(desk.admin, promise(resolutionMinutes, rest));

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
  const ticket = await desk.ticket((await desk.client()).id);
  let edit: Promise<unknown> | null = null;
  await desk.db.transaction(async (tx) => {
    await tx.sql.execute(sql`SELECT 1 FROM tickets WHERE id = ${ticket.id} FOR UPDATE`);
    edit = setPolicy(2_000);
    for (let waiting = 0; waiting === 0; ) {
      const { rows } = await desk.db.pool.query(
        "SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted",
      );
      waiting = rows.length;
    }
  });
  await edit;
  expect(await versions()).toEqual({ 'v2: 2000 min': 1 });
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
  await desk.stores.policies.set(promise(2_000), desk.admin.id, desk.clock.now(), (policy) => ({
    id: crypto.randomUUID(),
    type: 'policy.set',
    subjectId: null,
    actorId: null,
    from: null,
    to: `${policy.version}`,
    occurredAt: desk.clock.now(),
    data: null,
  }));
  expect(await desk.jobs.moveOutdatedClocks('all')).toEqual({ moved: 2, more: false });
  expect((await desk.stored(one.id)).clock).toMatchObject({ tier: 'VIP', policyVersion: 1 });
  expect((await desk.stored(other.id)).clock).toMatchObject({ tier: 'NORMAL', policyVersion: 2 });
});

it('takes edits from an ADMIN alone, within their limits, all of them told at once', async () => {
  const lead = await desk.person('SUPERVISOR');
  expect(await failure(desk.sla.setSlaPolicy(lead, promise(10)))).toMatchObject({ code: 'FORBIDDEN' });
  expect(await failure(setPolicy(0, { atRiskPercent: 100 }))).toMatchObject({
    code: 'VALIDATION_FAILED',
    details: { fields: [{ path: 'input.resolutionMinutes' }, { path: 'input.atRiskPercent' }] },
  });
  expect((await desk.sla.listSlaPolicies(lead)).map(({ tier, version }) => `${tier} ${version}`)).toEqual([
    'VIP 1',
    'NORMAL 1',
  ]);
});
