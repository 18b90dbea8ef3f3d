import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { registerUploads } from '../src/interfaces/http/upload.ts';
import { plainRequest, refusedUpgrade, startEdge } from './support/edge-server.ts';

let server: Awaited<ReturnType<typeof startEdge>>;
beforeAll(async () => {
  server = await startEdge({ settings: { corsOrigins: ['https://desk.example.com'] } });
});
afterAll(() => server.close());

const GET = { 'apollo-require-preflight': '1' };

describe('the request id', () => {
  it('of the caller is used when it is sane, and comes back', async () => {
    const { response } = await server.query('{ hello }', {}, { 'x-request-id': 'abc.DEF_123-4' });
    expect(response.headers.get('x-request-id')).toBe('abc.DEF_123-4');
    expect(server.edge.contexts.at(-1)?.requestId).toBe('abc.DEF_123-4');
  });

  it.each(['short', 'with space in it', 'x'.repeat(129), 'semi;colon-in-it'])('%s is replaced', async (id) => {
    const { response } = await server.query('{ hello }', {}, { 'x-request-id': id });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is on every line that is logged meanwhile', async () => {
    server.lines.length = 0;
    await server.query('{ boom }', {}, { 'x-request-id': 'line-after-line' });
    const lines = server.lines.map((line) => JSON.parse(line) as { requestId?: string });
    expect(lines.length).toBeGreaterThanOrEqual(2);
    expect(lines.every(({ requestId }) => requestId === 'line-after-line')).toBe(true);
    expect(server.lines.every((line) => line.split('"requestId"').length === 2)).toBe(true);
  });
});

it('a subscription over HTTP is refused whole, and told where to go', async () => {
  const { response, errors } = await server.query('subscription { never }');
  expect(response.status).toBe(400);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION_FAILED', fields: [{ path: 'query' }] });
  expect(errors?.[0]?.message).toContain('WebSocket');
});

