import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALERTS, type Alert, type DeskCalls, deskCalls } from './support/desk-calls.ts';
import type { GraphqlCaller } from './support/graphql-client.ts';
import type { Feed } from './support/live-feed.ts';
import { codeOf, startTestServer, type TestServer } from './support/server.ts';

let server: TestServer;
let desk: DeskCalls;
let vip: string;
let normal: string;
beforeAll(async () => {
  server = await startTestServer();
  desk = deskCalls(server);
  [vip, normal] = [await desk.client('VIP'), await desk.client('NORMAL')];
});
afterAll(() => server[Symbol.asyncDispose]());

interface TicketView {
  status: string;
  escalationLevel: number;
  version: number;
  allowedTransitions: string[];
  escalations: { level: number; reason: string; escalatedAt: string; acknowledgedBy: { id: string } | null }[];
  sla: {
    state: string;
    cycle: number;
    policyVersion: number;
    startedAt: string;
    dueAt: string | null;
    atRiskAt: string | null;
    breachedAt: string | null;
    detectedAt: string | null;
    metAt: string | null;
  };
  history: { nodes: { type: string; from: string | null; to: string | null; actor: { id: string } | null }[] };
}
const VIEW = `query ($id: ID!) { ticket(id: $id) { status escalationLevel version allowedTransitions
  escalations { level reason escalatedAt acknowledgedBy { id } }
  sla { state cycle policyVersion startedAt dueAt atRiskAt breachedAt detectedAt metAt }
  history { nodes { type from to actor { id } } } } }`;

type AlertFeed = Feed<{ slaAlerts: Alert }>;
const follow = (by: GraphqlCaller, after: string, kinds: string[] | null = null): AlertFeed =>
  by.subscribe(ALERTS, { after, kinds });
const view = async (id: string): Promise<TicketView> =>
  (await server.admin.ask<{ ticket: TicketView }>(VIEW, { id })).ticket;
const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1_000);
const next = async (feed: AlertFeed): Promise<Alert> => (await feed.next()).slaAlerts;

/** What has come for `ids` once a later breach has come too: alerts arrive in order, so nothing is left behind it. */
async function alertsUntilMarker(feed: AlertFeed, ids: readonly string[]): Promise<Alert[]> {
  const marker = await desk.ticket(vip);
  await server.makeDue(marker, secondsAgo(0));
  const seen: Alert[] = [];
  for (;;) {
    const alert = await next(feed);
    if (alert.ticket.id === marker) return seen;
    if (ids.includes(alert.ticket.id)) seen.push(alert);
  }
}

