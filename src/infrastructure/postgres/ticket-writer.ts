import { and, eq, isNull, sql } from 'drizzle-orm';
import type { ClientTier } from '../../domain/enums.ts';
import { policyFor } from '../../domain/sla-policy.ts';
import type { Escalation, TicketChange, TicketState } from '../../domain/ticket.ts';
import { ticketChanged } from '../../domain/trail.ts';
import type { Sql, Tx } from './database.ts';
import type { PostgresPolicyStore } from './policy-store.ts';
import { clients } from './schema/people.ts';
import { escalations, slaCycles, tickets } from './schema/tickets.ts';
import { type TicketRow, ticketColumns, toCycleRow, toRow, toTicket } from './ticket-rows.ts';

/** The columns that a locked ticket is read with: its own and its client's present tier. */
export const stateColumns = { ...ticketColumns, clientTier: clients.tier };

/** What rules decide on, from locked rows. */
export async function toStates(
  tx: Sql,
  policies: PostgresPolicyStore,
  rows: readonly (TicketRow & { clientTier: ClientTier })[],
): Promise<TicketState[]> {
  if (rows.length === 0) return [];
  const inForce = await policies.inForceBy(tx);
  const states: TicketState[] = [];
  for (const row of rows) {
    const policy = await policies.versionBy(tx, row.slaTier, row.slaPolicyVersion);
    states.push({ ticket: toTicket(row), policy, policyInForce: policyFor(inForce, { tier: row.clientTier }) });
  }
  return states;
}

/** Saves one rule's change of a locked ticket: the row, what it escalated, a cycle that ended, and its events. */
export async function saveChange(tx: Tx, before: TicketState, change: TicketChange): Promise<void> {
  if (change.ticket === before.ticket) return;
  const { id: _, ...row } = toRow(change.ticket);
  await tx.sql.update(tickets).set(row).where(eq(tickets.id, change.ticket.id));
  if (change.endedCycle) await tx.sql.insert(slaCycles).values(toCycleRow(change.ticket.id, change.endedCycle));
  if (change.escalations.length > 0) await tx.sql.insert(escalations).values([...change.escalations]);
  if (change.acknowledgement) {
    const { by, at } = change.acknowledgement;
    const { id, clock } = change.ticket;
    await tx.sql
      .update(escalations)
      .set({ acknowledgedById: by, acknowledgedAt: at })
      .where(and(eq(escalations.ticketId, id), eq(escalations.cycle, clock.cycle), isNull(escalations.acknowledgedAt)));
  }
  tx.append(change.events);
  tx.audit(ticketChanged(before.ticket, change.ticket));
}

/**
 * Saves what time and policies did to claimed tickets, `changes` in their order, in one statement for all rows. The unchanged ones
 * too: a deadline that says something else than its clock is mended, not claimed for ever.
 */
export async function saveSlice(
  tx: Tx,
  claimed: readonly TicketState[],
  changes: readonly TicketChange[],
): Promise<void> {
  if (claimed.length === 0) return;
  const latest = new Map([...claimed, ...changes].map(({ ticket }) => [ticket.id, ticket]));
  const rows = [...latest.values()].map(toRow);
  await tx.sql.execute(sql`
    UPDATE tickets t
       SET status = n.status, escalation_level = n.escalation_level, updated_at = n.updated_at, version = n.version,
           sla_tier = n.sla_tier, sla_policy_version = n.sla_policy_version, sla_due_at = n.sla_due_at,
           sla_at_risk_at = n.sla_at_risk_at, sla_at_risk_alerted_at = n.sla_at_risk_alerted_at,
           sla_breached_at = n.sla_breached_at, sla_detected_at = n.sla_detected_at,
           sla_ladder_from = n.sla_ladder_from, sla_next_escalation_at = n.sla_next_escalation_at,
           sla_next_deadline_at = n.sla_next_deadline_at
      FROM jsonb_to_recordset(${JSON.stringify(rows.map(sliceColumns))}::jsonb)
        AS n (id uuid, status text, escalation_level int, updated_at timestamptz, version int, sla_tier text,
              sla_policy_version int, sla_due_at timestamptz, sla_at_risk_at timestamptz, sla_at_risk_alerted_at timestamptz,
              sla_breached_at timestamptz, sla_detected_at timestamptz, sla_ladder_from timestamptz,
              sla_next_escalation_at timestamptz, sla_next_deadline_at timestamptz)
     WHERE t.id = n.id`);
  const raised = changes.flatMap((change) => change.escalations);
  if (raised.length > 0) await insertEscalations(tx, raised);
  tx.append(changes.flatMap((change) => change.events));
}

/** One parameter for all rows: half the time of a list of values. */
async function insertEscalations(tx: Tx, raised: readonly Escalation[]): Promise<void> {
  const rows = raised.map(({ id, ticketId, cycle, level, reason, escalatedAt }) => ({
    id,
    ticket_id: ticketId,
    cycle,
    level,
    reason,
    escalated_at: escalatedAt,
  }));
  await tx.sql.execute(sql`
    INSERT INTO escalations (id, ticket_id, cycle, level, reason, escalated_at)
    SELECT id, ticket_id, cycle, level, reason, escalated_at
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS (id uuid, ticket_id uuid, cycle int, level int, reason text, escalated_at timestamptz)`);
}

function sliceColumns(row: ReturnType<typeof toRow>) {
  return {
    id: row.id,
    status: row.status,
    escalation_level: row.escalationLevel,
    updated_at: row.updatedAt,
    version: row.version,
    sla_tier: row.slaTier,
    sla_policy_version: row.slaPolicyVersion,
    sla_due_at: row.slaDueAt,
    sla_at_risk_at: row.slaAtRiskAt,
    sla_at_risk_alerted_at: row.slaAtRiskAlertedAt,
    sla_breached_at: row.slaBreachedAt,
    sla_detected_at: row.slaDetectedAt,
    sla_ladder_from: row.slaLadderFrom,
    sla_next_escalation_at: row.slaNextEscalationAt,
    sla_next_deadline_at: row.slaNextDeadlineAt,
  };
}