describe('signing in at the edge', () => {
  it('makes the token of a request its actor', async () => {
    expect((await server.query('{ me }', {}, { authorization: 'Bearer good' })).data).toEqual({ me: 'ada' });
  });

  it('answers UNAUTHENTICATED to what needs an actor, with the reason why the token was refused', async () => {
    const without = await server.query('{ me }');
    expect([without.response.status, without.errors?.[0]?.extensions.code]).toEqual([200, 'UNAUTHENTICATED']);
    const bad = await server.query('{ me }', {}, { authorization: 'Bearer old' });
    expect(bad.errors?.[0]).toMatchObject({
      message: expect.stringContaining('not valid any more'),
      extensions: { code: 'UNAUTHENTICATED' },
    });
    const basic = await server.query('{ me }', {}, { authorization: 'Basic YTpi' });
    expect(basic.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('lets what needs no actor work with a bad token', async () => {
    expect((await server.query('mutation { touch }', {}, { authorization: 'Bearer old' })).data).toEqual({
      touch: 'touched',
    });
  });

  it('answers UNAVAILABLE when tokens cannot be checked', async () => {
    const { errors } = await server.query('{ me }', {}, { authorization: 'Bearer down' });
    expect(errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
  });
});

describe('headers', () => {
  it('let nothing in an answer load, run or be framed', async () => {
    const { response } = await server.query('{ hello }');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('strict-transport-security')).toContain('max-age');
    expect(response.headers.has('x-powered-by')).toBe(false);
  });

  it('let pages of the listed origins in, and no others', async () => {
    const preflight = (origin: string) =>
      plainRequest(`${server.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const listed = await preflight('https://desk.example.com');
    expect(listed.status).toBe(204);
    expect(listed.headers['access-control-allow-origin']).toBe('https://desk.example.com');
    const allowed = String(listed.headers['access-control-allow-headers']).split(', ');
    const needed = ['authorization', 'content-type', 'x-request-id', 'traceparent', 'tracestate'];
    const ofApollo = ['apollo-require-preflight', 'x-apollo-operation-name', 'apollographql-client-name'];
    expect(allowed).toEqual(expect.arrayContaining([...needed, ...ofApollo, 'apollographql-client-version']));
    expect(
      (await preflight('https://desk.example.com.evil.test')).headers['access-control-allow-origin'],
    ).toBeUndefined();
    const { response } = await server.query('{ hello }', {}, { origin: 'https://desk.example.com' });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://desk.example.com');
  });

  it('keep WebSockets of foreign pages out, and let those of the same host in', async () => {
    const refused = await refusedUpgrade(`${server.url}/graphql`, {
      origin: 'https://evil.test',
      'x-request-id': 'an-upgrade-1',
    });
    expect(refused.status).toBe(403);
    expect(refused.headers['x-request-id']).toBe('an-upgrade-1');
    for (const origin of ['https://desk.example.com', server.url]) {
      const socket = await server.socket({}, { headers: { origin } });
      socket.raw.close();
    }
  });
});

describe('queries by GET', () => {
  it('work with a preflight header', async () => {
    const response = await fetch(`${server.url}/graphql?query=${encodeURIComponent('{ hello }')}`, { headers: GET });
    expect(await response.json()).toEqual({ data: { hello: 'hello you' } });
  });

  it('with a host header that is no host are answered too', async () => {
    const { status } = await plainRequest(`${server.url}/graphql?query=%7Bhello%7D`, {
      headers: { ...GET, host: '[bad' },
    });
    expect([200, 400]).toContain(status);
  });
});

describe('other addresses', () => {
  it('answer 404, 405 and a signpost in small JSON', async () => {
    const missing = await plainRequest(`${server.url}/nothing?token=x`);
    expect([missing.status, JSON.parse(missing.text)]).toMatchObject([404, { error: { code: 'NOT_FOUND' } }]);
    const wrong = await plainRequest(`${server.url}/health`, { method: 'DELETE' });
    expect([wrong.status, wrong.headers.allow]).toEqual([405, 'GET, HEAD']);
    expect((await plainRequest(`${server.url}/health`, { method: 'HEAD' })).status).toBe(200);
    expect(JSON.parse((await plainRequest(`${server.url}/`)).text)).toMatchObject({
      graphql: '/graphql',
      graphiql: '/graphiql',
    });
    expect((await plainRequest(`${server.url}/%E0%A4%A`)).status).toBe(400);
  });

  it('refuse upgrades', async () => {
    expect((await refusedUpgrade(`${server.url}/other`)).status).toBe(404);
    expect(
      (await plainRequest(`${server.url}/graphql`, { headers: { connection: 'upgrade', upgrade: 'h2c' } })).status,
    ).toBe(400);
  });
});

describe('GraphiQL', () => {
  it('comes whole from this server, with a query, a subscription and how to sign in', async () => {
    const page = await fetch(`${server.url}/graphiql`);
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(html).toMatch(/SignIn.*FirstLook.*LiveAlerts/s);
    expect(html).not.toMatch(/https?:\/\//);
    for (const file of ['graphiql.js', 'graphiql.css', 'boot.js', 'editor.js', 'json.js', 'graphql.js']) {
      const asset = await fetch(`${server.url}/graphiql/${file}`);
      expect(asset.status).toBe(200);
      const text = await asset.text();
      expect(text.length).toBeGreaterThan(1_000);
      expect((await fetch(`${server.url}/graphiql/`)).url).toBe(`${server.url}/graphiql`);
      if (file === 'boot.js') expect(() => new Function(text)).not.toThrow();
      const etag = asset.headers.get('etag') ?? '';
      expect(
        (await plainRequest(`${server.url}/graphiql/${file}`, { headers: { 'if-none-match': etag } })).status,
      ).toBe(304);
    }
  });

  it('leaves no trace when it is off', async () => {
    await using closed = await startEdge({ settings: { graphiql: false } });
    for (const path of ['/graphiql', '/graphiql/boot.js']) expect((await fetch(closed.url + path)).status).toBe(404);
    expect(JSON.stringify(await (await fetch(`${closed.url}/`)).json())).not.toContain('graphiql');
    const landing = await fetch(`${closed.url}/graphql`, { headers: { accept: 'text/html', ...GET } });
    expect(landing.headers.get('content-type')).not.toContain('html');
  });
});

describe('an upload', () => {
  const upload = async (url: string, bytes: number): Promise<Response> => {
    const form = new FormData();
    form.set(
      'operations',
      JSON.stringify({ query: 'mutation ($file: Upload!) { measure(file: $file) }', variables: { file: null } }),
    );
    form.set('map', JSON.stringify({ 0: ['variables.file'] }));
    form.set('0', new Blob([new Uint8Array(bytes)]), 'rows.xlsx');
    return fetch(`${url}/graphql`, { method: 'POST', headers: GET, body: form });
  };

  it('may be larger than other bodies, and take longer than other operations', async () => {
    const settings = { operationTimeoutMs: 30, bodyMaxBytes: 1_000 };
    const extend = (app: FastifyInstance): void => registerUploads(app, { maxBytes: 3_000_000, idleTimeoutMs: 5_000 });
    await using wide = await startEdge({ settings, extend });
    const response = await upload(wide.url, 2_000_000);
    expect([response.status, await response.json()]).toEqual([200, { data: { measure: 2_000_000 } }]);
  });

  it('is no way around the protection from other sites', async () => {
    await using wide = await startEdge({
      extend: (app) => registerUploads(app, { maxBytes: 1_000, idleTimeoutMs: 5_000 }),
    });
    const form = new FormData();
    form.set('operations', '{"query":"{hello}"}');
    const response = await fetch(`${wide.url}/graphql`, { method: 'POST', body: form });
    expect([response.status, JSON.stringify(await response.json())]).toEqual([
      400,
      expect.stringContaining('Cross-Site'),
    ]);
  });
});

describe('slow clients', () => {
  it('that never finish their headers are cut off', async () => {
    await using impatient = await startEdge({ settings: { headersTimeoutMs: 100 } });
    const socket = connect(impatient.port, '127.0.0.1');
    socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\n');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    await once(socket, 'close');
    expect(Buffer.concat(chunks).toString()).toMatch(/^(HTTP\/1.1 408|$)/);
  });

  it('that never finish their body are answered with TIMEOUT and cut off', async () => {
    await using impatient = await startEdge({ settings: { requestTimeoutMs: 100 } });
    const socket = connect(impatient.port, '127.0.0.1');
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"query"',
    );
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    await once(socket, 'close');
    const answer = Buffer.concat(chunks).toString();
    expect(answer).toMatch(/^HTTP\/1.1 408/);
    expect(answer).toContain('"TIMEOUT"');
  });
});

it('answers on every address that the name localhost has, WebSockets too', async () => {
  await using local = await startEdge({ settings: { host: 'localhost' } });
  for (const { address, family } of await lookup('localhost', { all: true })) {
    const host = family === 6 ? `[${address}]` : address;
    expect((await fetch(`http://${host}:${local.port}/health`)).status).toBe(200);
    const socket = new WebSocket(`ws://${host}:${local.port}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.close();
    await once(socket, 'close');
  }
});

describe('closing', () => {
  it('lets a running request end, ends sockets with 1001, and accepts no more', async () => {
    const closing = await startEdge({ settings: { shutdownGraceMs: 5_000 } });
    const socket = await closing.socket();
    const running = closing.query('{ wait }');
    await expect.poll(() => closing.edge.signals.length).toBe(1);
    const closed = closing.close();
    expect((await socket.closed).code).toBe(1001);
    const late = await closing.query('{ hello }');
    expect([late.response.status, late.errors?.[0]?.extensions.code]).toEqual([503, 'UNAVAILABLE']);
    expect(late.response.headers.get('retry-after')).toBe('1');
    expect(late.response.headers.get('connection')).toBe('close');
    const ready = await fetch(`${closing.url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'stopping', checks: {} }]);
    closing.edge.release();
    expect((await running).data).toEqual({ wait: 'at last' });
    await closed;
    await expect(closing.query('{ hello }')).rejects.toThrow();
  });

  it('does not wait for ever', async () => {
    const closing = await startEdge({ settings: { shutdownGraceMs: 50 } });
    const running = closing.query('{ slow }').catch(() => 'cut off');
    await expect.poll(() => closing.edge.signals.length).toBe(1);
    await closing.close();
    expect(await running).toBe('cut off');
    await expect.poll(() => closing.edge.signals[0]?.aborted).toBe(true);
  });
});