describe('a broken promise', () => {
  it('of a VIP escalates at its due instant: one alert, status, level, escalation row, log; then it is acknowledged', async () => {
    const supervisor = await server.person('SUPERVISOR');
    const id = await desk.ticket(vip);
    const feed = follow(supervisor, await desk.cursor());
    const due = new Date(Date.now() + 400);
    await server.makeDue(id, due);
    const alert = await next(feed);
    const lateMs = Date.now() - due.getTime();
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(alert).toMatchObject({
      kind: 'BREACHED',
      action: 'ESCALATE',
      tier: 'VIP',
      escalationLevel: 1,
      dueAt: due.toISOString(),
      occurredAt: due.toISOString(),
      ticket: { id, status: 'ESCALATED' },
    });
    const broken = await view(id);
    expect(broken).toMatchObject({
      status: 'ESCALATED',
      escalationLevel: 1,
      version: 2,
      allowedTransitions: ['IN_PROGRESS', 'PENDING', 'RESOLVED', 'CLOSED'],
      escalations: [{ level: 1, reason: 'sla_breached', escalatedAt: due.toISOString(), acknowledgedBy: null }],
      sla: { state: 'BREACHED', breachedAt: due.toISOString(), detectedAt: alert.detectedAt },
    });
    expect(broken.history.nodes).toMatchObject([
      { type: 'ticket.created', actor: { id: server.admin.id } },
      { type: 'sla.breached', actor: null },
      { type: 'ticket.status_changed', from: 'OPEN', to: 'ESCALATED', actor: null },
    ]);

    const acknowledge = 'mutation ($id: ID!) { acknowledgeEscalation(ticketId: $id) { version } }';
    const first = await supervisor.ask(acknowledge, { id });
    expect(await next(feed)).toMatchObject({ kind: 'ACKNOWLEDGED', action: null, ticket: { id } });
    // Again: the ticket as it is, and nobody is told twice.
    expect(await server.admin.ask(acknowledge, { id })).toEqual(first);
    expect((await view(id)).escalations).toMatchObject([{ acknowledgedBy: { id: supervisor.id } }]);
    expect(await alertsUntilMarker(feed, [id])).toEqual([]);
    await feed.stop();
  });

  it('of a NORMAL client notifies: status and level stay, one row of level 0 that can be acknowledged', async () => {
    const id = await desk.ticket(normal);
    const feed = follow(server.admin, await desk.cursor());
    const due = secondsAgo(2);
    await server.makeDue(id, due);
    expect(await next(feed)).toMatchObject({
      kind: 'BREACHED',
      action: 'NOTIFY_SUPERVISOR',
      tier: 'NORMAL',
      escalationLevel: 0,
      ticket: { id, status: 'OPEN' },
    });
    expect(await view(id)).toMatchObject({
      status: 'OPEN',
      escalationLevel: 0,
      escalations: [{ level: 0, reason: 'sla_breached' }],
      sla: { state: 'BREACHED', breachedAt: due.toISOString() },
    });
    await server.admin.ask('mutation ($id: ID!) { acknowledgeEscalation(ticketId: $id) { id } }', { id });
    expect((await next(feed)).kind).toBe('ACKNOWLEDGED');
    await feed.stop();
  });

  it('is warned of once before, and has nothing to acknowledge until then', async () => {
    const id = await desk.ticket(vip);
    const feed = follow(server.admin, await desk.cursor());
    const acknowledge = 'mutation ($id: ID!) { acknowledgeEscalation(ticketId: $id) { version } }';
    expect(codeOf(await server.admin.send(acknowledge, { id }))).toBe('CONFLICT');
    const [atRisk, due] = [secondsAgo(1), new Date(Date.now() + 600_000)];
    await server.sql(
      'UPDATE tickets SET sla_at_risk_at = $2, sla_next_deadline_at = $2, sla_due_at = $3 WHERE id = $1',
      [id, atRisk, due],
    );
    await server.wake();
    expect(await next(feed)).toMatchObject({
      kind: 'AT_RISK',
      action: null,
      occurredAt: atRisk.toISOString(),
      dueAt: due.toISOString(),
      ticket: { id, status: 'OPEN' },
    });
    expect(codeOf(await server.admin.send(acknowledge, { id }))).toBe('CONFLICT');
    await server.makeDue(id, secondsAgo(0));
    expect(await next(feed)).toMatchObject({ kind: 'BREACHED', ticket: { id } });
    expect(await alertsUntilMarker(feed, [id])).toEqual([]);
    await feed.stop();
  });

  it('is recorded before a change that comes a moment later than its instant', async () => {
    const id = await desk.ticket(vip);
    const feed = follow(server.admin, await desk.cursor());
    const due = secondsAgo(3);
    // Behind the server's back and without news: only the change itself can notice.
    await server.sql(
      'UPDATE tickets SET sla_due_at = $2, sla_at_risk_at = $2, sla_next_deadline_at = $2 WHERE id = $1',
      [id, due],
    );
    await desk.status(id, 'RESOLVED');
    expect(await next(feed)).toMatchObject({ kind: 'BREACHED', occurredAt: due.toISOString(), ticket: { id } });
    expect(await view(id)).toMatchObject({
      status: 'RESOLVED',
      escalations: [{ level: 1 }],
      sla: { state: 'BREACHED', breachedAt: due.toISOString(), metAt: expect.any(String) },
    });
    expect(await alertsUntilMarker(feed, [id])).toEqual([]);
    await feed.stop();
  });
});

describe('no alert ever', () => {
  it('comes of a paused, a resolved, a closed or a deleted ticket', async () => {
    const [paused, resolved, closed, deleted] = await Promise.all([1, 2, 3, 4].map(() => desk.ticket(vip)));
    await desk.status(paused ?? '', 'PENDING');
    await desk.status(resolved ?? '', 'RESOLVED');
    await desk.status(closed ?? '', 'CLOSED');
    await desk.remove(deleted ?? '');
    const ids = [paused, resolved, closed, deleted].map((id) => id ?? '');
    const feed = follow(server.admin, await desk.cursor());
    const deadlines = await server.sql<{ sla_next_deadline_at: Date | null }>(
      'SELECT sla_next_deadline_at FROM tickets WHERE id = ANY($1)',
      [ids],
    );
    expect(deadlines.map((row) => row.sla_next_deadline_at)).toEqual([null, null, null, null]);
    // The instants of the settled and the deleted ones pass; nothing is due of a paused one.
    await server.sql(
      `UPDATE tickets SET sla_due_at = now() - interval '1 minute', sla_at_risk_at = now() - interval '2 minutes'
        WHERE id = ANY($1) AND sla_state <> 'PAUSED'`,
      [ids],
    );
    await server.wake();
    expect(await alertsUntilMarker(feed, ids)).toEqual([]);

    // A restore past the due instant breaches at once, with the true instant.
    await desk.restore(deleted ?? '');
    const alert = await next(feed);
    expect(alert).toMatchObject({ kind: 'BREACHED', ticket: { id: deleted } });
    expect(Date.parse(alert.detectedAt) - Date.parse(alert.occurredAt)).toBeGreaterThan(59_000);
    await feed.stop();
  });
});

