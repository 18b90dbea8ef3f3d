import type { BreachAction, ClientTier } from './enums.ts';
import type { LoggedEvent, NewEvent, TicketEventType } from './event.ts';
import type { Ticket } from './ticket.ts';
import { type ChangeContext, ticketEvent } from './ticket-changes.ts';

/** BREACHED covers the first level (its action says ESCALATE or NOTIFY_SUPERVISOR); ESCALATED is a later level. */
export const SLA_ALERT_KINDS = ['AT_RISK', 'BREACHED', 'ESCALATED', 'ACKNOWLEDGED'] as const;
export type SlaAlertKind = (typeof SLA_ALERT_KINDS)[number];

/** Why an escalation came: the time ran out; an edit of policy or tier moved the due instant into the past; or nobody acknowledged the level before. */
export type EscalationReason = 'sla_breached' | 'policy_changed' | 'not_acknowledged';

/** What an alert tells, kept in its event, so that it says the same however often and late it is delivered. */
export interface AlertData extends Record<string, unknown> {
  readonly tier: string;
  readonly action: string | null;
  readonly escalationLevel: number;
  readonly dueAt: string;
  readonly detectedAt: string;
  readonly cycle: number;
  readonly reason?: EscalationReason;
}

const KIND_OF_EVENT: Partial<Record<string, SlaAlertKind>> = {
  'sla.at_risk': 'AT_RISK',
  'sla.breached': 'BREACHED',
  'sla.escalated': 'ESCALATED',
  'sla.acknowledged': 'ACKNOWLEDGED',
} satisfies Partial<Record<TicketEventType, SlaAlertKind>>;

/** The log's event types that are alerts of `kinds` (null: of any kind). */
export function alertEventTypes(kinds: readonly SlaAlertKind[] | null): string[] {
  return Object.entries(KIND_OF_EVENT).flatMap(([type, kind]) =>
    kind && (kinds?.includes(kind) ?? true) ? [type] : [],
  );
}

/** What supervisors are told; the same alert has the same id however often it is delivered. */
export interface SlaAlert {
  readonly id: string;
  /** Its place in the event log. */
  readonly position: number;
  readonly kind: SlaAlertKind;
  /** null unless kind is BREACHED. */
  readonly action: BreachAction | null;
  readonly ticketId: string;
  readonly tier: ClientTier;
  readonly escalationLevel: number;
  readonly dueAt: Date;
  /** The true instant of what it tells, not of its delivery. */
  readonly occurredAt: Date;
  readonly detectedAt: Date;
}

/** The alert that an event is; null when it is none. */
export function toAlert(event: LoggedEvent): SlaAlert | null {
  const kind = KIND_OF_EVENT[event.type];
  if (!kind || !event.subjectId || !event.data) return null;
  const data = event.data as AlertData;
  return {
    id: event.id,
    position: event.position,
    kind,
    action: kind === 'BREACHED' ? (data.action as BreachAction | null) : null,
    ticketId: event.subjectId,
    tier: data.tier as ClientTier,
    escalationLevel: data.escalationLevel,
    dueAt: new Date(data.dueAt),
    occurredAt: event.occurredAt,
    detectedAt: new Date(data.detectedAt),
  };
}

/** What an alert's event is made of: `dueAt` is the promise it speaks of, `occurredAt` the true instant of what it tells. */
export interface AlertFacts {
  readonly occurredAt: Date;
  readonly dueAt: Date;
  /** null unless it tells of a breach. */
  readonly action?: BreachAction;
  readonly reason?: EscalationReason;
}

/** The event of an alert about `ticket` as it now is. */
export function alertEvent(
  context: ChangeContext,
  ticket: Ticket,
  type: 'sla.at_risk' | 'sla.breached' | 'sla.escalated' | 'sla.acknowledged',
  { occurredAt, dueAt, action, reason }: AlertFacts,
): NewEvent {
  const data: AlertData = {
    tier: ticket.clock.tier,
    action: action ?? null,
    escalationLevel: ticket.clock.escalationLevel,
    dueAt: dueAt.toISOString(),
    detectedAt: context.now.toISOString(),
    cycle: ticket.clock.cycle,
    ...(reason ? { reason } : {}),
  };
  return ticketEvent(context, ticket, type, { occurredAt, data });
}
