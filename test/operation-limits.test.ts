import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSchema } from '../src/compose-schema.ts';
import { costOf } from '../src/interfaces/graphql/validation/cost.ts';
import { DOCUMENT_LIMITS } from '../src/interfaces/graphql/validation/limits.ts';
import { type Answer, type AnswerError, startEdge } from './support/edge-server.ts';

const schema = composeSchema();

function cost(query: string, variables: Record<string, unknown> = {}): number {
  const document = parse(query);
  const [operation] = document.definitions;
  if (operation?.kind !== 'OperationDefinition') throw new Error('The operation comes first.');
  return costOf(schema, document, operation, variables);
}

describe('the cost of an operation', () => {
  it.each([
    ['{ __typename }', 0],
    ['{ eventCursor }', 0],
    ['{ me { id name } }', 1],
    ['{ ticket(id: "1") { id client { name } assignee { name } } }', 3],
    ['{ tickets { nodes { id } } }', 20],
    ['{ tickets(first: 100) { nodes { id } } }', 100],
    ['{ tickets(first: 100) { edges { cursor node { id } } pageInfo { endCursor } } }', 100],
    ['{ tickets(first: 3) { totalCount } }', 13],
    ['{ tickets(first: 10) { nodes { client { id } assignee { id } } } }', 30],
    ['{ tickets(first: 10) { nodes { comments(first: 5) { nodes { author { id } } } } } }', 110],
    ['{ tickets(first: 10) { nodes { escalations { id } } } }', 60],
    ['{ clients(first: 500) { id } users { id } }', 600],
    ['mutation { deleteTicket(id: "1") { id } }', 11],
    ['mutation { logoutEverywhere }', 10],
    ['subscription { ticketEvents { cursor ticket { id } } }', 2],
    ['{ reports { averageResolution { tier } } }', 56],
    ['{ __schema { types { name } } }', 0],
  ])('of %s is %i', (query, expected) => {
    expect(cost(query)).toBe(expected);
  });

  it('is the same however the operation is cut into fragments and aliases', () => {
    const whole = '{ tickets(first: 7) { nodes { client { id } comments(first: 3) { nodes { id } } } } }';
    const cut = `{ ...Q } fragment Q on Query { t: tickets(first: 7) { ...C } }
      fragment C on TicketConnection { ... { nodes { ... on Ticket { client { id } } ...N } } }
      fragment N on Ticket { comments(first: 3) { nodes { id } } }`;
    expect(cost(whole)).toBe(7 * (1 + 1 + 3));
    expect(cost(cut)).toBe(cost(whole));
  });

  it('takes sizes from variables, their defaults, and the defaults of the schema', () => {
    const query = 'query ($n: Int! = 7) { tickets(first: $n) { nodes { id } } }';
    expect(cost(query, { n: 50 })).toBe(50);
    expect(cost(query)).toBe(7);
    expect(cost('query ($n: Int) { tickets(first: $n) { nodes { id } } }')).toBe(20);
  });

  it('leaves out what @skip and @include leave out', () => {
    const query =
      'query ($no: Boolean!) { me @skip(if: $no) { id } tickets(first: 9) @include(if: false) { nodes { id } } }';
    expect(cost(query, { no: true })).toBe(0);
    expect(cost(query, { no: false })).toBe(1);
  });

  it('ends at a billion, however often fragments double', () => {
    const fragments = Array.from(
      { length: 60 },
      (_, i) =>
        `fragment F${i} on Ticket { comments(first: 100) { nodes { author { id } } } ...F${i + 1} ...F${i + 1} }`,
    );
    const query = `{ tickets(first: 100) { nodes { ...F0 } } } ${fragments.join(' ')} fragment F60 on Ticket { id }`;
    expect(cost(query)).toBe(1_000_000_000);
  });

  it('lets a full dashboard through, and not a hundred of each of a hundred of each of a hundred', () => {
    const dashboard = `{ tickets(first: 100) { totalCount pageInfo { hasNextPage } nodes { id title client { name tier }
      assignee { name } sla { dueAt cycles { startedAt } } comments(first: 20) { totalCount nodes { body author { name } } } } } }`;
    expect(cost(dashboard)).toBeLessThanOrEqual(DOCUMENT_LIMITS.cost);
    const thrice = `{ tickets(first: 100) { nodes { history(first: 100) { nodes { ticket { comments(first: 100) { nodes { id } } } } } } } }`;
    expect(cost(thrice)).toBeGreaterThan(DOCUMENT_LIMITS.cost);
  });
});

