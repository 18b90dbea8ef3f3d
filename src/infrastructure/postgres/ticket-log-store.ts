import { inArray, sql } from 'drizzle-orm';
import type { ChangesOf, LiveLogs } from '../../application/report/ports.ts';
import type { NewId } from '../../application/runtime.ts';
import type { ClientTier, TicketStatus } from '../../domain/enums.ts';
import type { LiveLog, LiveTicket } from '../../domain/report/ticket-log.ts';
import type { Database, Sql } from './database.ts';
import { lockBuckets, markDays } from './report-buckets.ts';
import { ticketLogs } from './schema/reports.ts';

const NAME = 'ticket_logs';

/** The logs of live tickets in Postgres, following the event log from a position saved in `projections`. */
export function postgresLiveLogs(db: Database, newId: NewId): LiveLogs {
  return {
    async place() {
      const { rows } = await db.sql.execute<Record<'position' | 'newest' | 'floor', string>>(sql`
        SELECT coalesce((SELECT position FROM projections WHERE name = ${NAME}), 0)::text AS position,
               coalesce((SELECT max(position) FROM event_log), 0)::text AS newest,
               coalesce((SELECT position FROM projections WHERE name = 'event_log_floor'), 0)::text AS floor`);
      const of = (name: 'position' | 'newest' | 'floor') => Number(rows[0]?.[name] ?? 0);
      return { position: of('position'), newest: of('newest'), floor: of('floor') };
    },

    async settled() {
      const { rows } = await db.sql.execute<{ settled: string }>(sql`SELECT event_log_settled()::text AS settled`);
      return Number(rows[0]?.settled ?? 0);
    },

    async follow({ after, upTo, limit, settled }, changesOf) {
      return db.transaction(async ({ sql: tx }) => {
        const saved = await lockPosition(tx);
        const start = Math.max(saved, after ?? 0);
        const { rows } = await tx.execute<{ position: string; subject_id: string | null }>(sql`
          SELECT position::text AS position, subject_id FROM event_log
           WHERE position > ${start} AND position <= ${upTo} AND (type LIKE 'ticket.%' OR type LIKE 'sla.%')
           ORDER BY event_log.position LIMIT ${limit}`);
        const last = rows.length < limit ? Math.max(start, upTo) : Number(rows.at(-1)?.position ?? upTo);
        const ids = new Set(rows.flatMap((row) => (row.subject_id === null ? [] : [row.subject_id])));
        await compare(tx, newId, [...ids], changesOf);
        if (Math.min(last, settled) > saved) await setPosition(tx, Math.min(last, settled));
        return { events: rows.length, position: last };
      });
    },

    async forget() {
      await db.transaction(async ({ sql: tx }) => {
        await lockPosition(tx);
        await lockBuckets(tx);
        await setPosition(tx, 0);
        await tx.execute(sql`DELETE FROM ticket_logs WHERE ticket_id IS NOT NULL`);
        await tx.execute(sql`DELETE FROM report_buckets`);
        await tx.execute(sql`DELETE FROM report_agent_buckets`);
        await tx.execute(sql`
          INSERT INTO report_dirty_days (day)
          SELECT DISTINCT (instant AT TIME ZONE 'UTC')::date
            FROM ticket_logs CROSS JOIN LATERAL (VALUES (created_at), (resolved_at), (escalated_at), (breached_at)) AS i(instant)
           WHERE instant IS NOT NULL`);
      });
    },

    async followTickets({ after, limit }, changesOf) {
      return db.transaction(async ({ sql: tx }) => {
        await lockPosition(tx);
        const { rows } = await tx.execute<{ id: string }>(
          after === null
            ? sql`SELECT id FROM tickets ORDER BY id LIMIT ${limit}`
            : sql`SELECT id FROM tickets WHERE id > ${after} ORDER BY id LIMIT ${limit}`,
        );
        const ids = rows.map((row) => row.id);
        await compare(tx, newId, ids, changesOf);
        return ids.at(-1) ?? null;
      });
    },

    async savePosition(position) {
      await db.transaction(async ({ sql: tx }) => {
        if (position > (await lockPosition(tx))) await setPosition(tx, position);
      });
    },
  };
}

