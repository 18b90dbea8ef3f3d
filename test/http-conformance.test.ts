import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainRequest, startEdge } from './support/edge-server.ts';
import { codes, graphqlRequests, JSON_BODY, PREFLIGHT, paths } from './support/graphql-requests.ts';

let server: Awaited<ReturnType<typeof startEdge>>;
beforeAll(async () => {
  server = await startEdge();
});
afterAll(() => server.close());

const { call, get, post } = graphqlRequests(() => server.url);
const RESPONSE_JSON = 'application/graphql-response+json; charset=utf-8';
const PLAIN_JSON = 'application/json; charset=utf-8';

describe('GET', () => {
  it('takes query, variables, operationName and extensions from the address', async () => {
    const query = 'query A { hello } query B($name: String) { hello(name: $name) }';
    const sent = await get({ query, operationName: 'B', variables: '{"name":"Žofie 🎫"}', extensions: '{"a":1}' });
    expect([sent.status, sent.answer]).toEqual([200, { data: { hello: 'hello Žofie 🎫' } }]);
  });

  it('without a header that only a preflighted request can have is refused', async () => {
    const sent = await get({ query: '{ hello }' }, {});
    expect([sent.status, codes(sent)]).toEqual([400, ['VALIDATION_FAILED']]);
    expect(sent.answer.errors?.[0]?.message).toContain('apollo-require-preflight');
  });

  it('with a bearer token needs no such header, since no page can send one unasked; with a password it does', async () => {
    const good = await get({ query: '{ me }' }, { authorization: 'Bearer good' });
    expect([good.status, good.answer]).toEqual([200, { data: { me: 'ada' } }]);
    const expired = await get({ query: '{ me }' }, { authorization: 'Bearer old' });
    expect([expired.status, codes(expired)]).toEqual([200, ['UNAUTHENTICATED']]);
    // Browsers send a password that they know to wherever a page sends them.
    const basic = await get({ query: '{ hello }' }, { authorization: 'Basic YTpi' });
    expect([basic.status, codes(basic)]).toEqual([400, ['VALIDATION_FAILED']]);
    const mutation = await get({ query: 'mutation { touch }' }, { authorization: 'Bearer good' });
    expect([mutation.status, mutation.answer.data]).toEqual([405, undefined]);
  });

  it('runs no mutation', async () => {
    const sent = await get({ query: 'mutation { touch }' });
    expect([sent.status, sent.headers.allow, sent.answer.data]).toEqual([405, 'POST', undefined]);
  });

  it.each([
    [{ query: '{ hello }', variables: '{"a":' }, 'variables'],
    [{ query: '{ hello }', variables: '[1]' }, 'variables'],
    [{ query: '{ hello }', extensions: 'x' }, 'extensions'],
    [{ operationName: 'A' }, 'query'],
  ])('of %j is refused, naming "%s"', async (parameters, path) => {
    const sent = await get(parameters);
    expect([sent.status, paths(sent)]).toEqual([400, [path]]);
  });

  it('with a parameter twice is refused, naming it', async () => {
    const sent = await call('GET', '/graphql?query=%7Bhello%7D&query=x', PREFLIGHT);
    expect([sent.status, paths(sent)]).toEqual([400, ['query']]);
  });
});

describe('other methods', () => {
  it.each(['HEAD', 'PUT', 'PATCH', 'DELETE', 'TRACE'])('%s is 405, and says what works', async (method) => {
    const sent = await call(method, '/graphql', PREFLIGHT);
    expect([sent.status, sent.headers.allow]).toEqual([405, 'GET, POST']);
    expect(codes(sent)).toEqual(method === 'HEAD' ? [] : ['VALIDATION_FAILED']);
  });

  it('OPTIONS says what works, and lets no page of another origin in', async () => {
    const headers = { origin: 'https://elsewhere.test', 'access-control-request-method': 'POST' };
    const sent = await call('OPTIONS', '/graphql', headers);
    expect([sent.status, sent.headers.allow]).toEqual([204, 'GET, POST']);
    expect(sent.headers['access-control-allow-origin']).toBeUndefined();
    expect((await call('OPTIONS', '/nothing', {})).status).toBe(404);
  });

  it.each([
    '/',
    '/graphql/',
    '/GraphQL',
    '/graphql/x',
    '//graphql',
    '/api/graphql',
  ])('POST %s is not the API', async (path) => {
    const sent = await call('POST', path, JSON_BODY, '{"query":"{hello}"}');
    expect([404, 405]).toContain(sent.status);
    expect(sent.answer.data).toBeUndefined();
  });
});

