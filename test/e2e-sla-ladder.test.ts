import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Alert, type DeskCalls, deskCalls } from './support/desk-calls.ts';
import { followAlerts } from './support/follow.ts';
import { codeOf, startTestServer, type TestServer } from './support/server.ts';
import { type AlertFeed, nextAlert, secondsAgo, viewTicket } from './support/sla-view.ts';

let server: TestServer;
let desk: DeskCalls;
let vip: string;
beforeAll(async () => {
  server = await startTestServer();
  desk = deskCalls(server);
  vip = await desk.client('VIP');
  for (const [tier, breachAction] of [
    ['VIP', 'ESCALATE'],
    ['NORMAL', 'NOTIFY_SUPERVISOR'],
  ]) {
    const input = { tier, breachAction, resolutionMinutes: 60, escalateEveryMinutes: 10, maxEscalationLevel: 3 };
    await server.admin.ask('mutation ($input: SlaPolicyInput!) { setSlaPolicy(input: $input) { version } }', { input });
  }
});
afterAll(() => server[Symbol.asyncDispose]());

const ACKNOWLEDGE = 'mutation ($id: ID!) { acknowledgeEscalation(ticketId: $id) { version sla { nextEscalationAt } } }';
const NEXT = 'query ($id: ID!) { ticket(id: $id) { sla { nextEscalationAt } } }';
interface Next {
  readonly ticket: { readonly sla: { readonly nextEscalationAt: string | null } };
}
const nextLevelAt = async (id: string) => (await server.admin.ask<Next>(NEXT, { id })).ticket.sla.nextEscalationAt;

/** Moves the ladder of a ticket so that its next level is due at `at`, as minutes are the API's smallest unit, and tells the server. */
async function makeLevelDue(id: string, at: Date): Promise<void> {
  await server.sql(
    `UPDATE tickets SET sla_ladder_from = $2::timestamptz - interval '10 minutes', sla_next_escalation_at = $2, sla_next_deadline_at = $2
      WHERE id = $1`,
    [id, at],
  );
  await server.wake();
}

/** What has come for `id` once a later breach has come too: alerts arrive in order, so nothing is left behind it. */
async function alertsUntilMarker(feed: AlertFeed, id: string): Promise<Alert[]> {
  const marker = await desk.ticket(vip);
  await server.makeDue(marker, secondsAgo(0));
  const seen: Alert[] = [];
  for (;;) {
    const alert = await nextAlert(feed);
    if (alert.ticket.id === marker) return seen;
    if (alert.ticket.id === id) seen.push(alert);
  }
}

