import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeskCalls, deskCalls } from './support/desk-calls.ts';
import { followAlerts } from './support/follow.ts';
import { startTestServer, type TestServer } from './support/server.ts';
import { nextAlert, secondsAgo, viewTicket } from './support/sla-view.ts';

let server: TestServer;
let desk: DeskCalls;
beforeAll(async () => {
  server = await startTestServer();
  desk = deskCalls(server);
});
afterAll(() => server[Symbol.asyncDispose]());

const view = (id: string) => viewTicket(server.admin, id);

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
    // The last on this server: a policy is everybody's.
    const { client, ticket, cursor, status } = desk;
    const id = await client('VIP');
    const [old, young, paused] = [await ticket(id), await ticket(id), await ticket(id)];
    const hourAgo = secondsAgo(3_600);
    await server.sql(
      `UPDATE tickets SET sla_started_at = $2, sla_due_at = $2::timestamptz + interval '2 hours',
         sla_at_risk_at = $2::timestamptz + interval '90 minutes', sla_next_deadline_at = $2::timestamptz + interval '90 minutes',
         sla_intervals = jsonb_set(sla_intervals, '{0,from}', to_jsonb($3::text)) WHERE id = ANY($1)`,
      [[old, paused], hourAgo, hourAgo.toISOString()],
    );
    await server.admin.ask('mutation ($id: ID!) { changeTicketStatus(id: $id, status: PENDING) { id } }', {
      id: paused,
    });
    const feed = followAlerts(server.admin, await cursor());
    const set = `mutation ($minutes: Int!) { setSlaPolicy(input: { tier: VIP, resolutionMinutes: $minutes,
      atRiskPercent: 75, breachAction: ESCALATE }) { version resolutionMinutes } }`;
    const policy = await server.admin.ask(set, { minutes: 30 });
    expect(policy).toEqual({ setSlaPolicy: { version: 2, resolutionMinutes: 30 } });

    const due = new Date(hourAgo.getTime() + 30 * 60_000).toISOString();
    expect(await nextAlert(feed)).toMatchObject({ kind: 'BREACHED', occurredAt: due, ticket: { id: old } });
    expect(await view(old)).toMatchObject({
      escalations: [{ level: 1, reason: 'policy_changed' }],
      sla: { state: 'BREACHED', breachedAt: due, policyVersion: 2, startedAt: hourAgo.toISOString() },
    });
    const { sla } = await view(young);
    expect(Date.parse(sla.dueAt ?? '') - Date.parse(sla.startedAt)).toBe(30 * 60_000);
    expect((await view(paused)).sla).toMatchObject({ state: 'PAUSED', dueAt: null, policyVersion: 2 });

    // Relaxed and tightened again: the breach stays a fact and is not told a second time.
    await server.admin.ask(set, { minutes: 240 });
    await server.admin.ask(set, { minutes: 20 });
    expect((await view(old)).sla).toMatchObject({ state: 'BREACHED', breachedAt: due });
    // The paused one breaches when it goes on, for its time ran out before the pause.
    await status(paused, 'IN_PROGRESS');
    expect(await nextAlert(feed)).toMatchObject({ kind: 'BREACHED', ticket: { id: paused } });
    expect((await view(old)).escalations).toHaveLength(1);
    await feed.stop();
    expect(server.log).toEqual([]);
  });
});
