import { boolean, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/**
 * Who did what: append-only (a trigger). It refers to nothing, so that it tells of what is gone too. Texts, not jsonb: they hold whatever a
 * caller sent, and jsonb refuses some of it.
 */
export const auditLog = pgTable(
  'audit_log',
  {
    id: uuid('id').primaryKey(),
    occurredAt: instant('occurred_at').notNull(),
    actorId: uuid('actor_id'),
    action: text('action').notNull(),
    subjectId: uuid('subject_id'),
    ip: text('ip'),
    /** As the log of the server names it. */
    requestId: text('request_id'),
    succeeded: boolean('succeeded').notNull(),
    before: text('before'),
    after: text('after'),
  },
  (t) => [
    index('audit_log_time_idx').on(t.occurredAt, t.id),
    index('audit_log_actor_idx').on(t.actorId, t.occurredAt, t.id),
    index('audit_log_action_idx').on(t.action, t.occurredAt, t.id),
    index('audit_log_subject_idx').on(t.subjectId, t.occurredAt, t.id),
  ],
);
