import { and, type SQL, sql } from 'drizzle-orm';
import { type CursorValue, decodeCursor, encodeCursor } from '../../application/cursor.ts';
import { type Page, pageOf } from '../../application/page.ts';
import type { ShownSlaState, TicketFilter, TicketListQuery, TicketSort } from '../../application/ticket/ports.ts';
import { invalid } from '../../domain/domain-error.ts';
import { parseReference, type Ticket } from '../../domain/ticket.ts';
import type { Sql } from './database.ts';
import { tickets } from './schema/tickets.ts';
import { ticketColumns, toTicket } from './ticket-rows.ts';

/** How each order is compared and how its value stands in a cursor; each has an index of (value, id). */
const SORTS: Record<TicketSort, { by: SQL; cursorType: SQL; position: (ticket: Ticket) => CursorValue }> = {
  CREATED_AT: {
    by: sql`${tickets.createdAt}`,
    cursorType: sql`timestamptz`,
    position: (t) => t.createdAt.toISOString(),
  },
  UPDATED_AT: {
    by: sql`${tickets.updatedAt}`,
    cursorType: sql`timestamptz`,
    position: (t) => t.updatedAt.toISOString(),
  },
  DUE_AT: {
    by: sql`coalesce(${tickets.slaDueAt}, 'infinity'::timestamptz)`,
    cursorType: sql`timestamptz`,
    position: (t) => t.clock.dueAt?.toISOString() ?? 'infinity',
  },
  PRIORITY: { by: sql`${tickets.priority}`, cursorType: sql`smallint`, position: (t) => t.priority },
  NUMBER: { by: sql`${tickets.number}`, cursorType: sql`integer`, position: (t) => t.number },
};

/** One page by keyset or by page number; see listTickets for who may ask for what. */
export async function listTicketPage(db: Sql, query: TicketListQuery): Promise<Page<Ticket>> {
  const { sort, direction, first, after, page } = query;
  const { by, cursorType, position } = SORTS[sort];
  const kind = `tickets:${sort}:${direction}`;
  const filter = and(...conditions(query.filter));
  const [value, id] = after === null ? [] : cursorOf(kind, after);
  const beyond = direction === 'ASC' ? sql`>` : sql`<`;
  const keyset =
    after === null ? undefined : sql`(${by}, ${tickets.id}) ${beyond} (${value}::${cursorType}, ${id}::uuid)`;
  const order =
    direction === 'ASC' ? [sql`${by} ASC`, sql`${tickets.id} ASC`] : [sql`${by} DESC`, sql`${tickets.id} DESC`];
  const rows = await db
    .select(ticketColumns)
    .from(tickets)
    .where(and(filter, keyset))
    .orderBy(...order)
    .limit(first + 1)
    .offset(page === null ? 0 : (page - 1) * first);
  return pageOf(
    rows,
    first,
    (row) => {
      const ticket = toTicket(row);
      return { cursor: encodeCursor(kind, [position(ticket), ticket.id]), node: ticket };
    },
    {
      hasPreviousPage: after !== null || (page !== null && page > 1),
      totalCount: async () => {
        const [counted] = await db
          .select({ count: sql<number>`count(*)`.mapWith(Number) })
          .from(tickets)
          .where(filter);
        return counted?.count ?? 0;
      },
    },
  );
}

function cursorOf(kind: string, after: string): readonly CursorValue[] {
  const values = decodeCursor(kind, after);
  if (values.length === 2) return values;
  throw invalid('after', 'This cursor is damaged. Use one that the server handed out.');
}

function conditions(filter: TicketFilter): (SQL | undefined)[] {
  const { status, priority, clientId, tier, assigneeId, unassigned, slaState, dueBefore, from, to, tag, search } =
    filter;
  return [
    filter.includeDeleted ? undefined : sql`${tickets.deletedAt} IS NULL`,
    status ? sql`${tickets.status} = ANY(${sql.param([...status])}::text[])` : undefined,
    priority ? sql`${tickets.priority} = ANY(${sql.param([...priority])}::smallint[])` : undefined,
    clientId ? sql`${tickets.clientId} = ${clientId}` : undefined,
    tier ? sql`${tickets.clientId} IN (SELECT id FROM clients WHERE tier = ${tier})` : undefined,
    assigneeId ? sql`${tickets.assigneeId} = ${assigneeId}` : undefined,
    unassigned === true ? sql`${tickets.assigneeId} IS NULL` : undefined,
    unassigned === false ? sql`${tickets.assigneeId} IS NOT NULL` : undefined,
    slaState ? shownIn(slaState) : undefined,
    dueBefore
      ? sql`coalesce(${tickets.slaDueAt}, 'infinity'::timestamptz) < ${dueBefore.toISOString()}::timestamptz`
      : undefined,
    from ? sql`${tickets.createdAt} >= ${from.toISOString()}::timestamptz` : undefined,
    to ? sql`${tickets.createdAt} < ${to.toISOString()}::timestamptz` : undefined,
    typeof tag === 'string' ? sql`${tickets.tags} @> ${sql.param([tag.trim()])}::text[]` : undefined,
    typeof search === 'string' ? found(search.trim()) : undefined,
  ];
}

/** BREACHED hides the state beside it for the rest of the cycle, as the API shows it. */
function shownIn(states: readonly ShownSlaState[]): SQL {
  const unbroken = states.filter((state) => state !== 'BREACHED');
  const parts = [
    ...(states.includes('BREACHED') ? [sql`${tickets.slaBreachedAt} IS NOT NULL`] : []),
    ...(unbroken.length > 0
      ? [sql`(${tickets.slaBreachedAt} IS NULL AND ${tickets.slaState} = ANY(${sql.param(unbroken)}::text[]))`]
      : []),
  ];
  return parts.length === 0 ? sql`false` : sql`(${sql.join(parts, sql` OR `)})`;
}

/** Each source of a hit through its own index; an OR over them would scan the table. */
function found(search: string): SQL {
  const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  const number = parseReference(search);
  const sources = [
    ...(number === null ? [] : [sql`SELECT id FROM tickets WHERE number = ${number}`]),
    ...(search.length < 3
      ? []
      : [
          sql`SELECT id FROM tickets WHERE lower(title || ' ' || description) LIKE lower(${pattern})`,
          sql`SELECT t.id FROM tickets t JOIN clients c ON c.id = t.client_id WHERE lower(c.name) LIKE lower(${pattern})`,
        ]),
  ];
  return sql`${tickets.id} IN (${sql.join(sources, sql` UNION `)})`;
}
