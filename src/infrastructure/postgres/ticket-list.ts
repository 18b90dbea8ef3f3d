import { and, asc, desc, type SQL, sql } from 'drizzle-orm';
import { type CursorValue, encodeCursor } from '../../application/cursor.ts';
import { type Page, pageOf } from '../../application/page.ts';
import type { ShownSlaState, TicketFilter, TicketListQuery, TicketSort } from '../../application/ticket/ports.ts';
import { parseReference, type Ticket } from '../../domain/ticket.ts';
import type { Sql } from './database.ts';
import { isInstant, isWhole, keysetOf } from './keyset.ts';
import { tickets } from './schema/tickets.ts';
import { ticketColumns, toTicket } from './ticket-rows.ts';

/** How each order is compared and how its value stands in a cursor; each has an index of (value, id). */
export interface Sort {
  readonly by: SQL;
  readonly cursorType: SQL;
  readonly fits: (value: unknown) => boolean;
  readonly position: (ticket: Ticket) => CursorValue;
}

export const SORTS: Record<TicketSort, Sort> = {
  CREATED_AT: {
    by: sql`${tickets.createdAt}`,
    cursorType: sql`timestamptz`,
    fits: isInstant,
    position: (t) => t.createdAt.toISOString(),
  },
  UPDATED_AT: {
    by: sql`${tickets.updatedAt}`,
    cursorType: sql`timestamptz`,
    fits: isInstant,
    position: (t) => t.updatedAt.toISOString(),
  },
  DUE_AT: {
    by: sql`coalesce(${tickets.slaDueAt}, 'infinity'::timestamptz)`,
    cursorType: sql`timestamptz`,
    fits: isInstant,
    position: (t) => t.clock.dueAt?.toISOString() ?? 'infinity',
  },
  PRIORITY: {
    by: sql`${tickets.priority}`,
    cursorType: sql`smallint`,
    fits: isWhole(32_767),
    position: (t) => t.priority,
  },
  NUMBER: {
    by: sql`${tickets.number}`,
    cursorType: sql`integer`,
    fits: isWhole(2_147_483_647),
    position: (t) => t.number,
  },
};

/** Which tickets, from where on, and in which order. */
export function partsOf({ sort, direction, first, after, page, filter }: TicketListQuery) {
  const { by, cursorType, fits } = SORTS[sort];
  const kind = `tickets:${sort}:${direction}`;
  const last = after === null ? null : keysetOf(kind, after, fits);
  const beyond = direction === 'ASC' ? sql`>` : sql`<`;
  const keyset = last && sql`(${by}, ${tickets.id}) ${beyond} (${last.value}::${cursorType}, ${last.id}::uuid)`;
  // Numbers are unique: nothing else decides.
  const order = (sort === 'NUMBER' ? [by] : [by, sql`${tickets.id}`]).map((each) =>
    direction === 'ASC' ? asc(each) : desc(each),
  );
  const wanted = conditions(filter).filter((condition) => condition !== undefined);
  return {
    kind,
    filter: and(...wanted),
    where: and(...wanted, keyset ?? undefined),
    /** Whether nothing but "is kept" decides which tickets belong to the list. */
    isUnfiltered: wanted.length <= (filter.includeDeleted ? 0 : 1),
    order,
    offset: page === null ? 0 : (page - 1) * first,
    hasPreviousPage: after !== null || (page !== null && page > 1),
  };
}

/** How many tickets fulfil the condition. */
export async function countTickets(db: Sql, filter: SQL | undefined): Promise<number> {
  const [counted] = await db
    .select({ count: sql<number>`count(*)`.mapWith(Number) })
    .from(tickets)
    .where(filter);
  return counted?.count ?? 0;
}

/** One page by keyset or by page number; see listTickets for who may ask for what. */
export async function listTicketPage(db: Sql, query: TicketListQuery): Promise<Page<Ticket>> {
  const { sort, first } = query;
  const { kind, filter, where, order, offset, hasPreviousPage } = partsOf(query);
  const rows = await db
    .select(ticketColumns)
    .from(tickets)
    .where(where)
    .orderBy(...order)
    .limit(first + 1)
    .offset(offset);
  return pageOf(
    rows,
    first,
    (row) => {
      const ticket = toTicket(row);
      return { cursor: encodeCursor(kind, [SORTS[sort].position(ticket), ticket.id]), node: ticket };
    },
    { hasPreviousPage, totalCount: () => countTickets(db, filter) },
  );
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
    typeof search === 'string' ? found(search.trim(), filter.includeDeleted === true) : undefined,
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

/** Of the rows with the telling word, so many are read to look for the whole text; with more of them the index is asked for all of it. */
const MOST_TOLD = 1_000;

/** Each source of a hit through its own index; an OR over them would scan the table. */
function found(search: string, includeDeleted: boolean): SQL {
  const pattern = patternOf(search);
  const number = parseReference(search);
  // The index by client holds kept tickets only, and is used only where the statement says the same.
  const kept = includeDeleted ? sql`` : sql` AND t.deleted_at IS NULL`;
  const sources = [
    ...(number === null ? [] : [sql`SELECT id FROM tickets WHERE number = ${number}`]),
    ...(search.length < 3
      ? []
      : [
          withWords(search),
          sql`SELECT t.id FROM tickets t JOIN clients c ON c.id = t.client_id WHERE lower(c.name) LIKE lower(${pattern})${kept}`,
        ]),
  ];
  return sql`${tickets.id} IN (${sql.join(sources, sql` UNION `)})`;
}

/**
 * Tickets with the text in their words. For "order 820171" the index would go through what every ticket with an order has, which grows
 * with the desk; few have "820171", and whether these have all of it is seen in them. One statement decides: it reads the few, and when
 * they turn out to be many it asks the index for the whole text instead.
 */
function withWords(search: string): SQL {
  const whole = sql`words LIKE lower(${patternOf(search)})`;
  const word = tellingWord(search);
  if (word === undefined) return sql`SELECT ticket_id FROM ticket_search WHERE ${whole}`;
  // Planned as if all were wanted: for a few of them, and a word that it does not know, Postgres would rather read the whole table.
  const having = sql`SELECT ticket_id, words FROM ticket_search WHERE words LIKE lower(${threesOf(word)})`;
  return sql`(WITH telling AS MATERIALIZED (${having}), told AS MATERIALIZED (SELECT * FROM telling LIMIT ${MOST_TOLD + 1})
    SELECT ticket_id FROM told WHERE (SELECT count(*) FROM told) <= ${MOST_TOLD} AND ${whole}
    UNION ALL SELECT ticket_id FROM ticket_search WHERE (SELECT count(*) FROM told) > ${MOST_TOLD} AND ${whole})`;
}

/** "%820%171%" of "820171": the index then reads two lists instead of four, and what it finds too many is seen in the row. */
function threesOf(word: string): string {
  return `%${(word.match(/.{3}/g) ?? []).join('%')}%`;
}

/** The longest word with a digit among several: numbers and codes are rare, and three letters of any other word are not. */
function tellingWord(search: string): string | undefined {
  const words = search.match(/[a-z0-9]{4,}/gi) ?? [];
  const [longest] = words.filter((word) => /\d/.test(word)).sort((a, b) => b.length - a.length);
  return longest === search ? undefined : longest;
}

function patternOf(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
