import fc from 'fast-check';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TicketFilter, TicketListQuery, TicketSort } from '../src/application/ticket/ports.ts';
import type { Actor } from '../src/domain/actor.ts';
import { type ClientTier, TICKET_STATUSES, type TicketStatus } from '../src/domain/enums.ts';
import { parseReference, type Ticket } from '../src/domain/ticket.ts';
import { createDesk, failure, MINUTE, type TestDesk } from './support/desk.ts';

const SORTS: TicketSort[] = ['CREATED_AT', 'UPDATED_AT', 'DUE_AT', 'PRIORITY', 'NUMBER'];
const TITLES = [
  'Printer on fire',
  'PRINTER jam',
  '100% CPU',
  '100 CPU',
  'snake_case',
  'snakeXcase',
  'back\\slash',
  'ÄRGER im Büro',
];
const TAGS = ['vpn', 'mail', 'Straße'];

let desk: TestDesk;
let agent: Actor;
let all: Ticket[];
const clients = new Map<string, { name: string; tier: ClientTier }>();

const list = (filter: TicketFilter = {}, query: Partial<TicketListQuery> = {}, actor: Actor = desk.admin) =>
  desk.queries.listTickets(actor, {
    filter,
    sort: 'CREATED_AT',
    direction: 'DESC',
    first: 100,
    after: null,
    page: null,
    ...query,
  });
const idsOf = async (...query: Parameters<typeof list>) => (await list(...query)).items.map(({ node }) => node.id);

beforeAll(async () => {
  desk = await createDesk();
  agent = await desk.person('AGENT');
  let random = 3;
  const roll = (below: number) => {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((random / 2 ** 31) * below);
  };
  for (const [name, tier] of [
    ['Acme 50%', 'VIP'],
    ['Müller & Söhne', 'NORMAL'],
    ['acme_two', 'NORMAL'],
  ] as const) {
    const client = await desk.client(tier, name);
    clients.set(client.id, { name, tier });
  }
  const clientIds = [...clients.keys()];
  for (let i = 0; i < 90; i += 1) {
    // Now and then several at the same instant: ties are broken by id.
    desk.advance(roll(3) === 0 ? 0 : roll(40) * MINUTE);
    const ticket = await desk.ticket(clientIds[roll(3)] ?? '', {
      id: i % 2 === 0 ? v7() : crypto.randomUUID(),
      title: `${TITLES[roll(TITLES.length)]}`,
      description: roll(4) === 0 ? 'It smells of Öl' : '',
      priority: 1 + roll(4),
      tags: TAGS.filter(() => roll(3) === 0),
      assigneeId: [null, agent.id, desk.admin.id][roll(3)] ?? null,
    });
    const steps: TicketStatus[][] = [
      [],
      ['IN_PROGRESS'],
      ['PENDING'],
      ['RESOLVED'],
      ['CLOSED'],
      ['RESOLVED', 'IN_PROGRESS'],
    ];
    for (const status of steps[roll(steps.length)] ?? []) {
      desk.advance(roll(20) * MINUTE);
      await desk.mutations.changeTicketStatus(desk.admin, { id: ticket.id, status });
    }
    if (roll(10) === 0) await desk.mutations.deleteTicket(desk.admin, ticket.id);
    if (i % 20 === 0) await desk.jobs.detectBreaches();
  }
  const { rows } = await desk.db.pool.query<{ id: string }>('SELECT id FROM tickets');
  all = await Promise.all(rows.map(({ id }) => desk.stored(id)));
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
});

/** What a filter means, said without a database. */
function matches(ticket: Ticket, filter: TicketFilter): boolean {
  const { clock } = ticket;
  const client = clients.get(ticket.clientId);
  const shown = clock.breachedAt ? 'BREACHED' : clock.state;
  const due = clock.dueAt?.getTime() ?? Number.POSITIVE_INFINITY;
  const search = filter.search?.trim().toLowerCase();
  const texts = `${ticket.title} ${ticket.description}`.toLowerCase();
  return (
    (filter.includeDeleted === true || !ticket.deletedAt) &&
    (!filter.status || filter.status.includes(ticket.status)) &&
    (!filter.priority || filter.priority.includes(ticket.priority)) &&
    (!filter.clientId || ticket.clientId === filter.clientId) &&
    (!filter.tier || client?.tier === filter.tier) &&
    (!filter.assigneeId || ticket.assigneeId === filter.assigneeId) &&
    (typeof filter.unassigned !== 'boolean' || (ticket.assigneeId === null) === filter.unassigned) &&
    (!filter.slaState || filter.slaState.includes(shown)) &&
    (!filter.dueBefore || due < filter.dueBefore.getTime()) &&
    (!filter.from || ticket.createdAt >= filter.from) &&
    (!filter.to || ticket.createdAt < filter.to) &&
    (!filter.tag || ticket.tags.includes(filter.tag)) &&
    (!search ||
      (search.length >= 3 && (texts.includes(search) || (client?.name.toLowerCase().includes(search) ?? false))) ||
      ticket.number === parseReference(search))
  );
}

