import { sql } from 'drizzle-orm';
import type { NewEvent } from '../../domain/event.ts';
import type { Sql } from './database.ts';

/** Appends `events` in their order, as the last statement of the transaction that made them. */
export async function insertEvents(tx: Sql, events: readonly NewEvent[]): Promise<void> {
  const rows = events.map((event) => ({
    id: event.id,
    type: event.type,
    subject_id: event.subjectId,
    actor_id: event.actorId,
    from: event.from,
    to: event.to,
    occurred_at: event.occurredAt.toISOString(),
    data: event.data,
  }));
  await tx.execute(sql`
    INSERT INTO event_log (id, type, subject_id, actor_id, "from", "to", occurred_at, data)
    SELECT id, type, subject_id, actor_id, "from", "to", occurred_at, data
      FROM ROWS FROM (jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
             AS (id uuid, type text, subject_id uuid, actor_id uuid, "from" text, "to" text, occurred_at timestamptz, data jsonb))
           WITH ORDINALITY
     ORDER BY ordinality`);
}
