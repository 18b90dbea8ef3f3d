import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayConnect } from '../src/interfaces/http/cors.ts';
import { plainRequest, refusedUpgrade, startEdge } from './support/edge-server.ts';

const LISTED = ['https://desk.example.com', 'http://localhost:5173'];
/** What looks like a listed origin, or like none. */
const FOREIGN = [
  'https://evil.test',
  'https://evil-desk.example.com',
  'https://desk.example.com.evil.test',
  'https://desk.example.comevil.test',
  'https://evil.test/desk.example.com',
  'https://desk.example.com@evil.test',
  'https://desk.example.com:8443',
  'https://desk.example.com:443',
  'https://desk.example.com.',
  'https://desk.example.com/',
  'https://DESK.example.com',
  'HTTPS://desk.example.com',
  'http://desk.example.com',
  'http://localhost',
  'http://localhost:51730',
  'desk.example.com',
  'https://desk.example.com https://evil.test',
  'https://desk.example.com, https://evil.test',
  'null',
  'file://',
  'chrome-extension://abcdefghijklmnop',
  '*',
  '',
];

let server: Awaited<ReturnType<typeof startEdge>>;
beforeAll(async () => {
  server = await startEdge({ settings: { corsOrigins: LISTED } });
});
afterAll(() => server[Symbol.asyncDispose]());

const preflight = (origin: string, url = server.url) =>
  plainRequest(`${url}/graphql`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
  });
const ask = (origin: string, url = server.url) =>
  plainRequest(`${url}/graphql`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: '{"query":"{ hello }"}',
  });
/** Whether a page of this origin gets a WebSocket: 101, or the status of the refusal. */
async function upgrade(headers: Record<string, string>, on: Pick<typeof server, 'socket' | 'url'> = server) {
  const opened = on.socket({}, { headers }).then(
    (socket) => {
      socket.raw.close();
      return 101;
    },
    () => 0,
  );
  return (await opened) || (await refusedUpgrade(`${on.url}/graphql`, headers)).status;
}

describe('pages that may read answers', () => {
  it.each(LISTED)('are those of %s', async (origin) => {
    for (const { headers } of [await preflight(origin), await ask(origin)]) {
      expect(headers['access-control-allow-origin']).toBe(origin);
      expect(headers.vary).toContain('Origin');
    }
  });

  it.each(FOREIGN)('are not those of "%s"', async (origin) => {
    for (const { headers } of [await preflight(origin), await ask(origin)]) {
      const granted = Object.keys(headers).filter((name) => name.startsWith('access-control-'));
      expect(granted).toEqual([]);
      // What a cache keeps for this page must not be shown to a listed one.
      expect(headers.vary).toContain('Origin');
    }
  });

  it('never send cookies, and are nobody while there is no list', async () => {
    expect((await preflight('https://desk.example.com')).headers).not.toHaveProperty(
      'access-control-allow-credentials',
    );
    await using open = await startEdge();
    for (const origin of [...LISTED, 'null', open.url]) {
      for (const { headers } of [await preflight(origin, open.url), await ask(origin, open.url)]) {
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
      }
    }
  });
});

describe('pages that may open a WebSocket', () => {
  it.each(LISTED)('are those of %s', async (origin) => {
    expect(await upgrade({ origin })).toBe(101);
  });

  it.each(FOREIGN)('are not those of "%s"', async (origin) => {
    expect(await upgrade({ origin })).toBe(403);
  });

  it('are those of the server itself, and programs send no origin', async () => {
    expect(await upgrade({ origin: server.url })).toBe(101);
    expect(await upgrade({ origin: server.url.replace('127.0.0.1', 'localhost') })).toBe(403);
    expect(await upgrade({})).toBe(101);
  });

  it('are those of the server itself alone while there is no list', async () => {
    await using open = await startEdge();
    expect(await upgrade({ origin: open.url }, open)).toBe(101);
    for (const origin of ['https://evil.test', 'null', `${open.url}.evil.test`, `${open.url}0`]) {
      expect(await upgrade({ origin }, open)).toBe(403);
    }
  });

  it('are those of the host that a trusted proxy names, and of no other that a caller names', async () => {
    const forwarded = { 'x-forwarded-host': 'desk.test', 'x-forwarded-proto': 'https' };
    await using behind = await startEdge({ settings: { trustProxy: 'loopback' } });
    expect(await upgrade({ ...forwarded, origin: 'https://desk.test' }, behind)).toBe(101);
    expect(await upgrade({ ...forwarded, origin: 'http://desk.test' }, behind)).toBe(403);
    expect(await upgrade({ ...forwarded, origin: behind.url }, behind)).toBe(403);
    expect(await upgrade({ ...forwarded, origin: 'https://desk.test' })).toBe(403);
  });

  it('are those of PUBLIC_URL, whatever a proxy made of the request', async () => {
    await using behind = await startEdge({ settings: { publicUrl: 'https://desk.test/support' } });
    expect(await upgrade({ origin: 'https://desk.test' }, behind)).toBe(101);
    expect(await upgrade({ origin: behind.url }, behind)).toBe(101);
    for (const origin of ['http://desk.test', 'https://desk.test.evil.test', 'null'])
      expect(await upgrade({ origin }, behind)).toBe(403);
  });

  it.each([
    ['https://desk.test', 'http://desk.test', true],
    ['https://desk.test', 'http://desk.test:443', true],
    ['https://desk.test', 'http://DESK.test', true],
    ['https://desk.test:8443', 'http://desk.test:8443', true],
    ['http://desk.test', 'http://desk.test', true],
    ['http://desk.test', 'http://desk.test:80', true],
    ['http://[::1]:3000', 'http://[::1]:3000', true],
    ['https://desk.test', 'https://desk.test', true],
    ['http://desk.test', 'https://desk.test', false],
    ['https://desk.test', 'http://desk.test:8443', false],
    ['https://desk.test:8443', 'http://desk.test', false],
    ['ftp://desk.test', 'http://desk.test', false],
    ['http://desk.test', 'http://1.2.3.4.5', false],
    ['http://desk.test', 'http://desk.test:99999', false],
  ])('of %s at %s: %s', (origin, own, allowed) => {
    expect(mayConnect([], origin, own)).toBe(allowed);
  });
});

describe('the address of a caller', () => {
  it.each([
    [false, '203.0.113.1', '127.0.0.1'],
    ['10.0.0.0/8', '203.0.113.1', '127.0.0.1'],
    ['loopback', '203.0.113.1', '203.0.113.1'],
    // What stands left of the first address that nobody trusts is whatever the caller wrote.
    ['loopback', '203.0.113.1, 198.51.100.7', '198.51.100.7'],
    ['loopback, 198.51.100.7', '203.0.113.1, 198.51.100.7', '203.0.113.1'],
    ['loopback', '203.0.113.1, 127.0.0.1', '203.0.113.1'],
  ])('with TRUST_PROXY %s, sent "%s", is %s', async (trustProxy, sent, ip) => {
    await using behind = await startEdge({ settings: { trustProxy }, websocket: { operations: 'all' } });
    const headers = { 'x-forwarded-for': sent, 'x-real-ip': '192.0.2.1', forwarded: 'for=192.0.2.2' };
    await behind.query('{ hello }', {}, headers);
    const socket = await behind.socket({}, { headers });
    socket.subscribe('1', '{ hello }');
    await socket.next();
    expect(behind.edge.contexts.map((context) => context.ip)).toEqual([ip, ip]);
  });
});
