import { sql } from 'drizzle-orm';
import type { ClientTier, TicketStatus } from '../../domain/enums.ts';
import type { LiveTicket } from '../../domain/report/ticket-log.ts';
import type { Sql } from './database.ts';

type TicketRow = {
  id: string;
  title: string;
  status: TicketStatus;
  priority: number;
  client_name: string;
  assignee_email: string | null;
  tier: ClientTier;
  escalation_level: number;
  created_ms: string;
  resolved_ms: string | null;
  deleted_ms: string | null;
  first_escalated_ms: string | null;
  last_breached_ms: string | null;
};

/** These tickets as their logs need them, deleted ones too. */
export async function readLiveTickets(tx: Sql, ids: readonly string[]): Promise<LiveTicket[]> {
  const ms = (column: string) => sql.raw(`(extract(epoch FROM ${column}) * 1000)::bigint::text`);
  const { rows } = await tx.execute<TicketRow>(sql`
    SELECT t.id, t.title, t.status, t.priority, c.name AS client_name, u.email AS assignee_email, t.sla_tier AS tier,
           t.escalation_level, ${ms('t.created_at')} AS created_ms, ${ms('coalesce(t.resolved_at, t.closed_at)')} AS resolved_ms,
           ${ms('t.deleted_at')} AS deleted_ms, ${ms('e.first_at')} AS first_escalated_ms,
           ${ms('greatest(t.sla_breached_at, y.last_at)')} AS last_breached_ms
      FROM tickets t
      JOIN clients c ON c.id = t.client_id
      LEFT JOIN users u ON u.id = t.assignee_id
      LEFT JOIN LATERAL (SELECT min(escalated_at) AS first_at FROM escalations WHERE ticket_id = t.id AND level >= 1) e ON true
      LEFT JOIN LATERAL (SELECT max(breached_at) AS last_at FROM sla_cycles WHERE ticket_id = t.id) y ON true
     WHERE t.id = ANY(${sql.param(ids)}::uuid[])`);
  return rows.map((row) => ({
    id: row.id,
    title: row.title,
    status: row.status,
    priority: row.priority,
    clientName: row.client_name,
    assigneeEmail: row.assignee_email,
    tier: row.tier,
    escalationLevel: row.escalation_level,
    createdAt: new Date(Number(row.created_ms)),
    resolvedAt: instantOf(row.resolved_ms),
    deletedAt: instantOf(row.deleted_ms),
    firstEscalatedAt: instantOf(row.first_escalated_ms),
    lastBreachedAt: instantOf(row.last_breached_ms),
  }));
}

function instantOf(ms: string | null): Date | null {
  return ms === null ? null : new Date(Number(ms));
}
