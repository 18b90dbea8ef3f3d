import { type SQL, sql } from 'drizzle-orm';
import type { JudgedLog } from '../../application/import/ports.ts';
import type { NewId } from '../../application/runtime.ts';
import { daysOf } from '../../domain/report/calendar.ts';
import { booleans, instants, integers, Room, smallints, texts, uuids } from './binary-array.ts';
import type { Sql } from './database.ts';
import { markDays } from './report-buckets.ts';

/** A log and the row of the import that it came from. */
export interface ImportedRow {
  readonly rowNumber: number;
  readonly log: JudgedLog;
}

/** A row with the id that its log gets if it is new. */
interface NewLog extends ImportedRow {
  readonly id: string;
}

/**
 * The columns that an import writes, beside import_id: their types, and how they are filled. Of an imported row, escalation and breach
 * are taken to have happened when the ticket was created: the file does not say.
 */
const COLUMNS = {
  id: ['uuid', (rows, room) => uuids(rows, ({ id }) => id, room)],
  row_number: ['integer', (rows, room) => integers(rows, ({ rowNumber }) => rowNumber, room)],
  external_id: ['text', (rows, room) => texts(rows, ({ log }) => log.externalId, room)],
  client_name: ['text', (rows, room) => texts(rows, ({ log }) => log.clientName, room)],
  client_type: ['text', (rows, room) => texts(rows, ({ log }) => log.clientType, room)],
  status: ['text', (rows, room) => texts(rows, ({ log }) => log.status, room)],
  created_at: ['timestamptz', (rows, room) => instants(rows, ({ log }) => log.createdAt.getTime(), room)],
  resolved_at: ['timestamptz', (rows, room) => instants(rows, ({ log }) => log.resolvedAt?.getTime() ?? null, room)],
  agent: ['text', (rows, room) => texts(rows, ({ log }) => log.agent, room)],
  priority: ['smallint', (rows, room) => smallints(rows, ({ log }) => log.priority, room)],
  escalation_level: ['integer', (rows, room) => integers(rows, ({ log }) => log.escalationLevel, room)],
  escalated_at: [
    'timestamptz',
    (rows, room) => instants(rows, ({ log }) => (log.escalationLevel > 0 ? log.createdAt.getTime() : null), room),
  ],
  breached: ['boolean', (rows, room) => booleans(rows, ({ log }) => log.breached, room)],
  breached_at: [
    'timestamptz',
    (rows, room) => instants(rows, ({ log }) => (log.breached ? log.createdAt.getTime() : null), room),
  ],
  title: ['text', (rows, room) => texts(rows, ({ log }) => log.title, room)],
} as const satisfies Record<string, readonly [type: string, fill: (rows: readonly NewLog[], room: Room) => Buffer]>;

const NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
const COLUMN_LIST = sql.raw(NAMES.join(', '));
const REPLACED = sql.raw(
  NAMES.filter((name) => name !== 'id' && name !== 'external_id')
    .map((name) => `${name} = n.${name}`)
    .join(', '),
);

/** Marks every report day that these logs will touch. */
export function markDaysOf(tx: Sql, rows: readonly ImportedRow[]): Promise<void> {
  // Escalation and breach are taken to have happened on the day of creation.
  return markDays(
    tx,
    daysOf(rows.flatMap(({ log }) => (log.resolvedAt ? [log.createdAt, log.resolvedAt] : log.createdAt))),
  );
}

/**
 * Writes imported logs by their external id, adding or replacing, and marks every report day that a replaced version touched. What a
 * later upload wrote stays. External ids go in order, so that concurrent writers wait for one another instead of deadlocking.
 */
export async function upsertLogs(tx: Sql, importId: string, rows: readonly ImportedRow[], newId: NewId): Promise<void> {
  const room = rooms.pop() ?? new Room();
  try {
    await upsert(
      tx,
      importId,
      rows.length,
      table(
        rows.map((row) => ({ ...row, id: newId() })),
        room,
      ),
    );
  } finally {
    // The driver has copied what it was given, or will not send it any more.
    room.clear();
    rooms.push(room);
  }
}

/** As many as were needed at a time. */
const rooms: Room[] = [];

async function upsert(tx: Sql, importId: string, rowCount: number, logs: SQL): Promise<void> {
  const added = await tx.execute(sql`
    INSERT INTO ticket_logs (import_id, ${COLUMN_LIST})
    SELECT ${importId}::uuid, ${COLUMN_LIST} FROM ${logs} ORDER BY external_id COLLATE "C"
    ON CONFLICT (external_id) WHERE external_id IS NOT NULL DO NOTHING`);
  if (added.rowCount === rowCount) return;

  // The log of a row that was added has the id that was made for it; of the others a log was there before.
  // A statement of its own, so that it sees, and then holds, the very versions that the next one replaces: marked from an
  // older version, a day would keep a row that has left it.
  await tx.execute(sql`
    WITH replaced AS (
      SELECT l.created_at, l.resolved_at, l.escalated_at, l.breached_at
        FROM ticket_logs l JOIN ${logs} USING (external_id)
       WHERE l.id <> n.id ORDER BY l.external_id COLLATE "C" FOR UPDATE OF l)
    INSERT INTO report_dirty_days (day)
    SELECT DISTINCT (instant AT TIME ZONE 'UTC')::date
      FROM replaced CROSS JOIN LATERAL unnest(ARRAY[created_at, resolved_at, escalated_at, breached_at]) AS instant
     WHERE instant IS NOT NULL`);
  await tx.execute(sql`
    UPDATE ticket_logs l SET import_id = ${importId}::uuid, ${REPLACED}
      FROM ${logs}
     WHERE l.external_id = n.external_id AND l.id <> n.id
       AND NOT EXISTS (
         SELECT FROM import_processes later JOIN import_processes own ON own.id = ${importId}::uuid
          WHERE later.id = l.import_id AND later.upload_order > own.upload_order)`);
}

/** The rows as a table `n`, from an array for each column: JSON would cost several times as much. */
function table(rows: readonly NewLog[], room: Room): SQL {
  const arrays = NAMES.map((name) => {
    const [type, fill] = COLUMNS[name];
    return sql`${sql.param(fill(rows, room))}::${sql.raw(type)}[]`;
  });
  return sql`unnest(${sql.join(arrays, sql`, `)}) AS n(${COLUMN_LIST})`;
}