let server: Awaited<ReturnType<typeof startEdge>>;
beforeAll(async () => {
  server = await startEdge({ websocket: { operations: 'all' } });
});
afterAll(() => server.close());

/** The errors of an operation over HTTP, and over WebSocket. */
async function overBoth(query: string, variables?: Record<string, unknown>): Promise<readonly AnswerError[][]> {
  const { errors = [] } = await server.query(query, variables);
  const socket = await server.socket();
  socket.subscribe('1', query, variables);
  const { type, payload } = await socket.next();
  socket.raw.close();
  return [[...errors], [...(type === 'error' ? (payload as AnswerError[]) : ((payload as Answer).errors ?? []))]];
}

const people = (first: number, inner: number): string =>
  `{ people(first: ${first}) { nodes { friends(first: ${inner}) { nodes { id } } } } }`;

describe.each<
  [string, number, string, Record<string, unknown> | undefined, string, Record<string, unknown> | undefined]
>([
  ['cost', 20_000, people(100, 199), undefined, people(100, 200), undefined],
  [
    'cost',
    20_000,
    'query ($n: Int!) { people(first: 100) { nodes { friends(first: $n) { nodes { id } } } } }',
    { n: 199 },
    'query ($n: Int!) { people(first: 100) { nodes { friends(first: $n) { nodes { id } } } } }',
    { n: 200 },
  ],
  ['listItems', 1_000, ids(1_000), undefined, ids(1_001), undefined],
  [
    'listItems',
    1_000,
    'query ($ids: [Int!]) { ids(ids: $ids) }',
    { ids: many(1_000) },
    'query ($ids: [Int!]) { ids(ids: $ids) }',
    { ids: many(1_001) },
  ],
  [
    'listItems',
    1_000,
    'query ($in: AddInput!) { add(input: $in) }',
    { in: { priority: 1, inner: { numbers: many(1_000) } } },
    'query ($in: AddInput!) { add(input: $in) }',
    { in: { priority: 1, inner: { numbers: many(1_001) } } },
  ],
  ['operations', 50, operations(50), undefined, operations(51), undefined],
])('the limit of %s', (limit, max, fits, fitting, exceeds, exceeding) => {
  it(`is ${max}, and told with what there was`, async () => {
    // Without an operation's name fifty of them are refused for another reason.
    for (const errors of await overBoth(fits, fitting))
      expect(errors.filter(({ extensions }) => extensions.code === 'LIMIT_EXCEEDED')).toEqual([]);
    for (const errors of await overBoth(exceeds, exceeding)) {
      expect(errors).toHaveLength(1);
      expect(errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit, max });
      expect(errors[0]?.extensions.actual).toBeGreaterThan(max);
      expect(errors[0]?.message).toContain(`"${limit}" is ${max}`);
    }
  });
});

it('says which variable holds the list that is too long', async () => {
  const [errors] = await overBoth('query ($in: AddInput!) { add(input: $in) }', {
    in: { priority: 1, inner: { numbers: many(1_001) } },
  });
  expect(errors?.[0]?.message).toContain('"in.inner.numbers" has 1001');
});

it('runs nothing of an operation that costs too much', async () => {
  const before = server.edge.contexts.length;
  await overBoth(`{ hello ${people(100, 200).slice(1)}`);
  expect(server.edge.contexts.length).toBe(before);
});

it('refuses several operations in one request, and says how many there were', async () => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ query: '{ hello }' }, { query: '{ hello }' }]),
  });
  expect(response.status).toBe(400);
  const { errors } = (await response.json()) as Answer;
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 'batch', max: 1, actual: 2 });

  const socket = await server.socket();
  socket.send([{ id: '1', type: 'subscribe', payload: { query: '{ hello }' } }]);
  expect((await socket.closed).code).toBe(4400);
});

it('tells how large a body was that is larger than the limit', async () => {
  const { response, errors } = await server.query('{ hello }', { padding: 'x'.repeat(1_000_000) });
  expect(response.status).toBe(413);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', limit: 'body', max: 1_000_000 });
  expect(errors?.[0]?.extensions.actual).toBeGreaterThan(1_000_000);
});

function many(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function ids(count: number): string {
  return `{ ids(ids: [${many(count).join(' ')}]) }`;
}

function operations(count: number): string {
  return many(count)
    .map((i) => `query Q${i} { hello }`)
    .join(' ');
}
