import { createHash } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { encodeCursor } from '../../application/cursor.ts';
import type {
  TicketCell,
  TicketColumn,
  TicketListQuery,
  TicketSort,
  TicketTable,
} from '../../application/ticket/ports.ts';
import type { Database } from './database.ts';
import { instantOf } from './instant-text.ts';
import type { StoredInterval } from './schema/tickets.ts';
import { countTickets, partsOf } from './ticket-list.ts';
import { toInterval } from './ticket-rows.ts';

/** Where each column stands. The page of tickets is named like the table that it is cut from, so that an order fits both. */
const COLUMNS: Record<TicketColumn, string> = {
  id: 'tickets.id',
  number: 'tickets.number',
  title: 'tickets.title',
  description: 'tickets.description',
  status: 'tickets.status',
  priority: 'tickets.priority',
  tags: 'tickets.tags',
  createdAt: 'tickets.created_at',
  updatedAt: 'tickets.updated_at',
  resolvedAt: 'tickets.resolved_at',
  closedAt: 'tickets.closed_at',
  deletedAt: 'tickets.deleted_at',
  version: 'tickets.version',
  clientId: 'tickets.client_id',
  clientName: 'client.name',
  clientTier: 'client.tier',
  clientCreatedAt: 'client.created_at',
  assigneeId: 'tickets.assignee_id',
  ...personColumns('assignee'),
  createdById: 'tickets.created_by_id',
  ...personColumns('createdBy'),
  escalationLevel: 'tickets.escalation_level',
  clockTier: 'tickets.sla_tier',
  policyVersion: 'tickets.sla_policy_version',
  cycle: 'tickets.sla_cycle',
  clockState: 'tickets.sla_state',
  startedAt: 'tickets.sla_started_at',
  dueAt: 'tickets.sla_due_at',
  atRiskAt: 'tickets.sla_at_risk_at',
  breachedAt: 'tickets.sla_breached_at',
  detectedAt: 'tickets.sla_detected_at',
  nextEscalationAt: 'tickets.sla_next_escalation_at',
  metAt: 'tickets.sla_met_at',
  intervals: 'tickets.sla_intervals',
};

function personColumns<P extends 'assignee' | 'createdBy'>(person: P) {
  const table = person === 'assignee' ? 'assignee' : 'creator';
  return {
    [`${person}Email`]: `${table}.email`,
    [`${person}Name`]: `${table}.name`,
    [`${person}Role`]: `${table}.role`,
    [`${person}Active`]: `${table}.active`,
    [`${person}CreatedAt`]: `${table}.created_at`,
  } as Record<`${P}${'Email' | 'Name' | 'Role' | 'Active' | 'CreatedAt'}`, string>;
}

/** The tables beside the tickets, joined to those of the page only, and only when they are asked for. */
const JOINS = [
  { table: 'client.', by: 'tickets.client_id', join: 'JOIN clients client ON client.id = tickets.client_id' },
  {
    table: 'assignee.',
    by: 'tickets.assignee_id',
    join: 'LEFT JOIN users assignee ON assignee.id = tickets.assignee_id',
  },
  { table: 'creator.', by: 'tickets.created_by_id', join: 'JOIN users creator ON creator.id = tickets.created_by_id' },
] as const;

/** The column that stands in a cursor of each order. */
const POSITIONS: Record<TicketSort, TicketColumn> = {
  CREATED_AT: 'createdAt',
  UPDATED_AT: 'updatedAt',
  DUE_AT: 'dueAt',
  PRIORITY: 'priority',
  NUMBER: 'number',
};

const dialect = new PgDialect();

/** One page by one statement, which reads `columns` and what a cursor is made of. */
export async function readTicketTable(
  db: Database,
  query: TicketListQuery,
  columns: readonly TicketColumn[],
): Promise<TicketTable> {
  const { first } = query;
  const { parts, statement, idAt, positionAt } = readingOf(query, columns);
  const rows = await db.rows(statement);
  return {
    rows: rows.slice(0, first) as TicketCell[][],
    hasNextPage: rows.length > first,
    hasPreviousPage: parts.hasPreviousPage,
    totalCount: () => countTickets(db.sql, parts.filter),
    cursorOf: (row) =>
      encodeCursor(parts.kind, [(row[positionAt] ?? 'infinity') as string | number, String(row[idAt])]),
  };
}

