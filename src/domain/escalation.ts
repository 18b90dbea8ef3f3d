import { DomainError } from './domain-error.ts';
import { alertEvent } from './sla-alert.ts';
import { acknowledgeClock } from './sla-clock.ts';
import { type Ticket, type TicketChange, unchanged } from './ticket.ts';
import type { ChangeContext } from './ticket-changes.ts';

/**
 * `by` takes on every open escalation of the ticket's present cycle, which stops its ladder. Again: changes nothing. Nothing to take
 * on: CONFLICT. The ticket's version stays: acknowledging decides nothing about the ticket itself (ADR 10).
 */
export function acknowledge(ticket: Ticket, by: string, context: ChangeContext): TicketChange {
  const { clock } = ticket;
  if (!clock.breachedAt) {
    throw new DomainError('CONFLICT', 'This ticket has no escalation to acknowledge in its present SLA cycle.', {
      currentVersion: ticket.version,
    });
  }
  if (clock.acknowledgedAt) return unchanged(ticket);
  const acknowledged = { ...ticket, clock: acknowledgeClock(clock, context.now) };
  const event = alertEvent(context, acknowledged, 'sla.acknowledged', {
    occurredAt: context.now,
    dueAt: clock.breachedAt,
  });
  return { ...unchanged(acknowledged), events: [event], acknowledgement: { by, at: context.now } };
}
