import type { ClientTier } from '../../src/domain/enums.ts';
import { startClock } from '../../src/domain/sla-clock.ts';
import type { SlaPolicy } from '../../src/domain/sla-policy.ts';
import type { Ticket } from '../../src/domain/ticket.ts';
import type { ChangeContext } from '../../src/domain/ticket-changes.ts';

export const MINUTE = 60_000;
const START = Date.parse('2026-03-02T09:00:00.123Z');

/** An instant so many milliseconds after the start of all histories. */
export const at = (ms: number) => new Date(START + ms);

/** The seeded promise of a tier, with changes. */
export function policyFor(tier: ClientTier, changes: Partial<SlaPolicy> = {}): SlaPolicy {
  return {
    tier,
    version: 1,
    resolutionMinutes: tier === 'VIP' ? 120 : 1_440,
    atRiskPercent: 75,
    breachAction: tier === 'VIP' ? 'ESCALATE' : 'NOTIFY_SUPERVISOR',
    changedById: null,
    changedAt: at(0),
    ...changes,
  };
}

let lastId = 0;

/** The system, so many milliseconds after the start. */
export function context(ms: number): ChangeContext {
  return {
    actor: null,
    now: at(ms),
    newId: () => {
      lastId += 1;
      return `id-${lastId}`;
    },
  };
}

/** A ticket opened at the start. */
export function ticketUnder(policy: SlaPolicy): Ticket {
  return {
    id: 'ticket',
    number: 1001,
    title: 'Printer on fire',
    description: '',
    status: 'OPEN',
    priority: 3,
    tags: [],
    clientId: 'client',
    assigneeId: null,
    createdById: 'user',
    escalationLevel: 0,
    createdAt: at(0),
    updatedAt: at(0),
    resolvedAt: null,
    closedAt: null,
    deletedAt: null,
    version: 1,
    clock: startClock(policy, at(0), 1, 'The ticket was created.'),
  };
}
