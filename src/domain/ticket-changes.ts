import type { Actor } from './actor.ts';
import type { TicketStatus } from './enums.ts';
import type { NewEvent, TicketEventType } from './event.ts';
import { meetClock, pauseClock, resumeClock, type SlaClock, startClock } from './sla-clock.ts';
import type { SlaPolicy } from './sla-policy.ts';
import { type Ticket, type TicketChange, unchanged } from './ticket.ts';
import { checkTransition, isSettled } from './ticket-status.ts';

/** What every change needs to know: who, when, and fresh ids for its events. */
export interface ChangeContext {
  /** null: the system. */
  readonly actor: Actor | null;
  readonly now: Date;
  readonly newId: () => string;
}

/** One event of `ticket`, by the actor, now. */
export function ticketEvent(
  context: ChangeContext,
  ticket: Ticket,
  type: TicketEventType,
  rest: Partial<Pick<NewEvent, 'from' | 'to' | 'occurredAt' | 'data'>> = {},
): NewEvent {
  return {
    id: context.newId(),
    type,
    subjectId: ticket.id,
    actorId: context.actor?.id ?? null,
    from: rest.from ?? null,
    to: rest.to ?? null,
    occurredAt: rest.occurredAt ?? context.now,
    data: rest.data ?? null,
  };
}

/** The ticket with `fields` changed: one version on. */
export function revise(ticket: Ticket, now: Date, fields: Partial<Ticket>): Ticket {
  return { ...ticket, ...fields, updatedAt: now, version: ticket.version + 1 };
}

/** Why the clock of a new ticket runs, in words. */
export const CREATED_REASON = 'The ticket was created.';

/** What the event of a new cycle tells, so that the log alone explains the clock. */
export function startedUnder({ tier, policyVersion }: SlaClock): { tier: string; policyVersion: number } {
  return { tier, policyVersion };
}

/** A status change by the transition table, with what it means for the clock (docs/sla.md). */
export function changeStatus(
  ticket: Ticket,
  to: TicketStatus,
  policy: SlaPolicy,
  context: ChangeContext,
): TicketChange {
  checkTransition(ticket.status, to);
  const { now } = context;
  const reopened = isSettled(ticket.status) && !isSettled(to);
  const clock = reopened
    ? startClock(policy, now, ticket.clock.cycle + 1, 'The ticket was reopened.')
    : clockIn(to, ticket.clock, policy, now);
  const changed = revise(ticket, now, {
    status: to,
    clock,
    // Closing an unresolved ticket resolves it at the same instant.
    resolvedAt: isSettled(to) ? (ticket.resolvedAt ?? now) : null,
    closedAt: to === 'CLOSED' ? now : null,
  });
  return {
    ...unchanged(changed),
    events: [
      ticketEvent(context, ticket, 'ticket.status_changed', {
        from: ticket.status,
        to,
        data: reopened ? startedUnder(clock) : null,
      }),
    ],
    endedCycle: reopened ? ticket.clock : null,
  };
}

function clockIn(status: TicketStatus, clock: SlaClock, policy: SlaPolicy, now: Date): SlaClock {
  switch (status) {
    case 'PENDING':
      return pauseClock(clock, now, 'Waiting for the client: the ticket became PENDING.');
    case 'OPEN':
    case 'IN_PROGRESS':
    case 'ESCALATED':
      return resumeClock(clock, policy, now, `The ticket went back to work: it became ${status}.`);
    case 'RESOLVED':
    case 'CLOSED':
      return meetClock(clock, policy, now);
  }
}

/** Gives the ticket to `assigneeId`, or to nobody; the same holder again changes nothing. */
export function assign(ticket: Ticket, assigneeId: string | null, context: ChangeContext): TicketChange {
  if (ticket.assigneeId === assigneeId) return unchanged(ticket);
  return {
    ...unchanged(revise(ticket, context.now, { assigneeId })),
    events: [ticketEvent(context, ticket, 'ticket.assigned', { from: ticket.assigneeId, to: assigneeId })],
  };
}

export type TicketEdit = Partial<Pick<Ticket, 'title' | 'description' | 'priority' | 'tags'>>;

/** Changes what the edit names; fields that stay as they were are no change. */
export function edit(ticket: Ticket, fields: TicketEdit, context: ChangeContext): TicketChange {
  const names = (Object.keys(fields) as (keyof TicketEdit)[]).filter(
    (name) => fields[name] !== undefined && JSON.stringify(fields[name]) !== JSON.stringify(ticket[name]),
  );
  if (names.length === 0) return unchanged(ticket);
  const pick = (from: TicketEdit) => JSON.stringify(Object.fromEntries(names.map((name) => [name, from[name]])));
  const changed = revise(ticket, context.now, Object.fromEntries(names.map((name) => [name, fields[name]])));
  return {
    ...unchanged(changed),
    events: [ticketEvent(context, ticket, 'ticket.updated', { from: pick(ticket), to: pick(fields) })],
  };
}

/** Soft delete: the clock runs on silently. Deleting twice changes nothing. */
export function remove(ticket: Ticket, context: ChangeContext): TicketChange {
  if (ticket.deletedAt) return unchanged(ticket);
  return {
    ...unchanged(revise(ticket, context.now, { deletedAt: context.now })),
    events: [ticketEvent(context, ticket, 'ticket.deleted')],
  };
}

/** Takes a deletion back. Restoring a ticket that is not deleted changes nothing. */
export function restore(ticket: Ticket, context: ChangeContext): TicketChange {
  if (!ticket.deletedAt) return unchanged(ticket);
  return {
    ...unchanged(revise(ticket, context.now, { deletedAt: null })),
    events: [ticketEvent(context, ticket, 'ticket.restored')],
  };
}