/** What is read for a page, and where its cursors' parts stand. */
interface Reading {
  readonly parts: ReturnType<typeof partsOf>;
  readonly statement: Parameters<Database['rows']>[0];
  readonly idAt: number;
  readonly positionAt: number;
}

/** The readings of first pages without a filter, which most callers ask for: making one anew takes as long as writing its rows. */
const firstPages = new Map<string, Reading>();

function readingOf(query: TicketListQuery, columns: readonly TicketColumn[]): Reading {
  const { sort, direction, first, after, page, filter } = query;
  const { includeDeleted, ...wanted } = filter;
  const isPlain = !includeDeleted && Object.values(wanted).every((each) => each === undefined || each === null);
  if (after !== null || page !== null || !isPlain) return newReading(query, columns);
  const key = [sort, direction, first, ...columns].join();
  const known = firstPages.get(key);
  if (known) return known;
  const reading = newReading(query, columns);
  if (firstPages.size < MOST_NAMES) firstPages.set(key, reading);
  return reading;
}

function newReading(query: TicketListQuery, columns: readonly TicketColumn[]): Reading {
  const parts = partsOf(query);
  const position = POSITIONS[query.sort];
  const read = [...new Set<TicketColumn>([...columns, 'id', position])];
  const { sql: text, params } = dialect.sqlToQuery(statementOf(read, parts, query.first));
  // With values to filter by, the plan for these values may be better than one for all.
  const statement = { text, values: params, types, ...(parts.isUnfiltered ? named(text) : {}) };
  return { parts, statement, idAt: read.indexOf('id'), positionAt: read.indexOf(position) };
}

/** The page is cut first: how it is found does not depend on what is shown of it. */
function statementOf(read: readonly TicketColumn[], parts: ReturnType<typeof partsOf>, first: number): SQL {
  const selected = read.map((column) => COLUMNS[column]);
  const joins = JOINS.filter(({ table }) => selected.some((column) => column.startsWith(table)));
  const order = sql.join(parts.order, sql`, `);
  const own = [...selected.filter((column) => column.startsWith('tickets.')), ...joins.map(({ by }) => by)];
  // The size stands in the text: for one that is not known Postgres would not keep a plan.
  const page = sql`SELECT ${sql.raw([...new Set(own)].join(', '))} FROM tickets${
    parts.where ? sql` WHERE ${parts.where}` : sql``
  } ORDER BY ${order} LIMIT ${sql.raw(String(first + 1))}${parts.offset > 0 ? sql` OFFSET ${parts.offset}` : sql``}`;
  if (joins.length === 0) return page;
  const beside = joins.map(({ join }) => join).join(' ');
  return sql`SELECT ${sql.raw(selected.join(', '))} FROM (${page}) AS tickets ${sql.raw(beside)} ORDER BY ${order}`;
}

/** A connection keeps what it has prepared for as long as it lives: so many statements get a name, the rest are parsed each time. */
const MOST_NAMES = 100;
const names = new Map<string, string>();

function named(text: string): { readonly name?: string } {
  const known = names.get(text);
  if (known !== undefined) return { name: known };
  if (names.size >= MOST_NAMES) return {};
  const name = `tickets ${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
  names.set(text, name);
  return { name };
}

const PARSERS = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.TIMESTAMPTZ, instantText],
  [pg.types.builtins.JSONB, (text) => () => (JSON.parse(text) as StoredInterval[]).map(toInterval)],
]);

const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number) => PARSERS.get(oid) ?? pg.types.getTypeParser(oid),
};

/** What Postgres writes as `2026-03-01 09:30:00.25+00`, as RFC 3339 with milliseconds. */
function instantText(text: string): string {
  // Another time zone of the session.
  if (!text.endsWith('+00')) return instantOf(text).toISOString();
  return `${text.slice(0, 10)}T${text.slice(11, 19)}${text.slice(19, -3).padEnd(4, text.length === 22 ? '.000' : '0')}Z`;
}
