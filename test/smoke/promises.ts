import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Api, Follower } from './api.ts';
import { eventually, type Steps } from './steps.ts';

export interface Alert {
  readonly id: string;
  readonly cursor: string;
  readonly kind: string;
  readonly action: string | null;
  readonly dueAt: string;
  readonly occurredAt: string;
  readonly detectedAt: string;
  readonly escalationLevel: number;
  readonly ticket: { readonly id: string };
}

export interface Ticket {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly escalationLevel: number;
  readonly sla: {
    readonly state: string;
    readonly dueAt: string;
    readonly atRiskAt: string;
    readonly breachedAt: string;
  };
  readonly escalations: { readonly acknowledgedAt: string | null }[];
}

/** What the rest of the run needs to know of the tickets whose promises break. */
export interface Promised {
  /** Every ticket, in the order in which they become due; the last one does so later than the others. */
  readonly tickets: readonly Ticket[];
  /** The head of the event log before the first of them. */
  readonly before: string;
  /** The last alert that was seen. */
  readonly cursor: string;
}

const TICKET =
  'id reference status escalationLevel sla { state dueAt atRiskAt breachedAt } escalations { acknowledgedAt }';
const ALERTS = `subscription ($after: String) { slaAlerts(after: $after) {
  id cursor kind action dueAt occurredAt detectedAt escalationLevel ticket { id } } }`;
const POLICY = `mutation ($tier: ClientTier!, $action: BreachAction!, $top: Int!) {
  setSlaPolicy(input: { tier: $tier, resolutionMinutes: 1, atRiskPercent: 75, breachAction: $action,
    escalateEveryMinutes: 1, maxEscalationLevel: $top }) { resolutionMinutes } }`;
export const ACKNOWLEDGE = `mutation ($id: ID!) { acknowledgeEscalation(ticketId: $id) { ${TICKET} } }`;

export const followAlerts = (api: Api, after: string | null): Follower<Alert> => api.follow<Alert>(ALERTS, { after });

export const names = (alerts: readonly Alert[]): string[] => alerts.map(({ kind, ticket }) => `${kind} ${ticket.id}`);