describe('after an outage', () => {
  it('what fell due meanwhile alerts once each, in due order, with the true instants', async () => {
    const first = await startTestServer();
    const before = deskCalls(first);
    const client = await before.client('VIP');
    const ids = await Promise.all(Array.from({ length: 12 }, () => before.ticket(client)));
    const after = await before.cursor();
    await first.stop();
    const dues = ids.map((_, i) => secondsAgo(600 - ((i * 7) % 12) * 10));
    for (const [i, id] of ids.entries()) await first.makeDue(id, dues[i] ?? new Date());

    const again = await startTestServer({ databaseUrl: first.databaseUrl });
    const feed = follow(again.admin, after, ['BREACHED']);
    const alerts = (await feed.take(12)).map(({ slaAlerts }) => slaAlerts);
    expect(alerts.map(({ ticket }) => ticket.id)).toEqual(
      ids.toSorted((a, b) => (dues[ids.indexOf(a)]?.getTime() ?? 0) - (dues[ids.indexOf(b)]?.getTime() ?? 0)),
    );
    for (const { ticket, occurredAt, dueAt } of alerts) {
      expect([occurredAt, dueAt]).toEqual(Array(2).fill(dues[ids.indexOf(ticket.id)]?.toISOString()));
    }
    await feed.stop();
    await again.stop();

    // A third start finds nothing more to say.
    const third = await startTestServer({ databaseUrl: first.databaseUrl });
    const { slaAlerts } = await third.admin.ask<{ slaAlerts: { totalCount: number } }>('{ slaAlerts { totalCount } }');
    expect(slaAlerts.totalCount).toBe(12);
    expect([...first.log, ...again.log, ...third.log]).toEqual([]);
    await third[Symbol.asyncDispose]();
    await again[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose]();
  });
});

describe('two servers on one database', () => {
  it('alert each breach exactly once to the subscribers of both', async () => {
    const other = await startTestServer({ databaseUrl: server.databaseUrl });
    const after = await desk.cursor();
    const feeds = [server, other].map(({ admin }) => follow(admin, after, ['BREACHED']));
    const ids = await Promise.all(Array.from({ length: 30 }, (_, i) => desk.ticket(i % 2 ? vip : normal)));
    const due = Date.now() + 300;
    await Promise.all(ids.map((id, i) => server.makeDue(id, new Date(due + (i % 10)))));
    const marker = await desk.ticket(vip);
    const heard = await Promise.all(feeds.map((feed) => feed.take(30)));
    await server.makeDue(marker, secondsAgo(0));
    for (const [i, feed] of feeds.entries()) {
      expect((await next(feed)).ticket.id).toBe(marker);
      expect(heard[i]?.map(({ slaAlerts }) => slaAlerts.ticket.id).sort()).toEqual(ids.toSorted());
    }
    expect(heard[0]?.map(({ slaAlerts }) => slaAlerts.cursor)).toEqual(
      heard[1]?.map(({ slaAlerts }) => slaAlerts.cursor),
    );
    const rows = await server.sql<{ n: string }>(
      'SELECT count(*) AS n FROM escalations WHERE ticket_id = ANY($1) GROUP BY ticket_id',
      [ids],
    );
    expect(rows.map(({ n }) => n)).toEqual(Array(30).fill('1'));
    await Promise.all(feeds.map((feed) => feed.stop()));
    expect(other.log).toEqual([]);
    await other[Symbol.asyncDispose]();
  });
});