describe('a breach that nobody acknowledges', () => {
  it('is told level by level, live and in a replay: the same alerts, with their own instants', async () => {
    const id = await desk.ticket(vip);
    const before = await desk.cursor();
    const live = followAlerts(server.admin, before);
    const due = secondsAgo(5);
    await server.makeDue(id, due);
    const alerts = [await nextAlert(live)];
    expect(await nextLevelAt(id)).toBe(new Date(due.getTime() + 600_000).toISOString());
    const instants = [due];
    for (const level of [2, 3]) {
      const at = new Date(Date.now() + 200);
      await makeLevelDue(id, at);
      const alert = await nextAlert(live);
      expect(Date.now()).toBeGreaterThanOrEqual(at.getTime());
      expect(alert).toMatchObject({
        ...{
          kind: 'ESCALATED',
          action: null,
          tier: 'VIP',
          escalationLevel: level,
          ticket: { id, status: 'ESCALATED' },
        },
        ...{ dueAt: due.toISOString(), occurredAt: at.toISOString() },
      });
      expect(Date.parse(alert.detectedAt)).toBeGreaterThanOrEqual(at.getTime());
      alerts.push(alert);
      instants.push(at);
    }
    expect(await nextLevelAt(id)).toBeNull();
    expect(await viewTicket(server.admin, id)).toMatchObject({
      ...{ status: 'ESCALATED', escalationLevel: 3, version: 4 },
      escalations: [
        { level: 1, reason: 'sla_breached', escalatedAt: instants[0]?.toISOString() },
        { level: 2, reason: 'not_acknowledged', escalatedAt: instants[1]?.toISOString() },
        { level: 3, reason: 'not_acknowledged', escalatedAt: instants[2]?.toISOString() },
      ],
    });
    expect(await alertsUntilMarker(live, id)).toEqual([]);

    const replay = followAlerts(server.admin, before);
    expect((await replay.take(3)).map(({ slaAlerts }) => slaAlerts)).toEqual(
      alerts.map((alert) => ({ ...alert, ticket: { id, status: 'ESCALATED' } })),
    );
    const resumed = followAlerts(server.admin, alerts[1]?.cursor ?? null, ['ESCALATED']);
    expect(await nextAlert(resumed)).toEqual(alerts[2]);
    const page = await server.admin.ask<{ slaAlerts: { nodes: Alert[] } }>(
      'query ($after: String) { slaAlerts(after: $after, kinds: [ESCALATED]) { nodes { id escalationLevel } } }',
      { after: before },
    );
    expect(page.slaAlerts.nodes).toEqual(
      alerts.slice(1).map((each) => ({ id: each.id, escalationLevel: each.escalationLevel })),
    );
    await Promise.all([live, replay, resumed].map((feed) => feed.stop()));
  });

  it('makes a ticket of a NORMAL client ESCALATED at level 1, and one that is worked on ESCALATED again', async () => {
    const id = await desk.ticket(await desk.client('NORMAL'));
    const feed = followAlerts(server.admin, await desk.cursor());
    await server.makeDue(id, secondsAgo(1));
    expect(await nextAlert(feed)).toMatchObject({ kind: 'BREACHED', escalationLevel: 0, ticket: { status: 'OPEN' } });
    await makeLevelDue(id, secondsAgo(0));
    expect(await nextAlert(feed)).toMatchObject({
      kind: 'ESCALATED',
      escalationLevel: 1,
      ticket: { status: 'ESCALATED' },
    });
    await desk.status(id, 'IN_PROGRESS');
    await makeLevelDue(id, secondsAgo(0));
    expect(await nextAlert(feed)).toMatchObject({
      kind: 'ESCALATED',
      escalationLevel: 2,
      ticket: { status: 'ESCALATED' },
    });
    const { history } = await viewTicket(server.admin, id);
    expect(history.nodes.map(({ type, from, to }) => [type, from, to].filter(Boolean).join(' '))).toEqual([
      ...['ticket.created OPEN', 'sla.breached'],
      ...['sla.escalated', 'ticket.status_changed OPEN ESCALATED'],
      'ticket.status_changed ESCALATED IN_PROGRESS',
      ...['sla.escalated', 'ticket.status_changed IN_PROGRESS ESCALATED'],
    ]);
    await feed.stop();
  });
});