describe('a body', () => {
  it.each([
    ['{"query":"{ hello }', 'request'],
    ['', 'request'],
    ['null', 'request'],
    ['7', 'request'],
    ['"{hello}"', 'request'],
    ['[]', 'request'],
    ['[{"query":"{hello}"}]', 'request'],
    ['{}', 'request'],
    ['{"query":""}', 'query'],
    ['{"query":null}', 'query'],
    ['{"query":7}', 'query'],
    ['{"query":"{hello}","variables":"{}"}', 'variables'],
    ['{"query":"{hello}","variables":[]}', 'variables'],
    ['{"query":"{hello}","operationName":7}', 'operationName'],
    ['{"query":"query A {hello}","operationName":"B"}', 'operationName'],
    ['{"query":"{hello}","extensions":"x"}', 'extensions'],
  ])('of %s is refused, naming "%s"', async (body, path) => {
    const sent = await call('POST', '/graphql', JSON_BODY, body);
    expect([sent.status, codes(sent), paths(sent)]).toEqual([400, ['VALIDATION_FAILED'], [path]]);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/graphql',
    'nonsense',
    '',
  ])('that says it is "%s" is 415', async (type) => {
    const headers: Record<string, string> = type === '' ? {} : { 'content-type': type };
    const sent = await call('POST', '/graphql', { ...PREFLIGHT, ...headers }, '{"query":"{hello}"}');
    expect([sent.status, codes(sent), paths(sent)]).toEqual([415, ['VALIDATION_FAILED'], ['content-type']]);
  });

  it('is UTF-8, whether it says so or not, and nothing else', async () => {
    const variables = { name: 'Žofie 🎫' };
    const query = 'query ($name: String) { hello(name: $name) }';
    for (const type of ['application/json', 'application/json;charset=UTF-8', 'application/json; charset="utf-8"']) {
      const sent = await post({ query, variables }, { 'content-type': type });
      expect(sent.answer).toEqual({ data: { hello: 'hello Žofie 🎫' } });
      expect(sent.headers['content-type']).toBe(PLAIN_JSON);
    }
    for (const charset of ['iso-8859-1', 'utf-16', '"utf-16le"']) {
      const sent = await post({ query, variables }, { 'content-type': `application/json; charset=${charset}` });
      expect([sent.status, paths(sent)]).toEqual([415, ['content-type']]);
    }
  });

  it('that is compressed is 415', async () => {
    const body = gzipSync('{"query":"{hello}"}');
    const sent = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { ...JSON_BODY, 'content-encoding': 'gzip' },
      body,
    });
    expect([sent.status, JSON.stringify(await sent.json())]).toEqual([
      415,
      expect.stringContaining('content-encoding'),
    ]);
    expect((await post({ query: '{ hello }' }, { 'content-encoding': 'identity' })).status).toBe(200);
  });
});

