import { type SQL, sql } from 'drizzle-orm';
import type { JudgedLog } from '../../application/import/ports.ts';
import type { NewId } from '../../application/runtime.ts';
import { type Day, dayOf } from '../../domain/report/calendar.ts';
import type { Sql } from './database.ts';
import { markDays } from './report-buckets.ts';

/** A log and the row of the import that it came from. */
export interface ImportedRow {
  readonly rowNumber: number;
  readonly log: JudgedLog;
}

/** The columns that an import writes, beside import_id, and their types. */
const COLUMNS = {
  id: 'uuid',
  row_number: 'integer',
  external_id: 'text',
  client_name: 'text',
  client_type: 'text',
  status: 'text',
  created_at: 'timestamptz',
  resolved_at: 'timestamptz',
  agent: 'text',
  priority: 'smallint',
  escalation_level: 'integer',
  escalated_at: 'timestamptz',
  breached: 'boolean',
  breached_at: 'timestamptz',
  title: 'text',
} as const;
type Column = keyof typeof COLUMNS;
type LogRecord = ReturnType<typeof toRecord>;

const NAMES = Object.keys(COLUMNS) as Column[];
const COLUMN_LIST = sql.raw(NAMES.join(', '));
const REPLACED = sql.raw(
  NAMES.filter((name) => name !== 'id' && name !== 'external_id')
    .map((name) => `${name} = n.${name}`)
    .join(', '),
);

/** Marks every report day that these logs will touch. */
export function markDaysOf(tx: Sql, rows: readonly ImportedRow[]): Promise<void> {
  const days = new Set<Day>();
  for (const { log } of rows) {
    // Escalation and breach are taken to have happened on the day of creation.
    days.add(dayOf(log.createdAt));
    if (log.resolvedAt) days.add(dayOf(log.resolvedAt));
  }
  return markDays(tx, [...days]);
}

/**
 * Writes imported logs by their external id, adding or replacing, and marks every report day that a replaced version touched. What a
 * later upload wrote stays. External ids go in order, so that concurrent writers wait for one another instead of deadlocking.
 */
export async function upsertLogs(tx: Sql, importId: string, rows: readonly ImportedRow[], newId: NewId): Promise<void> {
  const records = rows.map((row) => toRecord(row, newId()));
  const added = await tx.execute(sql`
    INSERT INTO ticket_logs (import_id, ${COLUMN_LIST})
    SELECT ${importId}::uuid, ${COLUMN_LIST} FROM ${table(records)} ORDER BY external_id COLLATE "C"
    ON CONFLICT (external_id) WHERE external_id IS NOT NULL DO NOTHING`);
  if (added.rowCount === records.length) return;

  // The log of a row that was added has the id that was made for it; of the others a log was there before.
  // A statement of its own, so that it sees, and then holds, the very versions that the next one replaces: marked from an
  // older version, a day would keep a row that has left it.
  await tx.execute(sql`
    WITH replaced AS (
      SELECT l.created_at, l.resolved_at, l.escalated_at, l.breached_at
        FROM ticket_logs l JOIN ${table(records)} USING (external_id)
       WHERE l.id <> n.id ORDER BY l.external_id COLLATE "C" FOR UPDATE OF l)
    INSERT INTO report_dirty_days (day)
    SELECT DISTINCT (instant AT TIME ZONE 'UTC')::date
      FROM replaced CROSS JOIN LATERAL unnest(ARRAY[created_at, resolved_at, escalated_at, breached_at]) AS instant
     WHERE instant IS NOT NULL`);
  await tx.execute(sql`
    UPDATE ticket_logs l SET import_id = ${importId}::uuid, ${REPLACED}
      FROM ${table(records)}
     WHERE l.external_id = n.external_id AND l.id <> n.id
       AND NOT EXISTS (
         SELECT FROM import_processes later JOIN import_processes own ON own.id = ${importId}::uuid
          WHERE later.id = l.import_id AND later.upload_order > own.upload_order)`);
}

/** The records as a table `n`, from an array for each column: JSON would cost twice as much. */
function table(records: readonly LogRecord[]): SQL {
  const arrays = NAMES.map((name) => {
    const values = records.map((record) => record[name]);
    return sql`${sql.param(values)}::${sql.raw(COLUMNS[name])}[]`;
  });
  return sql`unnest(${sql.join(arrays, sql`, `)}) AS n(${COLUMN_LIST})`;
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
