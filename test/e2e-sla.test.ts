import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Alert, type DeskCalls, deskCalls } from './support/desk-calls.ts';
import { followAlerts } from './support/follow.ts';
import { codeOf, startTestServer, type TestServer } from './support/server.ts';
import { type AlertFeed, nextAlert, secondsAgo, viewTicket } from './support/sla-view.ts';

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
const view = (id: string) => viewTicket(server.admin, id);

/** What has come for `ids` once a later breach has come too: alerts arrive in order, so nothing is left behind it. */
async function alertsUntilMarker(feed: AlertFeed, ids: readonly string[]): Promise<Alert[]> {
  const marker = await desk.ticket(vip);
  await server.makeDue(marker, secondsAgo(0));
  const seen: Alert[] = [];
  for (;;) {
    const alert = await nextAlert(feed);
    if (alert.ticket.id === marker) return seen;
    if (ids.includes(alert.ticket.id)) seen.push(alert);
  }
}

describe('a broken promise', () => {
  it('of a VIP escalates at its due instant: one alert, status, level, escalation row, log; then it is acknowledged', async () => {
    const supervisor = await server.person('SUPERVISOR');
    const id = await desk.ticket(vip);
    const feed = followAlerts(supervisor, await desk.cursor());
    const due = new Date(Date.now() + 400);
    await server.makeDue(id, due);
    const alert = await nextAlert(feed);
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
    expect(await nextAlert(feed)).toMatchObject({ kind: 'ACKNOWLEDGED', action: null, ticket: { id } });
    // Again: the ticket as it is, and nobody is told twice.
    expect(await server.admin.ask(acknowledge, { id })).toEqual(first);
    expect((await view(id)).escalations).toMatchObject([{ acknowledgedBy: { id: supervisor.id } }]);
    expect(await alertsUntilMarker(feed, [id])).toEqual([]);
    await feed.stop();
  });

  it('of a NORMAL client notifies: status and level stay, one row of level 0 that can be acknowledged', async () => {
    const id = await desk.ticket(normal);
    const feed = followAlerts(server.admin, await desk.cursor());
    const due = secondsAgo(2);
    await server.makeDue(id, due);
    expect(await nextAlert(feed)).toMatchObject({
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
    expect((await nextAlert(feed)).kind).toBe('ACKNOWLEDGED');
    await feed.stop();
  });

  it('is warned of once before, and has nothing to acknowledge until then', async () => {
    const id = await desk.ticket(vip);
    const feed = followAlerts(server.admin, await desk.cursor());
    const acknowledge = 'mutation ($id: ID!) { acknowledgeEscalation(ticketId: $id) { version } }';
    expect(codeOf(await server.admin.send(acknowledge, { id }))).toBe('CONFLICT');
    const [atRisk, due] = [secondsAgo(1), new Date(Date.now() + 600_000)];
    await server.sql(
      'UPDATE tickets SET sla_at_risk_at = $2, sla_next_deadline_at = $2, sla_due_at = $3 WHERE id = $1',
      [id, atRisk, due],
    );
    await server.wake();
    expect(await nextAlert(feed)).toMatchObject({
      kind: 'AT_RISK',
      action: null,
      occurredAt: atRisk.toISOString(),
      dueAt: due.toISOString(),
      ticket: { id, status: 'OPEN' },
    });
    expect(codeOf(await server.admin.send(acknowledge, { id }))).toBe('CONFLICT');
    await server.makeDue(id, secondsAgo(0));
    expect(await nextAlert(feed)).toMatchObject({ kind: 'BREACHED', ticket: { id } });
    expect(await alertsUntilMarker(feed, [id])).toEqual([]);
    await feed.stop();
  });

  it('is recorded before a change that comes a moment later than its instant', async () => {
    const id = await desk.ticket(vip);
    const feed = followAlerts(server.admin, await desk.cursor());
    const due = secondsAgo(3);
    // Behind the server's back and without news: only the change itself can notice.
    await server.sql(
      'UPDATE tickets SET sla_due_at = $2, sla_at_risk_at = $2, sla_next_deadline_at = $2 WHERE id = $1',
      [id, due],
    );
    await desk.status(id, 'RESOLVED');
    expect(await nextAlert(feed)).toMatchObject({ kind: 'BREACHED', occurredAt: due.toISOString(), ticket: { id } });
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
    const feed = followAlerts(server.admin, await desk.cursor());
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
    const alert = await nextAlert(feed);
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
    const feed = followAlerts(again.admin, after, ['BREACHED']);
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
    const feeds = [server, other].map(({ admin }) => followAlerts(admin, after, ['BREACHED']));
    const ids = await Promise.all(Array.from({ length: 30 }, (_, i) => desk.ticket(i % 2 ? vip : normal)));
    const due = Date.now() + 300;
    await Promise.all(ids.map((id, i) => server.makeDue(id, new Date(due + (i % 10)))));
    const marker = await desk.ticket(vip);
    const heard = await Promise.all(feeds.map((feed) => feed.take(30)));
    await server.makeDue(marker, secondsAgo(0));
    for (const [i, feed] of feeds.entries()) {
      expect((await nextAlert(feed)).ticket.id).toBe(marker);
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

describe('a reopened ticket', () => {
  it('starts its second cycle at level 0, and can break its promise again', async () => {
    const id = await desk.ticket(vip);
    const feed = followAlerts(server.admin, await desk.cursor(), ['BREACHED']);
    await server.makeDue(id, secondsAgo(1));
    await nextAlert(feed);
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
    expect(await nextAlert(feed)).toMatchObject({
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
