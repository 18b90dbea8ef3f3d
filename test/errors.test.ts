import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, startEdge } from './support/edge-server.ts';

let server: Awaited<ReturnType<typeof startEdge>>;
beforeAll(async () => {
  server = await startEdge();
});
afterAll(() => server.close());

const post = async (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) => {
  const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
  return { status: response.status, ...((await response.json()) as Answer) };
};
const only = (answer: Answer) => {
  expect(answer.errors).toHaveLength(1);
  return answer.errors?.[0];
};

it('carries the code, the details and the request id of a domain error, with HTTP 200', async () => {
  const answer = await server.query('{ refused }', {}, { 'x-request-id': 'my-request-1' });
  expect(answer.response.status).toBe(200);
  expect(answer.data).toEqual({ refused: null });
  expect(only(answer)).toMatchObject({
    message: 'Give it a title.',
    path: ['refused'],
    extensions: {
      code: 'VALIDATION_FAILED',
      fields: [{ path: 'input.title', message: 'Give it a title.' }],
      requestId: 'my-request-1',
    },
  });
});

it('masks what nobody foresaw and logs it once with its stack and the request id', async () => {
  server.lines.length = 0;
  const answer = await server.query('{ boom }', {}, { 'x-request-id': 'my-request-2' });
  expect(JSON.stringify(answer.errors)).not.toMatch(/inner reason|secrets|stack/);
  expect(only(answer)?.extensions).toEqual({ code: 'INTERNAL', requestId: 'my-request-2' });
  const logged = server.lines.filter((line) => line.includes('the inner reason'));
  expect(logged).toHaveLength(1);
  expect(JSON.parse(logged[0] ?? '')).toMatchObject({
    level: 'error',
    requestId: 'my-request-2',
    err: { stack: expect.stringContaining('edge.ts') },
  });
});

it('tells a failure of the database as UNAVAILABLE, without its words', async () => {
  const answer = await server.query('{ database }');
  expect(only(answer)?.extensions).toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: 2 });
  expect(JSON.stringify(answer.errors)).not.toContain('10.0.0.7');
});

describe('a document', () => {
  it('with a syntax error is GRAPHQL_PARSE_FAILED', async () => {
    const answer = await server.query('{ hello(');
    expect(answer.response.status).toBe(400);
    expect(only(answer)?.extensions.code).toBe('GRAPHQL_PARSE_FAILED');
  });

  it('that does not fit the schema is GRAPHQL_VALIDATION_FAILED, without a guess at what was meant', async () => {
    const answer = await server.query('{ helo person { nam } add(input: { priority: 1, colour: REDD }) }');
    expect(answer.response.status).toBe(400);
    expect(new Set(answer.errors?.map(({ extensions }) => extensions.code))).toEqual(
      new Set(['GRAPHQL_VALIDATION_FAILED']),
    );
    expect(JSON.stringify(answer.errors)).not.toMatch(/did you mean|hello|"name"/i);
  });

  it('whose variables do not fit where they stand is GRAPHQL_VALIDATION_FAILED too', async () => {
    const { errors } = await server.query('query ($unused: Int, $name: Int) { hello(name: $name) }', { name: 'x' });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
      'GRAPHQL_VALIDATION_FAILED',
    ]);
  });

  it('with several operations and no name for one is VALIDATION_FAILED', async () => {
    const answer = await server.query('query A { hello } query B { hello }');
    expect(only(answer)?.extensions).toMatchObject({ code: 'VALIDATION_FAILED', fields: [{ path: 'operationName' }] });
  });
});

describe('variables', () => {
  const add = 'query ($input: AddInput!) { add(input: $input) }';

  it('that are wrong are named together, each by its path as the caller wrote it', async () => {
    const answer = await server.query(add, {
      input: { priority: 'high; at "x.y"', colour: 'GREEN', inner: { numbers: [1, 'two'] }, titel: 'x' },
    });
    expect(answer.response.status).toBe(400);
    const extensions = only(answer)?.extensions;
    expect(extensions?.code).toBe('VALIDATION_FAILED');
    expect(((extensions?.fields ?? []) as { path: string }[]).map(({ path }) => path)).toEqual([
      'input.priority',
      'input.colour',
      'input.inner.numbers[1]',
      'input.titel',
    ]);
  });

  it.each([
    [{}, 'input', 'A value of type "AddInput!" is required.'],
    [{ input: null }, 'input', 'A value of type "AddInput!" is required, not null.'],
    [{ input: {} }, 'input.priority', 'Field "priority" of required type "Int!" was not provided.'],
    [{ input: 'a string with ; Expected at "input.title"' }, 'input', 'Expected type "AddInput" to be an object.'],
    [{ input: { priority: 1, titl: 'x' } }, 'input.titl', 'Field "titl" is not defined by type "AddInput".'],
  ])('%j is wrong at %s', async (variables, path, message) => {
    const answer = await server.query(add, variables);
    expect(only(answer)?.extensions.fields).toEqual([{ path, message }]);
  });

  it('of which so many are wrong that the check is ended are VALIDATION_FAILED', async () => {
    const answer = await server.query('query ($ids: [Int!]) { ids(ids: $ids) }', {
      ids: Array.from({ length: 80 }, () => 'x'),
    });
    expect(only(answer)?.extensions.code).toBe('VALIDATION_FAILED');
    expect(only(answer)?.extensions.fields).toContainEqual(expect.objectContaining({ path: 'variables' }));
  });

  it('that leave an argument null where it may not be are VALIDATION_FAILED at that argument', async () => {
    const answer = await server.query('query ($times: Int = 1) { hello(times: $times) }', { times: null });
    expect(only(answer)?.extensions).toMatchObject({ code: 'VALIDATION_FAILED', fields: [{ path: 'times' }] });
  });
});

