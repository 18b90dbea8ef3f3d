import { getTableColumns, type InferSelectModel } from 'drizzle-orm';
import type { SlaClock, SlaInterval } from '../../domain/sla-clock.ts';
import { nextDeadlineOf } from '../../domain/sla-detection.ts';
import type { Ticket } from '../../domain/ticket.ts';
import type { StoredInterval } from './schema/tickets.ts';
import { tickets } from './schema/tickets.ts';

/** Everything that makes a Ticket; the creating fingerprint and the derived deadline stay in the table. */
const { createdFrom: _fingerprint, slaNextDeadlineAt: _deadline, ...columns } = getTableColumns(tickets);
export const ticketColumns = columns;

export type TicketRow = Omit<InferSelectModel<typeof tickets>, 'createdFrom' | 'slaNextDeadlineAt'>;

export function toTicket(row: TicketRow): Ticket {
  return {
    id: row.id,
    number: row.number,
    title: row.title,
    description: row.description,
    status: row.status,
    priority: row.priority,
    tags: row.tags,
    clientId: row.clientId,
    assigneeId: row.assigneeId,
    createdById: row.createdById,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    resolvedAt: row.resolvedAt,
    closedAt: row.closedAt,
    deletedAt: row.deletedAt,
    version: row.version,
    clock: {
      tier: row.slaTier,
      policyVersion: row.slaPolicyVersion,
      cycle: row.slaCycle,
      state: row.slaState,
      startedAt: row.slaStartedAt,
      dueAt: row.slaDueAt,
      atRiskAt: row.slaAtRiskAt,
      atRiskAlertedAt: row.slaAtRiskAlertedAt,
      breachedAt: row.slaBreachedAt,
      detectedAt: row.slaDetectedAt,
      escalationLevel: row.escalationLevel,
      ladderFrom: row.slaLadderFrom,
      nextEscalationAt: row.slaNextEscalationAt,
      acknowledgedAt: row.slaAcknowledgedAt,
      metAt: row.slaMetAt,
      intervals: row.slaIntervals.map(toInterval),
    },
  };
}

/** The row of a ticket, with the deadline that detection reads derived from it. */
export function toRow(
  ticket: Omit<Ticket, 'number'>,
): Omit<InferSelectModel<typeof tickets>, 'number' | 'createdFrom'> {
  const { clock } = ticket;
  return {
    id: ticket.id,
    title: ticket.title,
    description: ticket.description,
    status: ticket.status,
    priority: ticket.priority,
    tags: [...ticket.tags],
    clientId: ticket.clientId,
    assigneeId: ticket.assigneeId,
    createdById: ticket.createdById,
    escalationLevel: clock.escalationLevel,
    createdAt: ticket.createdAt,
    updatedAt: ticket.updatedAt,
    resolvedAt: ticket.resolvedAt,
    closedAt: ticket.closedAt,
    deletedAt: ticket.deletedAt,
    version: ticket.version,
    slaTier: clock.tier,
    slaPolicyVersion: clock.policyVersion,
    slaCycle: clock.cycle,
    slaState: clock.state,
    slaStartedAt: clock.startedAt,
    slaDueAt: clock.dueAt,
    slaAtRiskAt: clock.atRiskAt,
    slaAtRiskAlertedAt: clock.atRiskAlertedAt,
    slaBreachedAt: clock.breachedAt,
    slaDetectedAt: clock.detectedAt,
    slaLadderFrom: clock.ladderFrom,
    slaNextEscalationAt: clock.nextEscalationAt,
    slaAcknowledgedAt: clock.acknowledgedAt,
    slaMetAt: clock.metAt,
    slaIntervals: clock.intervals.map(toStoredInterval),
    slaNextDeadlineAt: nextDeadlineOf({ ...ticket, number: 0 }),
  };
}

export function toInterval(stored: StoredInterval): SlaInterval {
  return { ...stored, from: new Date(stored.from), to: stored.to === null ? null : new Date(stored.to) };
}

export function toStoredInterval(interval: SlaInterval): StoredInterval {
  return { ...interval, from: interval.from.toISOString(), to: interval.to?.toISOString() ?? null };
}

/** A cycle that ended, as its own row. */
export function toCycleRow(ticketId: string, clock: SlaClock) {
  return {
    ticketId,
    cycle: clock.cycle,
    tier: clock.tier,
    policyVersion: clock.policyVersion,
    startedAt: clock.startedAt,
    dueAt: clock.dueAt,
    breachedAt: clock.breachedAt,
    detectedAt: clock.detectedAt,
    escalationLevel: clock.escalationLevel,
    acknowledgedAt: clock.acknowledgedAt,
    metAt: clock.metAt,
    intervals: clock.intervals.map(toStoredInterval),
  };
}
