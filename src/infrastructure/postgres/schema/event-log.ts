import { sql } from 'drizzle-orm';
import { bigint, index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/** The append-only bus: see docs/adr on the event log. Rows never change. */
export const eventLog = pgTable(
  'event_log',
  {
    position: bigint('position', { mode: 'number' })
      .primaryKey()
      .generatedAlwaysAsIdentity({ name: 'event_log_position_seq', cache: 1 }),
    id: uuid('id').notNull(),
    type: text('type').notNull(),
    /** The ticket, import, user, client or policy that changed, by `type`. */
    subjectId: uuid('subject_id'),
    actorId: uuid('actor_id'),
    from: text('from'),
    to: text('to'),
    occurredAt: instant('occurred_at').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>(),
  },
  (t) => [
    uniqueIndex('event_log_id_key').on(t.id),
    index('event_log_subject_idx').on(t.subjectId, t.position),
    index('event_log_alerts_idx')
      .on(t.position)
      .where(sql`${t.type} IN ('sla.at_risk', 'sla.breached', 'sla.escalated', 'sla.acknowledged')`),
  ],
);

/** How far each projection has read the log. */
export const projections = pgTable('projections', {
  name: text('name').primaryKey(),
  position: bigint('position', { mode: 'number' }).notNull(),
});