/** Breaks the promises of four tickets, watched live, over a lost connection. A fifth one is left to break later. */
export async function breakPromises(steps: Steps, admin: Api): Promise<Promised> {
  await steps.step('policies of one minute, with a level each minute after it, are set for both tiers', async () => {
    await admin.run(POLICY, { tier: 'VIP', action: 'ESCALATE', top: 2 });
    await admin.run(POLICY, { tier: 'NORMAL', action: 'NOTIFY_SUPERVISOR', top: 1 });
  });
  const { eventCursor: before } = await admin.run<{ eventCursor: string }>('{ eventCursor }');
  const first = followAlerts(admin, before);
  const open = (tier: string) => openTicket(admin, tier);
  const tickets = await steps.step('three VIP tickets and one of a normal client are opened, due in 60 s', async () => {
    const opened = [await open('VIP'), await open('VIP'), await open('VIP'), await open('NORMAL')];
    for (const { status, sla } of opened) {
      assert.deepEqual([status, sla.state], ['OPEN', 'RUNNING']);
      assert.equal(Date.parse(sla.dueAt) - Date.parse(sla.atRiskAt), 15_000);
    }
    return opened;
  });
  await delay(10_000);
  const late = await open('VIP');
  const ids = tickets.map(({ id }) => id);

  await steps.step('AT_RISK reaches the subscriber within 1 s of its instant', async () => {
    await eventually('The first AT_RISK', 40_000, () => first.received[0] ?? null);
    const [alert] = first.received;
    assert(alert);
    assert.deepEqual(names([alert.value]), [`AT_RISK ${ids[0]}`]);
    onTime([millisecondsAfter(alert.at, tickets[0]?.sla.atRiskAt)]);
  });
  first.cut();
  const seen = first.values;
  await steps.step('the other AT_RISK alerts arise while the connection is lost', () =>
    eventually('The other AT_RISK alerts', 10_000, async () => {
      const { slaAlerts } = await admin.run<{ slaAlerts: { nodes: Alert[] } }>(
        '{ slaAlerts { nodes { kind ticket { id } } } }',
      );
      return slaAlerts.nodes.length >= 4 ? true : null;
    }),
  );
  const second = followAlerts(admin, seen.at(-1)?.cursor ?? before);
  await steps.step(
    'a new connection resumes behind the last cursor and goes on live: every alert once, in due order',
    async () => {
      await eventually('Five AT_RISK and four BREACHED', 40_000, () =>
        seen.length + second.received.length >= 9 ? true : null,
      );
      const expected = [...ids, late.id].map((id) => `AT_RISK ${id}`).concat(ids.map((id) => `BREACHED ${id}`));
      assert.deepEqual(names([...seen, ...second.values]), expected);
    },
  );
  await steps.step('BREACHED reaches the subscriber within 1 s of the due instant, and tells what is done', () => {
    const breaches = second.received.filter(({ value }) => value.kind === 'BREACHED');
    onTime(breaches.map(({ value, at }) => millisecondsAfter(at, value.dueAt)));
    assert.deepEqual(
      breaches.map(({ value }) => value.action),
      ['ESCALATE', 'ESCALATE', 'ESCALATE', 'NOTIFY_SUPERVISOR'],
    );
  });
  await steps.step(
    'the VIP tickets are ESCALATED at level 1, the normal one is not; each breached at its due instant',
    async () => {
      for (const [index, { id }] of tickets.entries()) {
        const now = await readTicket(admin, id);
        assert.deepEqual([now.status, now.escalationLevel], index < 3 ? ['ESCALATED', 1] : ['OPEN', 0]);
        assert.equal(now.sla.state, 'BREACHED');
        assert.equal(now.sla.breachedAt, tickets[index]?.sla.dueAt);
        assert.equal(now.escalations.length, 1);
      }
    },
  );
  await steps.step('an escalation is acknowledged, once however often it is asked for', async () => {
    const [once, again] = [await admin.run(ACKNOWLEDGE, { id: ids[0] }), await admin.run(ACKNOWLEDGE, { id: ids[0] })];
    assert.deepEqual(again, once);
    await eventually('ACKNOWLEDGED', 5_000, () => (second.values.at(-1)?.kind === 'ACKNOWLEDGED' ? true : null));
    const { acknowledgedAt } = (await readTicket(admin, String(ids[0]))).escalations[0] ?? {};
    assert.equal(typeof acknowledgedAt, 'string');
  });
  second.cut();
  return { tickets: [...tickets, late], before, cursor: second.values.at(-1)?.cursor ?? before };
}

async function openTicket(api: Api, tier: string): Promise<Ticket> {
  const { createClient } = await api.run<{ createClient: { id: string } }>(
    'mutation ($tier: ClientTier!) { createClient(input: { name: "Näkki & Söhne", tier: $tier }) { id } }',
    { tier },
  );
  const { createTicket } = await api.run<{ createTicket: Ticket }>(
    `mutation ($clientId: ID!) { createTicket(input: { clientId: $clientId, title: "Printer on fire", description: "It smokes." }) { ${TICKET} } }`,
    { clientId: createClient.id },
  );
  return createTicket;
}

export async function readTicket(api: Api, id: string): Promise<Ticket> {
  const { ticket } = await api.run<{ ticket: Ticket }>(`query ($id: ID!) { ticket(id: $id) { ${TICKET} } }`, { id });
  return ticket;
}

const millisecondsAfter = (at: number, instant: string | undefined): number => at - Date.parse(String(instant));

function onTime(latenesses: readonly number[]): void {
  console.log(`        milliseconds after the instant: ${latenesses.join(', ')}`);
  for (const lateness of latenesses) assert(lateness >= 0 && lateness <= 1_000, `${lateness} ms`);
}
