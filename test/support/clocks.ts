import type { ClientTier } from '../../src/domain/enums.ts';
import { startClock } from '../../src/domain/sla-clock.ts';
import { catchUp } from '../../src/domain/sla-detection.ts';
import type { SlaPolicy } from '../../src/domain/sla-policy.ts';
import type { Ticket, TicketChange } from '../../src/domain/ticket.ts';
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
    escalateEveryMinutes: null,
    maxEscalationLevel: 3,
    calendar: null,
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

/** What time did to a ticket whose policy is in force. */
export function detect(ticket: Ticket, policy: SlaPolicy, here: ChangeContext): TicketChange {
  return catchUp({ ticket, policy, policyInForce: policy }, here);
}

/** What time and the edit, made in the same instant, did to a ticket that was under `former`. */
export function moveToPolicy(ticket: Ticket, former: SlaPolicy, policy: SlaPolicy, here: ChangeContext): TicketChange {
  return catchUp({ ticket, policy: former, policyInForce: { ...policy, changedAt: here.now } }, here);
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
    createdAt: at(0),
    updatedAt: at(0),
    resolvedAt: null,
    closedAt: null,
    deletedAt: null,
    version: 1,
    clock: startClock(policy, at(0), 1, 'The ticket was created.'),
  };
}
