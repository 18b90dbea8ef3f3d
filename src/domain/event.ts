/**
 * What the event log can say. `subjectId` is the ticket for ticket.* and sla.*, null for policy.*, else the thing that the first word
 * names.
 */
export const TICKET_EVENT_TYPES = [
  'ticket.created',
  'ticket.updated',
  'ticket.status_changed',
  'ticket.assigned',
  'ticket.commented',
  'ticket.deleted',
  'ticket.restored',
  'sla.at_risk',
  'sla.breached',
  'sla.escalated',
  'sla.acknowledged',
  'sla.policy_changed',
  'sla.tier_changed',
] as const;
export type TicketEventType = (typeof TICKET_EVENT_TYPES)[number];

export const OTHER_EVENT_TYPES = [
  'client.created',
  'client.updated',
  'policy.set',
  'policy.moved',
  'user.registered',
  'user.sessions_ended',
  'user.activated',
  'import.progressed',
] as const;
export type EventType = TicketEventType | (typeof OTHER_EVENT_TYPES)[number];

/** A fact about to be logged, in the transaction of the change that it tells of. */
export interface NewEvent {
  readonly id: string;
  readonly type: EventType;
  readonly subjectId: string | null;
  /** null: the system did it. */
  readonly actorId: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly occurredAt: Date;
  readonly data: Readonly<Record<string, unknown>> | null;
}

/** A logged fact; `position` is its place in the log and what cursors carry. */
export interface LoggedEvent extends NewEvent {
  readonly position: number;
}
