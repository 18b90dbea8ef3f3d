import { sql } from 'drizzle-orm';
import {
  boolean,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { BusinessCalendar } from '../../../domain/calendar/business-calendar.ts';
import type { BreachAction, ClientTier, TicketStatus } from '../../../domain/enums.ts';
import { instant } from './columns.ts';
import { clients, users } from './people.ts';

/** A stretch as stored: instants as RFC 3339 text, `to` null while it lasts. */
export interface StoredInterval {
  state: 'RUNNING' | 'PAUSED';
  from: string;
  to: string | null;
  reason: string;
}

export const ticketNumbers = pgSequence('ticket_number_seq', { startWith: 1001, cache: 1 });

export const tickets = pgTable(
  'tickets',
  {
    id: uuid('id').primaryKey(),
    number: integer('number').notNull().default(sql`nextval('ticket_number_seq')`),
    title: text('title').notNull(),
    description: text('description').notNull(),
    status: text('status').$type<TicketStatus>().notNull(),
    priority: smallint('priority').notNull(),
    tags: text('tags').array().notNull(),
    clientId: uuid('client_id')
      .notNull()
      .references(() => clients.id),
    assigneeId: uuid('assignee_id').references(() => users.id),
    createdById: uuid('created_by_id')
      .notNull()
      .references(() => users.id),
    /** Fingerprint of the creating input and caller: the same id with another fingerprint is a conflict. */
    createdFrom: text('created_from').notNull(),
    escalationLevel: integer('escalation_level').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    resolvedAt: instant('resolved_at'),
    closedAt: instant('closed_at'),
    deletedAt: instant('deleted_at'),
    version: integer('version').notNull(),
    slaTier: text('sla_tier').$type<ClientTier>().notNull(),
    slaPolicyVersion: integer('sla_policy_version').notNull(),
    slaCycle: integer('sla_cycle').notNull(),
    slaState: text('sla_state').$type<'RUNNING' | 'PAUSED' | 'MET'>().notNull(),
    slaStartedAt: instant('sla_started_at').notNull(),
    slaDueAt: instant('sla_due_at'),
    slaAtRiskAt: instant('sla_at_risk_at'),
    slaAtRiskAlertedAt: instant('sla_at_risk_alerted_at'),
    slaBreachedAt: instant('sla_breached_at'),
    slaDetectedAt: instant('sla_detected_at'),
    slaMetAt: instant('sla_met_at'),
    /** From where the ladder counts to its next level; before the breach: the edit that used up the time, or null. */
    slaLadderFrom: instant('sla_ladder_from'),
    slaNextEscalationAt: instant('sla_next_escalation_at'),
    slaAcknowledgedAt: instant('sla_acknowledged_at'),
    slaIntervals: jsonb('sla_intervals').$type<StoredInterval[]>().notNull(),
    /** The next instant at which the clock has something to say; null when it has not. What detection reads. */
    slaNextDeadlineAt: instant('sla_next_deadline_at'),
  },
  (t) => {
    const kept = sql`${t.deletedAt} IS NULL`;
    return [
      uniqueIndex('tickets_number_key').on(t.number),
      index('tickets_next_deadline_idx').on(t.slaNextDeadlineAt, t.id).where(sql`${t.slaNextDeadlineAt} IS NOT NULL`),
      index('tickets_created_idx').on(t.createdAt, t.id).where(kept),
      index('tickets_updated_idx').on(t.updatedAt, t.id).where(kept),
      // A ticket without a due instant sorts as never due, so that one keyset comparison serves the whole order.
      index('tickets_due_idx').on(sql`coalesce(${t.slaDueAt}, 'infinity'::timestamptz)`, t.id).where(kept),
      index('tickets_priority_idx').on(t.priority, t.id).where(kept),
      index('tickets_status_created_idx').on(t.status, t.createdAt, t.id).where(kept),
      index('tickets_client_created_idx').on(t.clientId, t.createdAt, t.id).where(kept),
      index('tickets_assignee_created_idx').on(t.assigneeId, t.createdAt, t.id).where(kept),
      index('tickets_sla_state_created_idx').on(t.slaState, t.createdAt, t.id).where(kept),
      index('tickets_breached_created_idx')
        .on(t.createdAt, t.id)
        .where(sql`${t.deletedAt} IS NULL AND ${t.slaBreachedAt} IS NOT NULL`),
      // A client whose tier changed: its tickets that are not settled.
      index('tickets_client_unsettled_idx').on(t.clientId).where(sql`${t.slaState} <> 'MET'`),
      index('tickets_sla_tier_policy_idx').on(t.slaTier, t.slaPolicyVersion).where(sql`${t.slaState} <> 'MET'`),
      // Without a list of pending entries: merging it would make some ticket's change wait.
      index('tickets_tags_idx').using('gin', t.tags).with({ fastupdate: false }),
    ];
  },
);

/**
 * The words of each ticket, for the search; triggers keep it. Apart from the ticket because a changed row comes into every index anew,
 * and a ticket changes often while its words hardly ever do.
 */
export const ticketSearch = pgTable(
  'ticket_search',
  {
    ticketId: uuid('ticket_id')
      .primaryKey()
      .references(() => tickets.id, { onDelete: 'cascade' }),
    /** Title and description in lower case. */
    words: text('words').notNull(),
  },
  // Its list of pending entries is short, so that whoever merges it is held up for milliseconds only.
  (t) => [
    index('ticket_search_words_idx').using('gin', sql`${t.words} gin_trgm_ops`).with({ gin_pending_list_limit: 256 }),
  ],
);

/** SLA cycles that a reopening ended; the running one is in `tickets`. */
export const slaCycles = pgTable(
  'sla_cycles',
  {
    ticketId: uuid('ticket_id')
      .notNull()
      .references(() => tickets.id),
    cycle: integer('cycle').notNull(),
    tier: text('tier').$type<ClientTier>().notNull(),
    policyVersion: integer('policy_version').notNull(),
    startedAt: instant('started_at').notNull(),
    dueAt: instant('due_at'),
    breachedAt: instant('breached_at'),
    detectedAt: instant('detected_at'),
    escalationLevel: integer('escalation_level').notNull().default(0),
    acknowledgedAt: instant('acknowledged_at'),
    metAt: instant('met_at'),
    intervals: jsonb('intervals').$type<StoredInterval[]>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.ticketId, t.cycle] })],
);

