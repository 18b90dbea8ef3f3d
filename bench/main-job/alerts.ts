import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from '../../test/smoke/api.ts';

const ALERTS = 50;
const GAP_MS = 200;

interface Alert {
  readonly id: string;
  readonly kind: string;
  readonly occurredAt: string;
  readonly ticket: { readonly id: string };
}

/** Milliseconds from each due instant to the arrival of its frame. */
export interface AlertFigures {
  readonly breached: readonly number[];
  readonly atRisk: readonly number[];
}

/** Tickets that are created, warned of and due one after the other, under a promise of one minute. */
export async function measureAlerts(admin: Api): Promise<AlertFigures> {
  await admin.run(
    'mutation { setSlaPolicy(input: { tier: VIP, resolutionMinutes: 1, breachAction: ESCALATE }) { version } }',
  );
  const { createClient } = await admin.run<{ createClient: { id: string } }>(
    'mutation { createClient(input: { name: "Bench", tier: VIP }) { id } }',
  );
  const feed = admin.follow<Alert>('subscription { slaAlerts { id kind occurredAt ticket { id } } }');
  await feed.opened;
  const tickets: string[] = [];
  for (let i = 0; i < ALERTS; i += 1) {
    const created = await admin.run<{ createTicket: { id: string } }>(
      'mutation ($client: ID!) { createTicket(input: { clientId: $client, title: "Bench", description: "" }) { id } }',
      { client: createClient.id },
    );
    tickets.push(created.createTicket.id);
    await delay(GAP_MS);
  }
  const of = (kind: string) => feed.received.filter(({ value }) => value.kind === kind);
  while (of('BREACHED').length < ALERTS) await delay(100);
  const lags = (kind: string) => {
    const received = of(kind);
    assert.deepEqual(
      received.map(({ value }) => value.ticket.id).toSorted(),
      tickets.toSorted(),
      'each ticket alerts once',
    );
    return received.map(({ value, at }) => at - Date.parse(value.occurredAt));
  };
  return { breached: lags('BREACHED'), atRisk: lags('AT_RISK') };
}
