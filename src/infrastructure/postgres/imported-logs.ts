import { sql } from 'drizzle-orm';
import type { JudgedLog } from '../../application/import/ports.ts';
import type { NewId } from '../../application/runtime.ts';
import type { Sql } from './database.ts';

/** A log and the row of the import that it came from. */
export interface ImportedRow {
  readonly rowNumber: number;
  readonly log: JudgedLog;
}

const COLUMNS =
  sql.raw(`(id uuid, row_number integer, external_id text, client_name text, client_type text, status text,
  created_at timestamptz, resolved_at timestamptz, agent text, priority smallint, escalation_level integer,
  escalated_at timestamptz, breached boolean, breached_at timestamptz, title text)`);

const MARK_DAYS = sql.raw(`
  INSERT INTO report_dirty_days (day)
  SELECT DISTINCT (instant AT TIME ZONE 'UTC')::date
    FROM changed CROSS JOIN LATERAL unnest(ARRAY[created_at, resolved_at, escalated_at, breached_at]) AS instant
   WHERE instant IS NOT NULL`);

/**
 * Writes imported logs by their external id, adding or replacing, and marks every report day that an old or a new version
 * touches. What a later upload wrote stays. External ids go in order, so that concurrent writers wait for one another instead of deadlocking.
 */
export async function upsertLogs(tx: Sql, importId: string, rows: readonly ImportedRow[], newId: NewId): Promise<void> {
  const records = rows.map((row) => toRecord(row, newId())).sort((a, b) => (a.external_id < b.external_id ? -1 : 1));
  const added = await tx.execute<{ external_id: string }>(sql`
    WITH changed AS (
      INSERT INTO ticket_logs (id, import_id, row_number, external_id, client_name, client_type, status, created_at, resolved_at,
                               agent, priority, escalation_level, escalated_at, breached, breached_at, title)
      SELECT id, ${importId}::uuid, row_number, external_id, client_name, client_type, status, created_at, resolved_at,
             agent, priority, escalation_level, escalated_at, breached, breached_at, title
        FROM jsonb_to_recordset(${JSON.stringify(records)}::jsonb) AS n ${COLUMNS} ORDER BY external_id COLLATE "C"
      ON CONFLICT (external_id) WHERE external_id IS NOT NULL DO NOTHING
      RETURNING external_id, created_at, resolved_at, escalated_at, breached_at),
    marked AS (${MARK_DAYS})
    SELECT external_id FROM changed`);
  if (added.rows.length === records.length) return;

  const isAdded = new Set(added.rows.map((row) => row.external_id));
  const known = JSON.stringify(records.filter((record) => !isAdded.has(record.external_id)));
  // A statement of its own, so that it sees, and then holds, the very versions that the next one replaces: marked from an
  // older version, a day would keep a row that has left it.
  await tx.execute(sql`
    WITH changed AS (
      SELECT created_at, resolved_at, escalated_at, breached_at FROM ticket_logs
       WHERE external_id IN (SELECT external_id FROM jsonb_to_recordset(${known}::jsonb) AS (external_id text))
       ORDER BY external_id COLLATE "C" FOR UPDATE)
    ${MARK_DAYS}`);
  await tx.execute(sql`
    WITH changed AS (
      UPDATE ticket_logs l
         SET import_id = ${importId}::uuid, row_number = n.row_number, client_name = n.client_name, client_type = n.client_type,
             status = n.status, created_at = n.created_at, resolved_at = n.resolved_at, agent = n.agent, priority = n.priority,
             escalation_level = n.escalation_level, escalated_at = n.escalated_at, breached = n.breached,
             breached_at = n.breached_at, title = n.title
        FROM jsonb_to_recordset(${known}::jsonb) AS n ${COLUMNS}
       WHERE l.external_id = n.external_id
         AND NOT EXISTS (
           SELECT FROM import_processes later JOIN import_processes own ON own.id = ${importId}::uuid
            WHERE later.id = l.import_id AND later.upload_order > own.upload_order)
      RETURNING l.created_at, l.resolved_at, l.escalated_at, l.breached_at)
    ${MARK_DAYS}`);
}

/** Of an imported row, escalation and breach are taken to have happened when the ticket was created: the file does not say. */
function toRecord({ rowNumber, log }: ImportedRow, id: string) {
  const createdAt = log.createdAt.toISOString();
  return {
    id,
    row_number: rowNumber,
    external_id: log.externalId,
    client_name: log.clientName,
    client_type: log.clientType,
    status: log.status,
    created_at: createdAt,
    resolved_at: log.resolvedAt?.toISOString() ?? null,
    agent: log.agent,
    priority: log.priority,
    escalation_level: log.escalationLevel,
    escalated_at: log.escalationLevel > 0 ? createdAt : null,
    breached: log.breached,
    breached_at: log.breached ? createdAt : null,
    title: log.title,
  };
}