describe('a request that is refused as a whole', () => {
  it.each([
    ['without a query', '{"variables":{}}', 400, 'query'],
    ['with a query that is no text', '{"query":{"kind":"Document"}}', 400, 'query'],
    ['with variables as text', '{"query":"{hello}","variables":"{}"}', 400, 'variables'],
    ['that is a batch', '[{"query":"{hello}"}]', 400, 'request'],
    ['that is not JSON', '{"query": secret-word', 400, 'request'],
    ['that is empty', '', 400, 'request'],
  ])('%s is VALIDATION_FAILED', async (_, body, status, path) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(only(answer)?.extensions).toMatchObject({
      code: 'VALIDATION_FAILED',
      fields: [{ path }],
      requestId: expect.any(String),
    });
    expect(JSON.stringify(answer)).not.toContain('secret-word');
  });

  it('of a type that a form could send is refused', async () => {
    expect((await post('{"query":"{hello}"}', { 'content-type': 'text/plain' })).status).toBe(415);
    const get = await fetch(`${server.url}/graphql?query=${encodeURIComponent('{hello}')}`);
    expect(get.status).toBe(400);
    expect(only((await get.json()) as Answer)?.message).toContain('Cross-Site Request Forgery');
  });

  it('that is larger than the limit is PAYLOAD_TOO_LARGE, told also to a client that is still sending', async () => {
    const answer = await post(JSON.stringify({ query: '{hello}', variables: { x: 'x'.repeat(5_000_000) } }));
    expect(answer.status).toBe(413);
    expect(only(answer)?.extensions).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', max: 1_000_000 });
  });

  it('with a method that does not fit says which would', async () => {
    const response = await fetch(`${server.url}/graphql`, { method: 'PUT' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, POST');
    const headers = { 'apollo-require-preflight': '1' };
    const mutation = await fetch(`${server.url}/graphql?query=${encodeURIComponent('mutation { touch }')}`, {
      headers,
    });
    expect(mutation.status).toBe(405);
    expect(only((await mutation.json()) as Answer)?.extensions.code).toBe('VALIDATION_FAILED');
  });
});

it('keeps PERSISTED_QUERY_NOT_FOUND, so that clients send the query, and then knows it', async () => {
  const query = '{ hello(name: "persisted") }';
  const sha256Hash = createHash('sha256').update(query).digest('hex');
  const extensions = { persistedQuery: { version: 1, sha256Hash } };
  const unknown = await post(JSON.stringify({ extensions }));
  expect([unknown.status, only(unknown)?.message, only(unknown)?.extensions.code]).toEqual([
    200,
    'PersistedQueryNotFound',
    'PERSISTED_QUERY_NOT_FOUND',
  ]);
  await post(JSON.stringify({ query, extensions }));
  expect((await post(JSON.stringify({ extensions }))).data).toEqual({ hello: 'hello persisted' });
  const wrong = await post(JSON.stringify({ query: '{ hello }', extensions }));
  expect(only(wrong)?.extensions).toMatchObject({
    code: 'VALIDATION_FAILED',
    fields: [{ path: 'extensions.persistedQuery' }],
  });
});

it('gives up an operation that takes too long with TIMEOUT, and aborts its signal', async () => {
  await using impatient = await startEdge({ settings: { operationTimeoutMs: 50 } });
  const answer = await impatient.query('{ slow }');
  expect(answer.response.status).toBe(200);
  expect(only(answer)?.extensions.code).toBe('TIMEOUT');
  expect(impatient.edge.signals[0]?.aborted).toBe(true);
});