describe('the type of an answer', () => {
  it.each([
    ['', PLAIN_JSON],
    ['*/*', PLAIN_JSON],
    ['application/json', PLAIN_JSON],
    ['application/json; charset=utf-8', PLAIN_JSON],
    ['application/graphql-response+json', RESPONSE_JSON],
    ['application/graphql-response+json, application/json;q=0.9', RESPONSE_JSON],
    ['application/graphql-response+json, application/json, multipart/mixed', RESPONSE_JSON],
    ['application/json, application/graphql-response+json', PLAIN_JSON],
    ['application/graphql-response+json;q=0.1, application/json', PLAIN_JSON],
    ['text/event-stream;q=0.1, APPLICATION/GRAPHQL-RESPONSE+JSON', RESPONSE_JSON],
    ['multipart/mixed;deferSpec=20220824, application/json', PLAIN_JSON],
  ])('for Accept "%s" is %s, and of a refusal too', async (accept, type) => {
    const good = await post({ query: '{ hello }' }, { accept });
    expect([good.status, good.headers['content-type']]).toEqual([200, type]);
    const invalid = await post({ query: '{ nothing }' }, { accept });
    expect([invalid.status, invalid.headers['content-type']]).toEqual([400, type]);
    expect(invalid.answer).not.toHaveProperty('data');
    // Refused before it comes to Apollo.
    const broken = await call('POST', '/graphql', { ...JSON_BODY, accept }, '{');
    expect([broken.status, broken.headers['content-type']]).toEqual([400, type]);
  });

  it.each([
    'text/html',
    'image/png',
    'text/event-stream',
    'multipart/mixed',
  ])('%s is not to be had: 406', async (accept) => {
    const sent = await post({ query: '{ hello }' }, { accept });
    expect([sent.status, paths(sent)]).toEqual([406, ['accept']]);
  });
});

it('errors of an operation that ran are HTTP 200, whatever type is asked for', async () => {
  for (const accept of ['application/json', 'application/graphql-response+json']) {
    const sent = await post({ query: '{ refused hello }' }, { accept });
    expect([sent.status, sent.answer.data, codes(sent)]).toEqual([
      200,
      { refused: null, hello: 'hello you' },
      ['VALIDATION_FAILED'],
    ]);
  }
});

it.each([
  '{ ... @defer { hello } }',
  '{ person @stream { id } }',
  '{ person { ...P @defer(label: "p") } } fragment P on Person { name }',
])('%s is refused as unknown, with parts accepted or not', async (query) => {
  for (const accept of ['application/json', 'multipart/mixed;deferSpec=20220824, application/json']) {
    const sent = await post({ query }, { accept });
    expect([sent.status, codes(sent)]).toEqual([400, ['GRAPHQL_VALIDATION_FAILED']]);
    expect(sent.answer.errors?.[0]?.message).toMatch(/^Unknown directive "@(defer|stream)"\.$/);
  }
});

it('nothing on the way keeps an answer or a refusal, nor marks it for asking again', async () => {
  await using narrow = await startEdge({
    settings: { operationTimeoutMs: 20, rateLimit: { max: 3, userMax: 0, windowMinutes: 15 } },
  });
  const body = (query: string) => JSON.stringify({ query });
  const limited = { method: 'POST', headers: JSON_BODY };
  const answers = [
    await post({ query: '{ hello }' }),
    await get({ query: '{ hello }' }),
    await get({ query: '{ hello }' }, { ...PREFLIGHT, 'if-none-match': '*' }),
    await get({ query: '{ hello }' }, {}),
    await get({ query: 'mutation { touch }' }),
    await post({ query: '{ me }' }),
    await post({ query: '{ boom }' }),
    await post({ query: '{ nothing }' }),
    await post([]),
    await post({ query: `{ hello } # ${'x'.repeat(1_100_000)}` }),
    await call('POST', '/graphql', JSON_BODY, '{'),
    await call('POST', '/graphql', { 'content-type': 'text/plain' }, 'x'),
    await call('PUT', '/graphql', {}),
    await post({ query: '{ hello }' }, { authorization: 'Bearer down' }),
    await plainRequest(`${narrow.url}/graphql`, { ...limited, body: body('{ slow }') }),
    await plainRequest(`${narrow.url}/graphql`, { ...limited, body: body('{ hello }') }),
    await plainRequest(`${narrow.url}/graphql`, { ...limited, body: body('{ hello }') }),
    await plainRequest(`${narrow.url}/graphql`, { ...limited, body: body('{ hello }') }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([
    200, 200, 200, 400, 405, 200, 200, 400, 400, 413, 400, 415, 405, 503, 200, 200, 200, 429,
  ]);
  for (const { headers } of answers) {
    expect(headers['cache-control']).toBe('private, no-store');
    expect(headers).not.toHaveProperty('etag');
    expect(headers).not.toHaveProperty('last-modified');
    expect(headers).not.toHaveProperty('expires');
  }
});
