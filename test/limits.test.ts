import { getIntrospectionQuery, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureOperations } from '../src/interfaces/graphql/validation/operation-size.ts';
import { type Answer, type AnswerError, startEdge } from './support/edge-server.ts';

let server: Awaited<ReturnType<typeof startEdge>>;
beforeAll(async () => {
  server = await startEdge({ websocket: { operations: 'all' } });
});
afterAll(() => server.close());

async function overHttp(query: string) {
  const { response, errors } = await server.query(query);
  return { status: response.status, errors: errors ?? [] };
}

async function overSocket(query: string): Promise<readonly AnswerError[]> {
  const socket = await server.socket();
  socket.subscribe('1', query);
  const { type, payload } = await socket.next();
  socket.raw.close();
  if (type === 'error') return payload as AnswerError[];
  return (payload as Answer).errors ?? [];
}

const friends = (depth: number): string => `{ person { ${'friend { '.repeat(depth - 2)}id ${'} '.repeat(depth - 2)}} }`;
const aliases = (count: number): string =>
  `{ person { ${Array.from({ length: count }, (_, i) => `a${i}: id`).join(' ')} } }`;
const roots = (count: number): string => `{ ${Array.from({ length: count }, () => 'hello').join(' ')} }`;
const directives = (count: number): string => `{ person { ${'id @skip(if: false) '.repeat(count)} } }`;
/** 3 tokens, and 2 for each id after the first. */
const tokens = (count: number): string => `{ person { ${'id '.repeat(count - 5)} } ${' '.repeat(3)}}`;

describe.each([
  ['depth', 15, friends],
  ['aliases', 30, aliases],
  ['rootFields', 20, roots],
  ['directives', 50, directives],
] as const)('the limit of %s', (limit, max, make) => {
  it(`lets ${max} through`, async () => {
    expect(await overHttp(make(max))).toEqual({ status: 200, errors: [] });
    expect(await overSocket(make(max))).toEqual([]);
  });

  it(`refuses ${max + 1} over HTTP and WebSocket, and says which limit it was`, async () => {
    const http = await overHttp(make(max + 1));
    expect(http.status).toBe(400);
    for (const errors of [http.errors, await overSocket(make(max + 1))]) {
      expect(errors).toHaveLength(1);
      expect(errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit, max, actual: max + 1 });
    }
  });
});

it('refuses a document of more than 5,000 tokens before it is parsed to its end', async () => {
  const http = await overHttp(tokens(5_001));
  for (const errors of [http.errors, await overSocket(tokens(5_001))]) {
    expect(errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 'tokens', max: 5_000, actual: 5_001 });
  }
});

it('says so when it did not count a document to its end', async () => {
  for (const [count, actual, said] of [
    [49_999, { actual: 49_999 }, 'this has 49999.'],
    [60_000, { actual: 50_000, atLeast: true }, 'this has at least 50000.'],
  ] as const) {
    const [error] = (await overHttp(tokens(count))).errors;
    const { code, requestId: _, ...details } = error?.extensions ?? {};
    expect([code, details]).toEqual(['LIMIT_EXCEEDED', { limit: 'tokens', max: 5_000, ...actual }]);
    expect(error?.message).toContain(said);
  }
});

it('counts fragments where they are spread', async () => {
  const { errors } = await overHttp(
    `{ person { ${'...F friend { ...F } '.repeat(8)} } } fragment F on Person { x: id y: name }`,
  );
  expect(errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 'aliases', actual: 32 });
});

it('counts root fields and depth inside fragments and inline fragments', async () => {
  const { errors } = await overHttp(
    `query { ...R ... on Query { ...R } } fragment R on Query { ${'hello '.repeat(11)} }`,
  );
  expect(errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 'rootFields', actual: 22 });
});

// Counted one by one these would not come to an end.
it('measures fragments that double with every line, and ones that spread themselves', () => {
  const bombs = Array.from({ length: 500 }, (_, i) => `fragment F${i} on Person { a: id ...F${i + 1} ...F${i + 1} }`);
  const bomb = parse(`{ person { ...F0 } } ${bombs.join(' ')} fragment F500 on Person { id ...F0 }`);
  const [size] = measureOperations(bomb).values();
  expect(size?.aliases).toBe(1_000_000);
});

it('leaves introspection out of the depth', async () => {
  const deep =
    '{ __type(name: "Person") { fields { type { ofType { ofType { ofType { ofType { ofType { ofType { ofType { ofType { ofType { ofType { ofType { ofType { name } } } } } } } } } } } } } } } }';
  expect(await overHttp(deep)).toEqual({ status: 200, errors: [] });
});

it('lets the introspection of tools through', async () => {
  const query = getIntrospectionQuery({
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
  });
  expect(await overHttp(query)).toEqual({ status: 200, errors: [] });
});

it('refuses introspection over both transports when it is off, and never says what a caller may have meant', async () => {
  await using closed = await startEdge({
    settings: { introspection: false, graphiql: false },
    websocket: { operations: 'all' },
  });
  const { errors } = await closed.query('{ __schema { types { name } } }');
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  const socket = await closed.socket();
  socket.subscribe('1', '{ __type(name: "Person") { name } }');
  const message = await socket.next();
  expect(message.type).toBe('error');
  expect(JSON.stringify(message.payload)).toContain('Introspection is off');
  socket.subscribe('2', '{ helo }');
  expect(JSON.stringify(await socket.next())).not.toContain('hello');
  expect((await closed.query('{ __typename }')).data).toEqual({ __typename: 'Query' });
});
