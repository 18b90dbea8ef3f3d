import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TicketListQuery } from '../src/application/ticket/ports.ts';
import { failure } from './support/desk.ts';
import { createRandomTickets, type RandomTickets } from './support/random-tickets.ts';

let made: RandomTickets;
beforeAll(async () => {
  made = await createRandomTickets();
});
afterAll(() => made.desk[Symbol.asyncDispose]());

describe('a search', () => {
  it.each([
    ['100%', ['100% CPU']],
    ['snake_c', ['snake_case']],
    ['k\\s', ['back\\slash']],
    ['ärger', ['ÄRGER im Büro']],
    ['BÜRO', ['ÄRGER im Büro']],
  ])('for %s takes it literally, in any case', async (search, titles) => {
    const found = (await made.list({ search })).items.map(({ node }) => node.title);
    expect(found.length).toBeGreaterThan(0);
    expect([...new Set(found)]).toEqual(titles);
  });

  it('finds by the name of the client, wildcards literal', async () => {
    const found = (await made.list({ search: 'ACME 50%' })).items.map(
      ({ node }) => made.clients.get(node.clientId)?.name,
    );
    expect(found.length).toBeGreaterThan(0);
    expect([...new Set(found)]).toEqual(['Acme 50%']);
  });

  it.each(['TSP-%', 'tsp%', '#%', '%', ' tsp - % '])('finds a ticket by its number, written %s', async (form) => {
    const wanted = made.all.find((ticket) => !ticket.deletedAt);
    expect(await made.idsOf({ search: form.replace('%', `${wanted?.number}`) })).toContain(wanted?.id);
  });

  it.each(['', '  ', 'ab', '😀😀', 'x'.repeat(201), 'nul\0', 'half \ud800'])('for %j is refused', async (search) => {
    expect(await failure(made.list({ search }))).toMatchObject({
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
    const { details } = await failure(made.list(wrong, { page: 0 }));
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
    expect(await failure(made.list({}, { first }))).toMatchObject({ details: { fields: [{ path: 'first' }] } });
  });

  it('refuse page beside after', async () => {
    const { items } = await made.list({}, { first: 1 });
    const both = made.list({}, { page: 2, after: items[0]?.cursor ?? null });
    expect(await failure(both)).toMatchObject({ code: 'VALIDATION_FAILED', details: { fields: [{ path: 'page' }] } });
  });

  it('refuse cursors of another order, of another list, cut, edited, or made up', async () => {
    const { items } = await made.list({}, { first: 1 });
    const cursor = items[0]?.cursor ?? '';
    const forged = (body: string) => {
      let hash = 0x811c9dc5;
      for (const char of body) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
      return Buffer.from(`${(hash >>> 0).toString(36)}.${body}`).toString('base64url');
    };
    const bad: [string, Partial<TicketListQuery>][] = [
      [cursor, { direction: 'ASC' }],
      [cursor, { sort: 'NUMBER' }],
      [await made.desk.live.eventCursor(made.desk.admin), {}],
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
      const answer = await failure(made.list({}, { ...query, after })).catch((error: Error) => error.message);
      expect(answer, after).toMatchObject({ code: 'VALIDATION_FAILED', details: { fields: [{ path: 'after' }] } });
    }
  });
});
