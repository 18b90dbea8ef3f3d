import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnswerError, plainRequest, refusedUpgrade, startEdge } from './support/edge-server.ts';

let server: Awaited<ReturnType<typeof startEdge>>;
beforeAll(async () => {
  server = await startEdge();
});
afterAll(() => server.close());

const GOOD = { authorization: 'Bearer good' };

describe('keep-alive', () => {
  it('is a ping of the transport again and again, to a socket that does nothing but answer', async () => {
    await using brisk = await startEdge({ websocket: { keepAliveMs: 400 } });
    const socket = await brisk.socket(GOOD);
    for (let n = 0; n < 3; n++) await once(socket.raw, 'ping');
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
  });

  it('answers pings of the transport', async () => {
    const socket = await server.socket();
    socket.raw.ping('are you there');
    const [data] = await once(socket.raw, 'pong');
    expect(String(data)).toBe('are you there');
    socket.raw.close();
  });
});

it('frames are not compressed, even if the client would', async () => {
  const socket = await server.socket();
  expect(socket.raw.extensions).toBe('');
  socket.raw.close();
});

describe('a client that closes', () => {
  it.each([1000, 1001, 4999])('with %i ends its subscriptions, and is answered with the code', async (code) => {
    const before = server.edge.idleEnded;
    const socket = await server.socket(GOOD);
    for (const id of ['1', '2']) socket.subscribe(id, 'subscription { idle }');
    socket.raw.close(code, 'bye');
    expect((await socket.closed).code).toBe(code);
    await expect.poll(() => server.edge.idleEnded).toBe(before + 2);
  });
});

describe('a failure that nobody foresaw', () => {
  it('while an operation is prepared closes with 4500, tells nothing of it and is logged', async () => {
    await using broken = await startEdge({
      createContext: () => {
        throw new Error('the inner reason');
      },
    });
    const socket = await broken.socket(GOOD);
    socket.subscribe('1', 'subscription { ticks }');
    expect(await socket.closed).toEqual({ code: 4500, reason: 'Something went wrong on our side' });
    expect(socket.queue).toEqual([]);
    expect(broken.lines.join('')).toContain('the inner reason');
  });
});

describe('queries and mutations', () => {
  it.each([
    'query { hello }',
    '{ hello }',
    'mutation { touch }',
    'query { __schema { queryType { name } } }',
  ])('%s is answered by an error that says where to send it, and by nothing more', async (query) => {
    const socket = await server.socket(GOOD);
    socket.subscribe('1', query);
    const { type, id, payload } = await socket.next();
    expect([type, id]).toEqual(['error', '1']);
    const [error, ...more] = payload as AnswerError[];
    expect(more).toEqual([]);
    expect(error?.message).toContain('HTTP');
    expect(error?.extensions).toMatchObject({ code: 'VALIDATION_FAILED', fields: [{ path: 'query' }] });
    socket.subscribe('2', 'subscription { ticks(count: 1) }');
    expect(await socket.next()).toMatchObject({ id: '2', type: 'next' });
    expect(await socket.next()).toEqual({ id: '2', type: 'complete' });
    expect(socket.queue).toEqual([]);
    socket.raw.close();
  });

  it('run once they are allowed: one result, then the end', async () => {
    await using all = await startEdge({ websocket: { operations: 'all' } });
    const socket = await all.socket(GOOD);
    const runs: readonly [string, unknown][] = [
      ['query ($name: String) { hello(name: $name) }', { data: { hello: 'hello Ada' } }],
      ['mutation { touch }', { data: { touch: 'touched' } }],
      ['{ me }', { data: { me: 'ada' } }],
    ];
    for (const [query, payload] of runs) {
      socket.subscribe('1', query, query.includes('$') ? { name: 'Ada' } : {});
      expect(await socket.next()).toEqual({ id: '1', type: 'next', payload });
      expect(await socket.next()).toEqual({ id: '1', type: 'complete' });
    }
    socket.subscribe('1', '{ boom hello }');
    expect(await socket.next()).toMatchObject({
      type: 'next',
      payload: { data: { boom: null, hello: 'hello you' }, errors: [{ extensions: { code: 'INTERNAL' } }] },
    });
  });

  it('that their client completes are answered by nothing', async () => {
    await using all = await startEdge({ websocket: { operations: 'all' } });
    const socket = await all.socket(GOOD);
    socket.subscribe('1', '{ wait }');
    await expect.poll(() => all.edge.signals.length).toBe(1);
    socket.send({ id: '1', type: 'complete' });
    // Waits until the first has gone, and so comes after whatever that would send.
    socket.subscribe('1', '{ hello }');
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    all.edge.release();
    expect(await socket.next()).toEqual({ id: '1', type: 'next', payload: { data: { hello: 'hello you' } } });
    expect(await socket.next()).toEqual({ id: '1', type: 'complete' });
  });

  it('of a document with several operations are told apart by operationName', async () => {
    const query = 'query Ask { hello } subscription Follow { ticks(count: 1) }';
    const socket = await server.socket();
    socket.send({ id: '1', type: 'subscribe', payload: { query, operationName: 'Follow', extensions: { any: 1 } } });
    expect(await socket.next()).toEqual({ id: '1', type: 'next', payload: { data: { ticks: 1 } } });
    expect(await socket.next()).toEqual({ id: '1', type: 'complete' });
    socket.send({ id: '1', type: 'subscribe', payload: { query, operationName: 'Ask' } });
    expect(await socket.next()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'VALIDATION_FAILED' } }],
    });
    socket.raw.close();
  });

  it.each([
    'subscription { ticks @defer }',
    'subscription { ... @defer { ticks(count: 1) } }',
  ])('%s is refused as unknown', async (query) => {
    const socket = await server.socket();
    socket.subscribe('1', query);
    const { type, payload } = await socket.next();
    expect(type).toBe('error');
    expect((payload as AnswerError[])[0]).toMatchObject({
      message: 'Unknown directive "@defer".',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
    socket.raw.close();
  });
});

describe('a handshake that RFC 6455 does not know', () => {
  const UPGRADE = { connection: 'upgrade', upgrade: 'websocket' };
  const KEY = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };

  it.each([
    ['without a key', { ...UPGRADE, 'sec-websocket-version': '13' }],
    ['with a key of the wrong length', { ...UPGRADE, 'sec-websocket-version': '13', 'sec-websocket-key': 'eA==' }],
    ['of another version', { ...UPGRADE, ...KEY, 'sec-websocket-version': '7' }],
    ['without a version', { ...UPGRADE, ...KEY }],
    [
      'with a malformed list of protocols',
      { ...UPGRADE, ...KEY, 'sec-websocket-version': '13', 'sec-websocket-protocol': 'a,,b' },
    ],
  ])('%s is refused over HTTP', async (_name, headers) => {
    expect([400, 426]).toContain((await plainRequest(`${server.url}/graphql`, { headers })).status);
  });

  it('elsewhere is 404, and the server goes on', async () => {
    expect((await refusedUpgrade(`${server.url}/graphql/x`)).status).toBe(404);
    const socket = await server.socket();
    socket.raw.close();
  });
});
