import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TicketFilter, TicketListQuery, TicketSort } from '../src/application/ticket/ports.ts';
import { TICKET_STATUSES } from '../src/domain/enums.ts';
import { parseReference } from '../src/domain/ticket.ts';
import { MINUTE } from './support/desk.ts';
import { createRandomTickets, matches, type RandomTickets, sorted, TAGS } from './support/random-tickets.ts';

const SORTS: TicketSort[] = ['CREATED_AT', 'UPDATED_AT', 'DUE_AT', 'PRIORITY', 'NUMBER'];
let made: RandomTickets;
beforeAll(async () => {
  made = await createRandomTickets();
});
afterAll(() => made.desk[Symbol.asyncDispose]());

/** Every page by cursor, from the first to the last. */
async function pages(filter: TicketFilter, query: Partial<TicketListQuery>): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const page = await made.list(filter, { ...query, after });
    expect(page.hasPreviousPage).toBe(after !== null);
    ids.push(...page.items.map(({ node }) => node.id));
    if (!page.hasNextPage) return ids;
    expect(page.items.length).toBe(query.first);
    after = page.items.at(-1)?.cursor ?? null;
  }
}

const instant = fc.integer({ min: 0, max: 89 }).map((i) => made.all[i]?.createdAt ?? null);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 });
const filters = () =>
  fc.record({
    status: optional(fc.subarray([...TICKET_STATUSES], { minLength: 1 })),
    priority: optional(fc.subarray([1, 2, 3, 4], { minLength: 1 })),
    clientId: optional(fc.constantFrom(...made.clients.keys())),
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
            made.all.filter((ticket) => matches(ticket, filter, made.clients)),
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
      made.all.filter((ticket) => !ticket.deletedAt),
      sort,
      direction,
    );
    expect(await pages({}, { sort, direction, first: 17 })).toEqual(expected);
    const byNumber: string[] = [];
    for (let page = 1; byNumber.length < expected.length; page += 1) {
      const read = await made.list({}, { sort, direction, first: 30, page });
      byNumber.push(...read.items.map(({ node }) => node.id));
      expect([read.hasPreviousPage, read.hasNextPage]).toEqual([page > 1, byNumber.length < expected.length]);
    }
    expect(byNumber).toEqual(expected);
    expect((await made.list({}, { sort, direction, page: 99 })).items).toEqual([]);
  });

  it('by due instant ends with the tickets that have none', async () => {
    const read = await made.list({}, { sort: 'DUE_AT', direction: 'ASC' });
    const due = read.items.map(({ node }) => node.clock.dueAt !== null);
    expect(due.filter((has) => !has).length).toBeGreaterThan(3);
    expect(due).toEqual(due.toSorted((a, b) => Number(b) - Number(a)));
  });

  it('counts only when it is asked to', async () => {
    const query = made.desk.db.pool.query;
    let statements = 0;
    made.desk.db.pool.query = function counted(this: unknown, ...args: unknown[]) {
      statements += 1;
      return Reflect.apply(query, this, args);
    } as typeof query;
    const page = await made.list({ status: ['OPEN'] }, { first: 1 });
    expect(statements).toBe(1);
    const expected = made.all.filter((ticket) => matches(ticket, { status: ['OPEN'] }, made.clients)).length;
    expect(await page.totalCount()).toBe(expected);
    expect(statements).toBe(2);
    made.desk.db.pool.query = query;
  });

  it('shows deleted tickets to leads who ask for them, and to no agent', async () => {
    const deleted = made.all.filter((ticket) => ticket.deletedAt);
    expect(deleted.length).toBeGreaterThan(0);
    expect(await made.idsOf({ includeDeleted: true })).toHaveLength(made.all.length);
    expect(await made.idsOf({ includeDeleted: true }, {}, made.agent)).toEqual(await made.idsOf());
  });
});