function sorted(tickets: readonly Ticket[], sort: TicketSort, direction: 'ASC' | 'DESC'): string[] {
  const value = (t: Ticket): number =>
    ({
      CREATED_AT: t.createdAt.getTime(),
      UPDATED_AT: t.updatedAt.getTime(),
      DUE_AT: t.clock.dueAt?.getTime() ?? Number.POSITIVE_INFINITY,
      PRIORITY: t.priority,
      NUMBER: t.number,
    })[sort];
  const compared = (a: Ticket, b: Ticket) =>
    value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : a.id < b.id ? -1 : 1;
  const ids = tickets.toSorted(compared).map(({ id }) => id);
  return direction === 'ASC' ? ids : ids.reverse();
}

/** Every page by cursor, from the first to the last. */
async function pages(filter: TicketFilter, query: Partial<TicketListQuery>): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const page = await list(filter, { ...query, after });
    expect(page.hasPreviousPage).toBe(after !== null);
    ids.push(...page.items.map(({ node }) => node.id));
    if (!page.hasNextPage) return ids;
    expect(page.items.length).toBe(query.first);
    after = page.items.at(-1)?.cursor ?? null;
  }
}

const instant = fc.integer({ min: 0, max: 89 }).map((i) => all[i]?.createdAt ?? null);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 });
const filters = () =>
  fc.record({
    status: optional(fc.subarray([...TICKET_STATUSES], { minLength: 1 })),
    priority: optional(fc.subarray([1, 2, 3, 4], { minLength: 1 })),
    clientId: optional(fc.constantFrom(...clients.keys())),
    tier: optional(fc.constantFrom('VIP' as const, 'NORMAL' as const)),
    unassigned: optional(fc.boolean()),
    slaState: optional(fc.subarray(['RUNNING', 'PAUSED', 'MET', 'BREACHED'] as const, { minLength: 1 })),
    dueBefore: optional(instant.map((at) => at && new Date(at.getTime() + 600 * MINUTE))),
    from: optional(instant),
    tag: optional(fc.constantFrom(...TAGS)),
    search: optional(
      fc
        .constantFrom(
          'printer',
          'PRINT',
          '100%',
          'e_c',
          'k\\s',
          'ärger',
          'BÜRO',
          'Öl',
          ' öl ',
          'müLLer',
          '1042',
          'TSP-1007',
          '#9',
        )
        .filter((text) => text.trim().length > 2 || parseReference(text) !== null),
    ),
    includeDeleted: optional(fc.boolean()),
  });

describe('a list', () => {
  it('holds what its filter means, in its order, through all pages by cursor without gap or repeat', async () => {
    await fc.assert(
      fc.asyncProperty(
        filters(),
        fc.constantFrom(...SORTS),
        fc.constantFrom('ASC' as const, 'DESC' as const),
        fc.integer({ min: 3, max: 40 }),
        async (filter, sort, direction, first) => {
          const expected = sorted(
            all.filter((ticket) => matches(ticket, filter)),
            sort,
            direction,
          );
          expect(await pages(filter, { sort, direction, first })).toEqual(expected);
        },
      ),
      { numRuns: 120, seed: 11 },
    );
  });

  it.each(
    SORTS.flatMap((sort) => [[sort, 'ASC'] as const, [sort, 'DESC'] as const]),
  )('by %s %s comes whole by cursors and by page numbers', async (sort, direction) => {
    const expected = sorted(
      all.filter((ticket) => !ticket.deletedAt),
      sort,
      direction,
    );
    expect(await pages({}, { sort, direction, first: 17 })).toEqual(expected);
    const byNumber: string[] = [];
    for (let page = 1; byNumber.length < expected.length; page += 1) {
      const read = await list({}, { sort, direction, first: 30, page });
      byNumber.push(...read.items.map(({ node }) => node.id));
      expect([read.hasPreviousPage, read.hasNextPage]).toEqual([page > 1, byNumber.length < expected.length]);
    }
    expect(byNumber).toEqual(expected);
    expect((await list({}, { sort, direction, page: 99 })).items).toEqual([]);
  });

  it('by due instant ends with the tickets that have none', async () => {
    const read = await list({}, { sort: 'DUE_AT', direction: 'ASC' });
    const due = read.items.map(({ node }) => node.clock.dueAt !== null);
    expect(due.filter((has) => !has).length).toBeGreaterThan(3);
    expect(due).toEqual(due.toSorted((a, b) => Number(b) - Number(a)));
  });

  it('counts only when it is asked to', async () => {
    const query = desk.db.pool.query;
    let statements = 0;
    desk.db.pool.query = function counted(this: unknown, ...args: unknown[]) {
      statements += 1;
      return Reflect.apply(query, this, args);
    } as typeof query;
    const page = await list({ status: ['OPEN'] }, { first: 1 });
    expect(statements).toBe(1);
    const expected = all.filter((ticket) => matches(ticket, { status: ['OPEN'] })).length;
    expect(await page.totalCount()).toBe(expected);
    expect(statements).toBe(2);
    desk.db.pool.query = query;
  });

  it('shows deleted tickets to leads who ask for them, and to no agent', async () => {
    const deleted = all.filter((ticket) => ticket.deletedAt);
    expect(deleted.length).toBeGreaterThan(0);
    expect(await idsOf({ includeDeleted: true })).toHaveLength(all.length);
    expect(await idsOf({ includeDeleted: true }, {}, agent)).toEqual(await idsOf());
  });
});

