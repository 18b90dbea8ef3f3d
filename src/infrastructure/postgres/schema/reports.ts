import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { ClientTier, TicketStatus } from '../../../domain/enums.ts';
import { bytea, instant } from './columns.ts';

/** The raw material of the reports: one log for each live ticket and for each imported row. */
export const ticketLogs = pgTable(
  'ticket_logs',
  {
    id: uuid('id').primaryKey(),
    /** Set for the log of a live ticket. */
    ticketId: uuid('ticket_id'),
    /** Set for an imported row: the key on which a later upload updates. */
    externalId: text('external_id'),
    importId: uuid('import_id'),
    rowNumber: integer('row_number'),
    clientName: text('client_name').notNull(),
    clientType: text('client_type').$type<ClientTier>().notNull(),
    status: text('status').$type<TicketStatus>().notNull(),
    createdAt: instant('created_at').notNull(),
    resolvedAt: instant('resolved_at'),
    /** Lower-cased email or name. */
    agent: text('agent'),
    priority: smallint('priority'),
    escalationLevel: integer('escalation_level').notNull(),
    /** Imported: createdAt when escalationLevel > 0. Live: when it was escalated. */
    escalatedAt: instant('escalated_at'),
    breached: boolean('breached').notNull(),
    /** Imported: createdAt when breached. Live: the due instant that was missed. */
    breachedAt: instant('breached_at'),
    title: text('title'),
  },
  (t) => [
    uniqueIndex('ticket_logs_ticket_key').on(t.ticketId).where(sql`${t.ticketId} IS NOT NULL`),
    uniqueIndex('ticket_logs_external_key').on(t.externalId).where(sql`${t.externalId} IS NOT NULL`),
    index('ticket_logs_created_idx').on(t.createdAt),
    index('ticket_logs_resolved_idx').on(t.resolvedAt).where(sql`${t.resolvedAt} IS NOT NULL`),
    index('ticket_logs_escalated_idx').on(t.escalatedAt).where(sql`${t.escalatedAt} IS NOT NULL`),
    index('ticket_logs_breached_idx').on(t.breachedAt).where(sql`${t.breachedAt} IS NOT NULL`),
  ],
);

/** The lengths of the stretches that buckets sum up; a report reads few long ones in place of many short ones. */
export type StoredSpan = 'DAY' | 'MONTH' | 'YEAR';

/**
 * What happened in one UTC day, month or year in one tier. Days derive from ticket_logs, months from days, years from
 * months; all can be rebuilt at any time. A stretch in which nothing happened has no row.
 */
export const reportBuckets = pgTable(
  'report_buckets',
  {
    span: text('span').$type<StoredSpan>().notNull(),
    /** The first day of the stretch. */
    start: date('start', { mode: 'string' }).notNull(),
    tier: text('tier').$type<ClientTier>().notNull(),
    /** Logs created in the stretch. */
    opened: integer('opened').notNull(),
    /** Of those, the ones with escalationLevel > 0. */
    openedEscalated: integer('opened_escalated').notNull(),
    /** Logs with resolvedAt in the stretch, by their status. */
    resolved: integer('resolved').notNull(),
    closed: integer('closed').notNull(),
    resolutionMs: bigint('resolution_ms', { mode: 'bigint' }).notNull(),
    /** Mergeable sketch of the resolution times, encoded by domain/report/sketch.ts. */
    resolutionSketch: bytea('resolution_sketch').notNull(),
    escalated: integer('escalated').notNull(),
    breached: integer('breached').notNull(),
  },
  (t) => [primaryKey({ columns: [t.span, t.start, t.tier] })],
);

/** What one agent resolved in one UTC day, month or year; derived like `reportBuckets`. */
export const reportAgentBuckets = pgTable(
  'report_agent_buckets',
  {
    span: text('span').$type<StoredSpan>().notNull(),
    start: date('start', { mode: 'string' }).notNull(),
    agent: text('agent').notNull(),
    resolved: integer('resolved').notNull(),
    resolutionMs: bigint('resolution_ms', { mode: 'bigint' }).notNull(),
    breached: integer('breached').notNull(),
  },
  (t) => [primaryKey({ columns: [t.span, t.start, t.agent] })],
);

/**
 * Days whose buckets no longer match the logs. Append-only on purpose: a mark is a row of its own, committed with the
 * logs it speaks of, so that a recomputation can never swallow a mark whose logs it did not see.
 */
export const reportDirtyDays = pgTable(
  'report_dirty_days',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    day: date('day', { mode: 'string' }).notNull(),
  },
  (t) => [index('report_dirty_days_day_idx').on(t.day)],
);
