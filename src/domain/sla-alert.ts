import type { BreachAction, ClientTier } from './enums.ts';
import type { LoggedEvent, TicketEventType } from './event.ts';
import type { AlertData } from './sla-detection.ts';

/** BREACHED covers the first level (its action says ESCALATE or NOTIFY_SUPERVISOR); ESCALATED is a later level. */
export const SLA_ALERT_KINDS = ['AT_RISK', 'BREACHED', 'ESCALATED', 'ACKNOWLEDGED'] as const;
export type SlaAlertKind = (typeof SLA_ALERT_KINDS)[number];

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
