import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LoggedEvent } from '../src/domain/event.ts';
import { ADVISORY_LOCKS } from '../src/infrastructure/postgres/advisory-locks.ts';
import { MINUTE } from './support/desk.ts';
import { insertTickets, type TicketRow } from './support/many-tickets.ts';
import { createRaces, type DeskProcess, type Races } from './support/races.ts';

/** How many fall due in the hour. */
const BREACHES = 10_000;
const OUTAGE = 60 * MINUTE;
/** The last tickets fall due so long after it: some of them are at risk by then, some nothing. */
const AFTERWARDS = 40 * MINUTE;
const PATIENCE_MS = 180_000;

const POLICIES = {
  VIP: { resolutionMinutes: 120, atRiskPercent: 75, escalateEveryMinutes: 20, maxEscalationLevel: 3, firstLevel: 1 },
  NORMAL: {
    resolutionMinutes: 1_440,
    atRiskPercent: 99,
    escalateEveryMinutes: 25,
    maxEscalationLevel: 2,
    firstLevel: 0,
  },
} as const;

let races: Races;
beforeEach(async () => {
  races = await createRaces();
});
afterEach(async () => {
  await races[Symbol.asyncDispose]();
});

interface Told {
  readonly ticket: string;
  readonly type: string;
  readonly at: number;
}

/** What is to be told of a ticket between `from` and `to`, by docs/sla.md: a warning alone, or a breach and the levels after it. */
function expectedOf({ id, tier, startedAt }: TicketRow, from: number, to: number): Told[] {
  const policy = POLICIES[tier];
  const minutesAfter = (at: number, minutes: number) => at + minutes * MINUTE;
  const due = minutesAfter(startedAt.getTime(), policy.resolutionMinutes);
  const atRisk = minutesAfter(startedAt.getTime(), (policy.resolutionMinutes * policy.atRiskPercent) / 100);
  if (due > to) return atRisk > from && atRisk <= to ? [{ ticket: id, type: 'sla.at_risk', at: atRisk }] : [];
  const told = [{ ticket: id, type: 'sla.breached', at: due }];
  for (let level: number = policy.firstLevel + 1; level <= policy.maxEscalationLevel; level += 1) {
    const at = minutesAfter(due, (level - policy.firstLevel) * policy.escalateEveryMinutes);
    if (at <= to) told.push({ ticket: id, type: 'sla.escalated', at });
  }
  return told;
}

const toTold = ({ subjectId, type, occurredAt }: LoggedEvent): Told => ({
  ticket: subjectId ?? '',
  type,
  at: occurredAt.getTime(),
});
const isAlert = ({ type }: LoggedEvent) => ['sla.at_risk', 'sla.breached', 'sla.escalated'].includes(type);
const sorted = (told: readonly Told[]) => told.map((each) => JSON.stringify(each)).toSorted();

/** One process after the stop: until nothing is left, it is woken as soon as the other one is not claiming. */
async function recover(process: DeskProcess): Promise<void> {
  while ((await races.desk.overdueUnalerted()) > 0) {
    await process.jobs.detectBreaches();
    await process.db.pool.query('SELECT pg_advisory_xact_lock_shared($1)', [ADVISORY_LOCKS.claimDueClocks]);
  }
}

it(
  `tells ${BREACHES} breaches of an hour's stop once, in due order, with their true instants, while users go on`,
  async () => {
    const { desk, user, claimer } = races;
    for (const tier of ['VIP', 'NORMAL'] as const) {
      const { firstLevel: _, ...policy } = POLICIES[tier];
      await races.editPolicy(desk, { tier, ...policy });
    }
    const stoppedAt = desk.clock.now().getTime();
    const per = (OUTAGE + AFTERWARDS) / (BREACHES * (1 + AFTERWARDS / OUTAGE));
    const series = async (tier: 'VIP' | 'NORMAL', share: number): Promise<TicketRow[]> => {
      const from = new Date(stoppedAt - POLICIES[tier].resolutionMinutes * MINUTE + 1);
      const gapMs = Math.ceil(per / share);
      return insertTickets(desk, { count: Math.floor((OUTAGE + AFTERWARDS) / gapMs), from, gapMs, tiers: [tier] });
    };
    // At the same milliseconds now and then, so that the number decides.
    const tickets = [...(await series('VIP', 0.25)), ...(await series('NORMAL', 0.75))];
    await desk.jobs.detectBreaches();
    const deleted = tickets.filter((_, i) => i % 200 === 13);
    for (const { id } of deleted) await desk.mutations.deleteTicket(desk.admin, id);
    const before = (await desk.events()).length;

    desk.advance(OUTAGE);
    const now = desk.clock.now();
    for (const each of [user, claimer]) each.setTime(now);
    const kept = tickets.filter((each) => !deleted.includes(each));
    const expected = kept.flatMap((each) => expectedOf(each, stoppedAt, now.getTime()));
    const begun = performance.now();
    let isOver = false;
    const recovering = Promise.all([recover(user), recover(claimer)]).finally(() => {
      isOver = true;
    });
    const touched = await workUntil(() => isOver, kept);
    await recovering;
    const seconds = (performance.now() - begun) / 1_000;

    const alerts = (await desk.events()).slice(before).filter(isAlert);
    expect(sorted(alerts.map(toTold))).toEqual(sorted(expected));
    expect(alerts.filter(({ type }) => type === 'sla.breached').length).toBeGreaterThan(BREACHES * 0.98);
    expect(new Set(alerts.map(({ data }) => data?.detectedAt))).toEqual(new Set([now.toISOString()]));
    expectDueOrder(
      alerts.filter(({ subjectId }) => !touched.has(subjectId ?? '')),
      tickets,
    );
    await races.expectAudited();
    console.info(
      `${alerts.length} alerts after an outage in ${seconds.toFixed(1)} s, beside ${touched.size} tickets that users changed`,
    );
  },
  PATIENCE_MS,
);

/** A user who creates tickets, and pauses, resolves or acknowledges those of the outage. Returns what was touched. */
async function workUntil(isOver: () => boolean, tickets: readonly TicketRow[]): Promise<Set<string>> {
  const { desk } = races;
  const client = await desk.client();
  const touched = new Set<string>();
  for (let i = 0; !isOver(); i += 1) {
    // From all over, a prime number apart.
    const { id } = tickets[(i * 7_919) % tickets.length] ?? { id: '' };
    if (touched.has(id)) continue;
    touched.add(id);
    await desk.ticket(client.id);
    if (i % 3 === 0) await desk.mutations.changeTicketStatus(desk.admin, { id, status: 'PENDING' });
    if (i % 3 === 1) await desk.mutations.changeTicketStatus(desk.admin, { id, status: 'RESOLVED' });
    if (i % 3 === 2) {
      // Not everything has breached.
      await desk.mutations.acknowledgeEscalation(desk.admin, id).catch((error: { code?: string }) => {
        if (error.code !== 'CONFLICT') throw error;
      });
    }
  }
  return touched;
}

/** By the instant of what is told, and by number where it is the same. */
function expectDueOrder(alerts: readonly LoggedEvent[], tickets: readonly TicketRow[]): void {
  const numbers = new Map(tickets.map(({ id, number }) => [id, number]));
  const place = ({ subjectId, occurredAt }: LoggedEvent) =>
    [occurredAt.getTime(), numbers.get(subjectId ?? '') ?? 0] as const;
  const places = alerts.map(place);
  expect(places).toEqual(places.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]));
}