describe('acknowledgeEscalation', () => {
  it('stops the ladder: what would have been the next level never comes', async () => {
    const supervisor = await server.person('SUPERVISOR');
    const id = await desk.ticket(vip);
    const feed = followAlerts(server.admin, await desk.cursor());
    await server.makeDue(id, secondsAgo(1));
    await nextAlert(feed);
    const taken = await supervisor.ask(ACKNOWLEDGE, { id });
    expect(taken).toEqual({ acknowledgeEscalation: { version: 2, sla: { nextEscalationAt: null } } });
    expect(await nextAlert(feed)).toMatchObject({ kind: 'ACKNOWLEDGED', escalationLevel: 1, ticket: { id } });
    expect(await supervisor.ask(ACKNOWLEDGE, { id })).toEqual(taken);
    // Even a deadline that says otherwise finds nothing to say.
    await server.sql('UPDATE tickets SET sla_ladder_from = $2, sla_next_deadline_at = $2 WHERE id = $1', [
      id,
      secondsAgo(900),
    ]);
    await server.wake();
    expect(await alertsUntilMarker(feed, id)).toEqual([]);
    expect(await viewTicket(server.admin, id)).toMatchObject({
      escalations: [{ level: 1, acknowledgedBy: { id: supervisor.id } }],
    });
    await feed.stop();
  });

  it('comes too late for a level whose instant has passed, which is recorded before it', async () => {
    const id = await desk.ticket(vip);
    const feed = followAlerts(server.admin, await desk.cursor());
    await server.makeDue(id, secondsAgo(1));
    await nextAlert(feed);
    const passed = secondsAgo(2);
    // Behind the server's back and without news: only the mutation itself can notice.
    await server.sql(
      `UPDATE tickets SET sla_ladder_from = $2::timestamptz - interval '10 minutes', sla_next_escalation_at = $2, sla_next_deadline_at = $2
        WHERE id = $1`,
      [id, passed],
    );
    await server.admin.ask(ACKNOWLEDGE, { id });
    expect(await nextAlert(feed)).toMatchObject({
      kind: 'ESCALATED',
      escalationLevel: 2,
      occurredAt: passed.toISOString(),
    });
    expect(await nextAlert(feed)).toMatchObject({ kind: 'ACKNOWLEDGED', escalationLevel: 2 });
    const { escalations } = await viewTicket(server.admin, id);
    expect(escalations.map(({ level, acknowledgedBy }) => [level, acknowledgedBy?.id])).toEqual([
      [1, server.admin.id],
      [2, server.admin.id],
    ]);
    await feed.stop();
  });

  it('is possible after the ticket was resolved, and for supervisors and admins only', async () => {
    const agent = await server.person('AGENT');
    const id = await desk.ticket(vip);
    const feed = followAlerts(server.admin, await desk.cursor());
    expect(codeOf(await server.admin.send(ACKNOWLEDGE, { id }))).toBe('CONFLICT');
    await server.makeDue(id, secondsAgo(1));
    await nextAlert(feed);
    expect(codeOf(await agent.send(ACKNOWLEDGE, { id }))).toBe('FORBIDDEN');
    await desk.status(id, 'RESOLVED');
    expect(await nextLevelAt(id)).toBeNull();
    await server.admin.ask(ACKNOWLEDGE, { id });
    expect(await nextAlert(feed)).toMatchObject({ kind: 'ACKNOWLEDGED', ticket: { id, status: 'RESOLVED' } });
    await feed.stop();
  });
});

describe('while a ticket waits for the client', () => {
  it('its ladder has no next level; when it goes on, the step goes on where it stood', async () => {
    const id = await desk.ticket(vip);
    const feed = followAlerts(server.admin, await desk.cursor());
    await server.makeDue(id, secondsAgo(1));
    await nextAlert(feed);
    const before = Date.parse((await nextLevelAt(id)) ?? '');
    await desk.status(id, 'PENDING');
    expect(await nextLevelAt(id)).toBeNull();
    await desk.status(id, 'IN_PROGRESS');
    const [interval] = await server.sql<{ paused: number }>(
      `SELECT (extract(epoch FROM (sla_intervals->1->>'to')::timestamptz - (sla_intervals->1->>'from')::timestamptz) * 1000)::int AS paused
         FROM tickets WHERE id = $1`,
      [id],
    );
    expect(Date.parse((await nextLevelAt(id)) ?? '') - before).toBe(interval?.paused);
    await feed.stop();
  });
});

it('nothing is overdue without an alert, and nothing of all this failed for a reason that nobody foresaw', async () => {
  const metrics = (await (await server.admin.get('/health/metrics')).json()) as {
    clocks: { overdueUnalerted: number };
  };
  expect(metrics.clocks.overdueUnalerted).toBe(0);
  expect(server.log).toEqual([]);
});
