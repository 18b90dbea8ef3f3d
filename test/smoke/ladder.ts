import assert from 'node:assert/strict';
import type { Api, Follower } from './api.ts';
import { ACKNOWLEDGE, type Alert, followAlerts, names, type Promised, readTicket, type Ticket } from './promises.ts';
import { eventually, type Steps } from './steps.ts';

const LEVEL_EVERY_MS = 60_000;
const CYCLE = 'cycle startedAt metAt breachedAt elapsedSeconds intervals { state workingSeconds reason }';

interface Cycle {
  readonly cycle: number;
  readonly metAt: string | null;
  readonly breachedAt: string | null;
  readonly elapsedSeconds: number;
  readonly intervals: readonly { readonly state: string; readonly workingSeconds: number; readonly reason: string }[];
}

/** What is known of the ladder once the outage is over. */
export interface Climbing {
  readonly alerts: Follower<Alert>;
  /** Alerts there have to be at the end. */
  readonly expected: number;
}

/** A broken ticket that is resolved and taken up again starts anew, and remembers. */
export async function checkCycles(steps: Steps, admin: Api, { tickets }: Promised): Promise<void> {
  await steps.step('a reopened ticket has a new cycle and keeps the one that broke, second by second', async () => {
    const id = tickets[0]?.id;
    const change = 'mutation ($id: ID!, $to: TicketStatus!) { changeTicketStatus(id: $id, status: $to) { version } }';
    await admin.run(change, { id, to: 'RESOLVED' });
    await admin.run(change, { id, to: 'IN_PROGRESS' });
    const { ticket } = await admin.run<{ ticket: { sla: Cycle & { cycles: Cycle[] } } }>(
      `query ($id: ID!) { ticket(id: $id) { sla { ${CYCLE} cycles { ${CYCLE} } } } }`,
      { id },
    );
    await admin.run(change, { id, to: 'RESOLVED' });
    const [first, ...more] = ticket.sla.cycles;
    assert(first);
    assert.deepEqual([ticket.sla.cycle, ticket.sla.breachedAt, more.length], [2, null, 0]);
    assert.deepEqual([first.cycle, first.breachedAt, typeof first.metAt], [1, tickets[0]?.sla.dueAt, 'string']);
    assert.equal(
      first.intervals.reduce((sum, each) => sum + each.workingSeconds, 0),
      first.elapsedSeconds,
    );
    assert(first.elapsedSeconds >= 60);
    for (const { reason } of [...first.intervals, ...ticket.sla.intervals]) assert.match(reason, /^[A-Z].* .*\.$/);
  });
}

/** After an outage in which the last ticket became due: it is told, and taken on. */
export async function checkAfterOutage(steps: Steps, admin: Api, promised: Promised): Promise<Climbing> {
  const late = promised.tickets.at(-1);
  assert(late);
  const alerts = followAlerts(admin, promised.cursor);
  await steps.step('the promise that broke during the outage is told after it, with its true instant', async () => {
    const alert = await eventually('BREACHED', 10_000, () => alerts.values[0] ?? null);
    assert.deepEqual(names([alert]), [`BREACHED ${late.id}`]);
    assert.equal(alert.dueAt, late.sla.dueAt);
    assert.equal((await readTicket(admin, late.id)).sla.breachedAt, late.sla.dueAt);
    assert(Date.parse(alert.detectedAt) > Date.parse(alert.dueAt));
  });
  const taken = await steps.step('and it is acknowledged, which stops its ladder', async () => {
    const { acknowledgeEscalation } = await admin.run<{ acknowledgeEscalation: Ticket }>(ACKNOWLEDGE, { id: late.id });
    return acknowledgeEscalation;
  });
  // Five warnings, five breaches, two acknowledged; three levels; one more if that machine needed a minute to come back.
  return { alerts, expected: 15 + taken.escalationLevel - 1 };
}

/** A minute after their breach, in a process that did not see it. */
export async function checkLadder(steps: Steps, admin: Api, promised: Promised, climbing: Climbing): Promise<void> {
  const unseen = promised.tickets.slice(1, 4);
  const escalated = () => {
    const ids = unseen.map(({ id }) => id);
    return climbing.alerts.received.filter(({ value }) => value.kind === 'ESCALATED' && ids.includes(value.ticket.id));
  };
  await steps.step('what nobody acknowledged escalates to the next level a minute after its breach', async () => {
    await eventually('Three ESCALATED', 90_000, () => (escalated().length >= 3 ? true : null));
    console.log(
      `        milliseconds after the instant: ${escalated().map(({ value, at }) => at - Date.parse(value.occurredAt))}`,
    );
    assert.deepEqual(
      escalated().map(({ value }) => [
        value.ticket.id,
        value.dueAt,
        Date.parse(value.occurredAt),
        value.escalationLevel,
      ]),
      unseen.map(({ id, sla }, index) => [
        ...[id, sla.dueAt, Date.parse(sla.dueAt) + LEVEL_EVERY_MS],
        index < 2 ? 2 : 1,
      ]),
    );
    for (const { id } of unseen) assert.equal((await readTicket(admin, id)).status, 'ESCALATED');
  });
  climbing.alerts.cut();
  const replay = followAlerts(admin, promised.before);
  await steps.step('a replay from the beginning brings every alert exactly once', async () => {
    await eventually('All alerts', 10_000, () => (replay.received.length >= climbing.expected ? true : null));
    assert.equal(new Set(replay.values.map(({ id }) => id)).size, climbing.expected);
    assert.equal(new Set(names(replay.values)).size, climbing.expected);
    const { slaAlerts } = await admin.run<{ slaAlerts: { totalCount: number; nodes: Alert[] } }>(
      '{ slaAlerts { totalCount nodes { id } } }',
    );
    assert.equal(slaAlerts.totalCount, climbing.expected);
    assert.deepEqual(
      slaAlerts.nodes.map(({ id }) => id),
      replay.values.map(({ id }) => id),
    );
  });
  replay.cut();
}