/** Every version of every policy; the one in force is the highest version of its tier. Rows never change. */
export const slaPolicies = pgTable(
  'sla_policies',
  {
    tier: text('tier').$type<ClientTier>().notNull(),
    version: integer('version').notNull(),
    resolutionMinutes: integer('resolution_minutes').notNull(),
    atRiskPercent: integer('at_risk_percent').notNull(),
    breachAction: text('breach_action').$type<BreachAction>().notNull(),
    escalateEveryMinutes: integer('escalate_every_minutes'),
    maxEscalationLevel: integer('max_escalation_level').notNull().default(3),
    /** null: round the clock. */
    calendar: jsonb('calendar').$type<BusinessCalendar>(),
    changedById: uuid('changed_by_id').references(() => users.id),
    changedAt: instant('changed_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tier, t.version] })],
);

export const escalations = pgTable(
  'escalations',
  {
    id: uuid('id').primaryKey(),
    ticketId: uuid('ticket_id')
      .notNull()
      .references(() => tickets.id),
    cycle: integer('cycle').notNull(),
    level: integer('level').notNull(),
    reason: text('reason').notNull(),
    escalatedAt: instant('escalated_at').notNull(),
    acknowledgedById: uuid('acknowledged_by_id').references(() => users.id),
    acknowledgedAt: instant('acknowledged_at'),
  },
  // Exactly once: however many workers see the same breach, one row can exist.
  (t) => [uniqueIndex('escalations_once_key').on(t.ticketId, t.cycle, t.level)],
);

export const comments = pgTable(
  'comments',
  {
    id: uuid('id').primaryKey(),
    ticketId: uuid('ticket_id')
      .notNull()
      .references(() => tickets.id),
    authorId: uuid('author_id')
      .notNull()
      .references(() => users.id),
    body: text('body').notNull(),
    internal: boolean('internal').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [index('comments_ticket_idx').on(t.ticketId, t.createdAt, t.id)],
);