/** Keeps every other process from changing live logs until the transaction ends; returns the saved position. */
async function lockPosition(tx: Sql): Promise<number> {
  const locked = () =>
    tx.execute<{ position: string }>(
      sql`SELECT position::text AS position FROM projections WHERE name = ${NAME} FOR UPDATE`,
    );
  let { rows } = await locked();
  if (rows.length === 0) {
    await tx.execute(sql`INSERT INTO projections (name, position) VALUES (${NAME}, 0) ON CONFLICT DO NOTHING`);
    ({ rows } = await locked());
  }
  return Number(rows[0]?.position ?? 0);
}

async function setPosition(tx: Sql, position: number): Promise<void> {
  await tx.execute(sql`UPDATE projections SET position = ${position} WHERE name = ${NAME}`);
}

async function compare(tx: Sql, newId: NewId, ids: readonly string[], changesOf: ChangesOf): Promise<void> {
  if (ids.length === 0) return;
  // The lock is held: the tickets are read after whatever the logs say of them, and nobody writes these logs meanwhile.
  const stored = await tx
    .select(LOG_COLUMNS)
    .from(ticketLogs)
    .where(inArray(ticketLogs.ticketId, [...ids]));
  const tickets = await readTickets(tx, ids);
  const changes = changesOf(tickets, stored.filter(isLive));
  if (changes.removed.length > 0) {
    await tx.execute(sql`DELETE FROM ticket_logs WHERE ticket_id = ANY(${sql.param(changes.removed)}::uuid[])`);
  }
  await save(tx, newId, changes.saved);
  await markDays(tx, changes.touched);
}

const LOG_COLUMNS = {
  ticketId: ticketLogs.ticketId,
  clientName: ticketLogs.clientName,
  clientType: ticketLogs.clientType,
  status: ticketLogs.status,
  createdAt: ticketLogs.createdAt,
  resolvedAt: ticketLogs.resolvedAt,
  agent: ticketLogs.agent,
  priority: ticketLogs.priority,
  escalationLevel: ticketLogs.escalationLevel,
  escalatedAt: ticketLogs.escalatedAt,
  breached: ticketLogs.breached,
  breachedAt: ticketLogs.breachedAt,
  title: ticketLogs.title,
};

type Nullable<T, K extends keyof T> = Omit<T, K> & { [P in K]: T[P] | null };

function isLive(log: Nullable<LiveLog, 'ticketId' | 'priority' | 'title'>): log is LiveLog {
  return log.ticketId !== null && log.priority !== null && log.title !== null;
}

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

async function readTickets(tx: Sql, ids: readonly string[]): Promise<LiveTicket[]> {
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

async function save(tx: Sql, newId: NewId, logs: readonly LiveLog[]): Promise<void> {
  if (logs.length === 0) return;
  const rows = logs.map((log) => ({
    id: newId(),
    ticket_id: log.ticketId,
    client_name: log.clientName,
    client_type: log.clientType,
    status: log.status,
    created_at: log.createdAt,
    resolved_at: log.resolvedAt,
    agent: log.agent,
    priority: log.priority,
    escalation_level: log.escalationLevel,
    escalated_at: log.escalatedAt,
    breached: log.breached,
    breached_at: log.breachedAt,
    title: log.title,
  }));
  await tx.execute(sql`
    INSERT INTO ticket_logs (id, ticket_id, client_name, client_type, status, created_at, resolved_at, agent, priority,
                             escalation_level, escalated_at, breached, breached_at, title)
    SELECT id, ticket_id, client_name, client_type, status, created_at, resolved_at, agent, priority, escalation_level,
           escalated_at, breached, breached_at, title
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS (id uuid, ticket_id uuid, client_name text, client_type text, status text, created_at timestamptz,
            resolved_at timestamptz, agent text, priority smallint, escalation_level int, escalated_at timestamptz,
            breached boolean, breached_at timestamptz, title text)
    ON CONFLICT (ticket_id) WHERE ticket_id IS NOT NULL DO UPDATE
       SET client_name = EXCLUDED.client_name, client_type = EXCLUDED.client_type, status = EXCLUDED.status,
           created_at = EXCLUDED.created_at, resolved_at = EXCLUDED.resolved_at, agent = EXCLUDED.agent,
           priority = EXCLUDED.priority, escalation_level = EXCLUDED.escalation_level, escalated_at = EXCLUDED.escalated_at,
           breached = EXCLUDED.breached, breached_at = EXCLUDED.breached_at, title = EXCLUDED.title`);
}
