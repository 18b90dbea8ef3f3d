import { type SQL, sql } from 'drizzle-orm';
import type { NewEvent } from '../../domain/event.ts';
import type { AuditEntry } from '../../domain/trail.ts';
import type { Sql } from './database.ts';

/**
 * Appends `events` in their order, and the entry of the audit trail that tells of the same change, as the last statement of the
 * transaction that made it: one statement for both, since each is a way to the server and back.
 */
export async function insertLast(tx: Sql, events: readonly NewEvent[], entry: AuditEntry | null): Promise<void> {
  const audited = entry && insertEntry(entry);
  if (events.length > 0)
    await tx.execute(audited ? sql`WITH audited AS (${audited}) ${insertEvents(events)}` : insertEvents(events));
  else if (audited) await tx.execute(audited);
}

function insertEntry(entry: AuditEntry): SQL {
  const { id, occurredAt, actorId, action, subjectId, ip, requestId, succeeded, before, after } = entry;
  return sql`
    INSERT INTO audit_log (id, occurred_at, actor_id, action, subject_id, ip, request_id, succeeded, before, after)
    VALUES (${id}::uuid, ${occurredAt.toISOString()}::timestamptz, ${actorId}::uuid, ${action}, ${subjectId}::uuid, ${ip},
            ${requestId}, ${succeeded}, ${before}, ${after})`;
}

function insertEvents(events: readonly NewEvent[]): SQL {
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
  return sql`
    INSERT INTO event_log (id, type, subject_id, actor_id, "from", "to", occurred_at, data)
    SELECT id, type, subject_id, actor_id, "from", "to", occurred_at, data
      FROM ROWS FROM (jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
             AS (id uuid, type text, subject_id uuid, actor_id uuid, "from" text, "to" text, occurred_at timestamptz, data jsonb))
           WITH ORDINALITY
     ORDER BY ordinality`;
}