describe('another tier or policy', () => {
  it('a VIP that becomes NORMAL gains time from the same start, and loses it again', async () => {
    const client = await desk.client('VIP');
    const id = await desk.ticket(client);
    const { startedAt } = (await view(id)).sla;
    const minutes = async () => (Date.parse((await view(id)).sla.dueAt ?? '') - Date.parse(startedAt)) / 60_000;
    expect(await minutes()).toBe(120);
    const update = 'mutation ($id: ID!, $tier: ClientTier) { updateClient(input: { id: $id, tier: $tier }) { tier } }';
    await server.admin.ask(update, { id: client, tier: 'NORMAL' });
    expect(await minutes()).toBe(1_440);
    await server.admin.ask(update, { id: client, tier: 'VIP' });
    expect(await minutes()).toBe(120);
    const { history } = await view(id);
    expect(history.nodes.filter(({ type }) => type === 'sla.tier_changed')).toMatchObject([
      { from: 'VIP', to: 'NORMAL', actor: null },
      { from: 'NORMAL', to: 'VIP', actor: null },
    ]);
  });

  it('a stricter policy moves running clocks; what thereby lies in the past breaches once, with its reason', async () => {
    // On a server of its own: a policy is everybody's.
    await using own = await startTestServer();
    const { client, ticket, cursor, status } = deskCalls(own);
    const id = await client('VIP');
    const [old, young, paused] = [await ticket(id), await ticket(id), await ticket(id)];
    const hourAgo = secondsAgo(3_600);
    await own.sql(
      `UPDATE tickets SET sla_started_at = $2, sla_due_at = $2::timestamptz + interval '2 hours',
         sla_at_risk_at = $2::timestamptz + interval '90 minutes', sla_next_deadline_at = $2::timestamptz + interval '90 minutes',
         sla_intervals = jsonb_set(sla_intervals, '{0,from}', to_jsonb($3::text)) WHERE id = ANY($1)`,
      [[old, paused], hourAgo, hourAgo.toISOString()],
    );
    const look = (ticketId: string) => own.admin.ask<{ ticket: TicketView }>(VIEW, { id: ticketId });
    await own.admin.ask('mutation ($id: ID!) { changeTicketStatus(id: $id, status: PENDING) { id } }', { id: paused });
    const feed = follow(own.admin, await cursor());
    const set = `mutation ($minutes: Int!) { setSlaPolicy(input: { tier: VIP, resolutionMinutes: $minutes,
      atRiskPercent: 75, breachAction: ESCALATE }) { version resolutionMinutes } }`;
    const policy = await own.admin.ask(set, { minutes: 30 });
    expect(policy).toEqual({ setSlaPolicy: { version: 2, resolutionMinutes: 30 } });

    const due = new Date(hourAgo.getTime() + 30 * 60_000).toISOString();
    expect(await next(feed)).toMatchObject({ kind: 'BREACHED', occurredAt: due, ticket: { id: old } });
    expect((await look(old)).ticket).toMatchObject({
      escalations: [{ level: 1, reason: 'policy_changed' }],
      sla: { state: 'BREACHED', breachedAt: due, policyVersion: 2, startedAt: hourAgo.toISOString() },
    });
    const { sla } = (await look(young)).ticket;
    expect(Date.parse(sla.dueAt ?? '') - Date.parse(sla.startedAt)).toBe(30 * 60_000);
    expect((await look(paused)).ticket.sla).toMatchObject({ state: 'PAUSED', dueAt: null, policyVersion: 2 });

    // Relaxed and tightened again: the breach stays a fact and is not told a second time.
    await own.admin.ask(set, { minutes: 240 });
    await own.admin.ask(set, { minutes: 20 });
    expect((await look(old)).ticket.sla).toMatchObject({ state: 'BREACHED', breachedAt: due });
    // The paused one breaches when it goes on, for its time ran out before the pause.
    await status(paused, 'IN_PROGRESS');
    expect(await next(feed)).toMatchObject({ kind: 'BREACHED', ticket: { id: paused } });
    expect((await look(old)).ticket.escalations).toHaveLength(1);
    await feed.stop();
    expect(own.log).toEqual([]);
  });
});

describe('a reopened ticket', () => {
  it('starts its second cycle at level 0, and can break its promise again', async () => {
    const id = await desk.ticket(vip);
    const feed = follow(server.admin, await desk.cursor(), ['BREACHED']);
    await server.makeDue(id, secondsAgo(1));
    await next(feed);
    await desk.status(id, 'RESOLVED');
    await desk.status(id, 'IN_PROGRESS');
    const reopened = await view(id);
    expect(reopened).toMatchObject({
      status: 'IN_PROGRESS',
      escalationLevel: 0,
      escalations: [{ level: 1 }],
      sla: { state: 'RUNNING', cycle: 2, breachedAt: null, metAt: null },
    });
    expect(Date.parse(reopened.sla.dueAt ?? '') - Date.parse(reopened.sla.startedAt)).toBe(120 * 60_000);
    await server.makeDue(id, secondsAgo(1));
    expect(await next(feed)).toMatchObject({
      kind: 'BREACHED',
      escalationLevel: 1,
      ticket: { id, status: 'ESCALATED' },
    });
    expect((await view(id)).escalations).toHaveLength(2);
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
