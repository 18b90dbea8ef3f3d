import type { LoggedEvent, TicketEventType } from '../event.ts';
import type { SlaClock } from '../sla-clock.ts';
import type { Escalation, Ticket } from '../ticket.ts';

/** What the audit reads of an event. */
export interface AuditedEvent extends Pick<LoggedEvent, 'actorId' | 'from' | 'to' | 'occurredAt' | 'data'> {
  readonly type: TicketEventType;
}

/** The events that have something to do with a ticket's clock, its status or its version. Comments have not. */
export const AUDITED_EVENT_TYPES = [
  'ticket.created',
  'ticket.updated',
  'ticket.status_changed',
  'ticket.assigned',
  'ticket.deleted',
  'ticket.restored',
  'sla.at_risk',
  'sla.breached',
  'sla.escalated',
  'sla.acknowledged',
  'sla.policy_changed',
  'sla.tier_changed',
] as const satisfies readonly TicketEventType[];

/** The fields of a ticket that follow from its log beside its clock. */
export const TICKET_FIELDS = ['status', 'version', 'resolvedAt', 'closedAt', 'deletedAt'] as const;

/** The fields of a clock, its stretches apart. */
export const CLOCK_FIELDS = [
  'cycle',
  'tier',
  'policyVersion',
  'state',
  'startedAt',
  'dueAt',
  'atRiskAt',
  'atRiskAlertedAt',
  'breachedAt',
  'detectedAt',
  'escalationLevel',
  'ladderFrom',
  'nextEscalationAt',
  'acknowledgedAt',
  'metAt',
] as const satisfies readonly (keyof SlaClock)[];

/** The fields that are kept of a cycle that a reopening ended, its stretches apart. */
export const CYCLE_FIELDS = [
  'tier',
  'policyVersion',
  'startedAt',
  'dueAt',
  'breachedAt',
  'detectedAt',
  'escalationLevel',
  'acknowledgedAt',
  'metAt',
] as const satisfies readonly (keyof SlaClock)[];

export const ESCALATION_FIELDS = [
  'reason',
  'escalatedAt',
  'acknowledgedById',
  'acknowledgedAt',
] as const satisfies readonly (keyof Escalation)[];

export type AuditedTicket = Pick<Ticket, 'id' | 'number' | 'clock' | (typeof TICKET_FIELDS)[number]>;
export type AuditedCycle = Pick<SlaClock, 'cycle' | 'intervals' | (typeof CYCLE_FIELDS)[number]>;
export type AuditedEscalation = Pick<Escalation, 'cycle' | 'level' | (typeof ESCALATION_FIELDS)[number]>;

/** Everything about one ticket's clock that is kept beside the log, as the rows have it or as the log explains it. */
export interface ClockRecord {
  readonly ticket: AuditedTicket;
  /** What detection goes by: the next instant at which the clock has something to say. */
  readonly nextDeadlineAt: Date | null;
  /** The cycles that a reopening ended, oldest first. */
  readonly cycles: readonly AuditedCycle[];
  readonly escalations: readonly AuditedEscalation[];
}
