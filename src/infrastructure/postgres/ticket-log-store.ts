import { inArray, sql } from 'drizzle-orm';
import type { LiveLogStore, LiveLogs } from '../../application/report/ports.ts';
import type { NewId } from '../../application/runtime.ts';
import type { LiveLog } from '../../domain/report/ticket-log.ts';
import type { Database, Sql } from './database.ts';
import { LIVE_LOGS, liveLogs } from './live-logs.ts';
import { markDays } from './report-buckets.ts';
import { ticketLogs } from './schema/reports.ts';

/** The logs of live tickets in Postgres, which change with the transaction that compares them. */
export function postgresLiveLogs(db: Database, newId: NewId): LiveLogs {
  return liveLogs(db, { storeIn: (tx) => storeIn(tx, newId) });
}

function storeIn(tx: Sql, newId: NewId): LiveLogStore {
  const savePosition = async (position: number) => {
    await tx.execute(sql`UPDATE projections SET position = ${position} WHERE name = ${LIVE_LOGS}`);
  };
  return {
    async position() {
      const { rows } = await tx.execute<{ position: string }>(
        sql`SELECT position::text AS position FROM projections WHERE name = ${LIVE_LOGS}`,
      );
      return Number(rows[0]?.position ?? 0);
    },

    async logsOf(ticketIds) {
      const rows = await tx
        .select(LOG_COLUMNS)
        .from(ticketLogs)
        .where(inArray(ticketLogs.ticketId, [...ticketIds]));
      return rows.filter(isLive);
    },

    async apply({ saved, removed, touched }) {
      if (removed.length > 0) {
        await tx.execute(sql`DELETE FROM ticket_logs WHERE ticket_id = ANY(${sql.param(removed)}::uuid[])`);
      }
      await save(tx, newId, saved);
      await markDays(tx, touched);
    },

    savePosition,

    async forget() {
      await savePosition(0);
      await tx.execute(sql`DELETE FROM ticket_logs WHERE ticket_id IS NOT NULL`);
      await tx.execute(sql`DELETE FROM report_buckets`);
      await tx.execute(sql`DELETE FROM report_agent_buckets`);
      await tx.execute(sql`
        INSERT INTO report_dirty_days (day)
        SELECT DISTINCT (instant AT TIME ZONE 'UTC')::date
          FROM ticket_logs CROSS JOIN LATERAL (VALUES (created_at), (resolved_at), (escalated_at), (breached_at)) AS i(instant)
         WHERE instant IS NOT NULL`);
    },
  };
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
