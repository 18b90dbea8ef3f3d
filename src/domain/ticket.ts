import { DomainError } from './domain-error.ts';
import type { TicketStatus } from './enums.ts';
import type { NewEvent } from './event.ts';
import type { SlaClock } from './sla-clock.ts';
import type { SlaPolicy } from './sla-policy.ts';

export interface Ticket {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly description: string;
  readonly status: TicketStatus;
  /** 1 urgent to 4 low. It does not change the clock. */
  readonly priority: number;
  readonly tags: readonly string[];
  readonly clientId: string;
  readonly assigneeId: string | null;
  readonly createdById: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly resolvedAt: Date | null;
  readonly closedAt: Date | null;
  readonly deletedAt: Date | null;
  /** Rises on every change of the ticket, the system's too; not on comments. */
  readonly version: number;
  readonly clock: SlaClock;
}

/** What a rule decides on: a locked ticket and the policies that may apply to it. */
export interface TicketState {
  readonly ticket: Ticket;
  /** The policy version that the running cycle is under. */
  readonly policy: SlaPolicy;
  /** What is in force now for the client's present tier. */
  readonly policyInForce: SlaPolicy;
}

/** One step of a cycle's escalation; unique by (ticket, cycle, level). */
export interface Escalation {
  readonly id: string;
  readonly ticketId: string;
  readonly cycle: number;
  /** 0: supervisors were notified; 1 and up: escalated. */
  readonly level: number;
  readonly reason: string;
  readonly escalatedAt: Date;
  readonly acknowledgedById: string | null;
  readonly acknowledgedAt: Date | null;
}

/** What a rule made of a ticket: all of it is saved in one transaction, or none. */
export interface TicketChange {
  readonly ticket: Ticket;
  readonly events: readonly NewEvent[];
  readonly escalations: readonly Escalation[];
  /** The cycle that a reopening ended. */
  readonly endedCycle: SlaClock | null;
  /** Who took on all open escalations of the present cycle, and when; null: nobody did. */
  readonly acknowledgement: { readonly by: string; readonly at: Date } | null;
}

/** "TSP-1042", as people write and search it. */
export function ticketReference(number: number): string {
  return `TSP-${number}`;
}

/** The number in "TSP-1042", "tsp1042", "#1042" or "1042"; null when the text is no reference. */
export function parseReference(text: string): number | null {
  const match = /^\s*(?:tsp\s*-?\s*|#)?(\d{1,9})\s*$/i.exec(text);
  return match ? Number(match[1]) : null;
}

/** The whole change of nothing: a base to add to. */
export function unchanged(ticket: Ticket): TicketChange {
  return { ticket, events: [], escalations: [], endedCycle: null, acknowledgement: null };
}

/** `first`, and then what `next` makes of its ticket, as one change. */
export function after(first: TicketChange, next: (ticket: Ticket) => TicketChange): TicketChange {
  const second = next(first.ticket);
  return {
    ticket: second.ticket,
    events: [...first.events, ...second.events],
    escalations: [...first.escalations, ...second.escalations],
    endedCycle: second.endedCycle ?? first.endedCycle,
    acknowledgement: second.acknowledgement ?? first.acknowledgement,
  };
}

/** CONFLICT when the caller decided on an older version than the stored one. */
export function checkVersion(ticket: Ticket, expected: number | null | undefined): void {
  if (expected === null || expected === undefined || expected === ticket.version) return;
  throw new DomainError(
    'CONFLICT',
    `The ticket has changed since version ${expected}; it is at version ${ticket.version}. Read it again and decide anew.`,
    { currentVersion: ticket.version },
  );
}

/** CONFLICT when the ticket is deleted: it has to be restored first. */
export function checkKept(ticket: Ticket): void {
  if (!ticket.deletedAt) return;
  throw new DomainError('CONFLICT', 'The ticket is deleted. Restore it before you change it.', {
    currentVersion: ticket.version,
  });
}