describe('a search', () => {
  it.each([
    ['100%', ['100% CPU']],
    ['snake_c', ['snake_case']],
    ['k\\s', ['back\\slash']],
    ['ärger', ['ÄRGER im Büro']],
    ['BÜRO', ['ÄRGER im Büro']],
  ])('for %s takes it literally, in any case', async (search, titles) => {
    const found = (await list({ search })).items.map(({ node }) => node.title);
    expect(found.length).toBeGreaterThan(0);
    expect([...new Set(found)]).toEqual(titles);
  });

  it('finds by the name of the client, wildcards literal', async () => {
    const found = (await list({ search: 'ACME 50%' })).items.map(({ node }) => clients.get(node.clientId)?.name);
    expect(found.length).toBeGreaterThan(0);
    expect([...new Set(found)]).toEqual(['Acme 50%']);
  });

  it.each(['TSP-%', 'tsp%', '#%', '%', ' tsp - % '])('finds a ticket by its number, written %s', async (form) => {
    const wanted = all.find((ticket) => !ticket.deletedAt);
    expect(await idsOf({ search: form.replace('%', `${wanted?.number}`) })).toContain(wanted?.id);
  });

  it.each(['', '  ', 'ab', '😀😀', 'x'.repeat(201), 'nul\0', 'half \ud800'])('for %j is refused', async (search) => {
    expect(await failure(list({ search }))).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { fields: [{ path: 'filter.search' }] },
    });
  });
});

describe('arguments', () => {
  it('are refused together, each by its path', async () => {
    const wrong = {
      clientId: 'x',
      assigneeId: 'y',
      unassigned: true,
      priority: [3, 9],
      from: new Date(5),
      to: new Date(5),
      search: 'a',
      tag: '\0',
    };
    const { details } = await failure(list(wrong, { page: 0 }));
    expect((details.fields as { path: string }[]).map(({ path }) => path).toSorted()).toEqual([
      'filter.assigneeId',
      'filter.clientId',
      'filter.priority.1',
      'filter.search',
      'filter.tag',
      'filter.to',
      'filter.unassigned',
      'page',
    ]);
  });

  it.each([0, 101, -1, 1.5, Number.NaN])('first: %s is refused', async (first) => {
    expect(await failure(list({}, { first }))).toMatchObject({ details: { fields: [{ path: 'first' }] } });
  });

  it('refuse page beside after', async () => {
    const { items } = await list({}, { first: 1 });
    const both = list({}, { page: 2, after: items[0]?.cursor ?? null });
    expect(await failure(both)).toMatchObject({ code: 'VALIDATION_FAILED', details: { fields: [{ path: 'page' }] } });
  });

  it('refuse cursors of another order, of another list, cut, edited, or made up', async () => {
    const { items } = await list({}, { first: 1 });
    const cursor = items[0]?.cursor ?? '';
    const forged = (body: string) => {
      let hash = 0x811c9dc5;
      for (const char of body) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
      return Buffer.from(`${(hash >>> 0).toString(36)}.${body}`).toString('base64url');
    };
    const bad: [string, Partial<TicketListQuery>][] = [
      [cursor, { direction: 'ASC' }],
      [cursor, { sort: 'NUMBER' }],
      [await desk.live.eventCursor(desk.admin), {}],
      [cursor.slice(0, -4), {}],
      [`x${cursor}`, {}],
      [`${cursor.slice(0, 20)}A${cursor.slice(21)}B`, {}],
      ['', {}],
      ['null', {}],
      ['%%%', {}],
      [forged('["tickets:CREATED_AT:DESC","soon","me"]'), {}],
      [forged('["tickets:CREATED_AT:DESC",null,7]'), {}],
      [forged('["tickets:CREATED_AT:DESC"]'), {}],
      [forged('["tickets:NUMBER:DESC",99999999999,"00000000-0000-4000-8000-000000000000"]'), { sort: 'NUMBER' }],
      [forged('["tickets:NUMBER:DESC",1.5,"00000000-0000-4000-8000-000000000000"]'), { sort: 'NUMBER' }],
      [forged('no JSON'), {}],
      [forged('7'), {}],
    ];
    for (const [after, query] of bad) {
      const answer = await failure(list({}, { ...query, after })).catch((error: Error) => error.message);
      expect(answer, after).toMatchObject({ code: 'VALIDATION_FAILED', details: { fields: [{ path: 'after' }] } });
    }
  });
});
