import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type AnswerError, startEdge } from './support/edge-server.ts';

let server: Awaited<ReturnType<typeof startEdge>>;
beforeAll(async () => {
  server = await startEdge();
});
afterAll(() => server.close());

const GOOD = { authorization: 'Bearer good' };
const subscribers = async (): Promise<number> =>
  Number(/^subscribers (\d+)$/m.exec((await server.metrics.render()).body)?.[1]);

describe('the stock client', () => {
  it('gets every event, then the end', async () => {
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: GOOD,
    });
    const ticks: unknown[] = [];
    for await (const { data } of client.iterate({
      query: 'subscription ($n: Int) { ticks(count: $n) }',
      variables: { n: 3 },
    }))
      ticks.push(data);
    expect(ticks).toEqual([{ ticks: 1 }, { ticks: 2 }, { ticks: 3 }]);
    await client.dispose();
  });
});

describe('a connection', () => {
  it('of another subprotocol closes with 4406', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`);
    const code = await new Promise((resolve) => socket.on('close', resolve));
    expect(code).toBe(4406);
  });

  it('that never introduces itself closes with 4408', async () => {
    await using impatient = await startEdge({ websocket: { initTimeoutMs: 50 } });
    expect((await (await impatient.socket(null)).closed).code).toBe(4408);
  });

  it('that introduces itself twice closes with 4429', async () => {
    const socket = await server.socket();
    socket.send({ type: 'connection_init' });
    expect((await socket.closed).code).toBe(4429);
  });

  it('that subscribes before it was acknowledged closes with 4401', async () => {
    const socket = await server.socket(null);
    socket.subscribe('1', 'subscription { ticks }');
    expect((await socket.closed).code).toBe(4401);
  });

  it('that uses an id twice closes with 4409', async () => {
    const socket = await server.socket();
    socket.subscribe('1', 'subscription { idle }');
    socket.subscribe('1', 'subscription { idle }');
    expect((await socket.closed).code).toBe(4409);
  });

  it.each([
    'no JSON',
    '{"type":"nonsense"}',
    '[]',
    '{"type":"subscribe","id":"1","payload":{"query":7}}',
  ])('that sends %s closes with 4400', async (frame) => {
    const socket = await server.socket();
    socket.send(frame);
    expect((await socket.closed).code).toBe(4400);
  });

  it('that sends a frame of more than 128 KB closes with 1009', async () => {
    const socket = await server.socket();
    socket.subscribe('1', `subscription { ticks } # ${'x'.repeat(128 * 1024)}`);
    expect((await socket.closed).code).toBe(1009);
  });

  it('answers pings of the protocol', async () => {
    const socket = await server.socket();
    socket.send({ type: 'ping', payload: { n: 1 } });
    expect(await socket.next()).toEqual({ type: 'pong', payload: { n: 1 } });
    socket.raw.close();
  });

  it('that answers no ping of the transport is cut off', async () => {
    await using strict = await startEdge({ websocket: { keepAliveMs: 40 } });
    const socket = await strict.socket();
    socket.raw.pong = () => {};
    Object.assign(socket.raw, { _autoPong: false });
    const receiver = (socket.raw as unknown as { _receiver: { removeAllListeners(event: string): void } })._receiver;
    receiver.removeAllListeners('ping');
    expect((await socket.closed).code).toBe(1013);
  });
});

describe('signing in', () => {
  it('with a bad token closes with 4403, and with what is no bearer token too', async () => {
    for (const authorization of ['Bearer old', 'Basic YTpi', 7]) {
      const socket = await server.socket({ authorization });
      expect((await socket.closed).code).toBe(4403);
    }
  });

  it('while tokens cannot be checked closes with 1013, so that the client comes back', async () => {
    const socket = await server.socket({ authorization: 'Bearer down' });
    expect((await socket.closed).code).toBe(1013);
  });

  it('is not needed for a connection; what needs an actor then closes it with 4401', async () => {
    const socket = await server.socket();
    socket.subscribe('1', 'subscription { ticks(count: 1) }');
    expect(await socket.next()).toMatchObject({ type: 'next', id: '1', payload: { data: { ticks: 1 } } });
    socket.subscribe('2', 'subscription { mine }');
    expect((await socket.closed).code).toBe(4401);
  });

  it('ends with 4403 when the token expires, and its subscriptions with it', async () => {
    await using brief = await startEdge({ shortMs: 60 });
    const socket = await brief.socket({ authorization: 'Bearer short' });
    socket.subscribe('1', 'subscription { mine }');
    expect((await socket.closed).code).toBe(4403);
    await expect.poll(() => brief.edge.idleEnded).toBe(1);
  });

  it('ends with 4403 when the sessions of the user end, and only theirs', async () => {
    const ada = await server.socket(GOOD);
    const other = await server.socket({ authorization: 'Bearer good-bob' });
    server.endSessionsOf('ada');
    expect((await ada.closed).code).toBe(4403);
    other.send({ type: 'ping' });
    expect((await other.next()).type).toBe('pong');
    other.raw.close();
  });

  it('is refused when the sessions end while the token is being checked', async () => {
    const go = server.holdAuthentication();
    const socket = await server.socket(null);
    socket.send({ type: 'connection_init', payload: GOOD });
    socket.send({ type: 'ping' });
    expect((await socket.next()).type).toBe('pong');
    server.endSessionsOf('ada');
    go();
    expect((await socket.closed).code).toBe(4403);
  });
});

describe('a subscription', () => {
  it('is the only operation that a socket takes, unless told otherwise', async () => {
    const socket = await server.socket(GOOD);
    socket.subscribe('1', 'query { hello }');
    const refused = await socket.next();
    expect(refused).toMatchObject({
      type: 'error',
      id: '1',
      payload: [{ extensions: { code: 'VALIDATION_FAILED', requestId: expect.any(String) } }],
    });
    socket.subscribe('2', 'mutation { touch }');
    expect(await socket.next()).toMatchObject({ type: 'error', id: '2' });
    socket.raw.close();

    await using all = await startEdge({ websocket: { operations: 'all' } });
    const open = await all.socket();
    open.subscribe('1', 'query { hello }');
    expect(await open.next()).toEqual({ type: 'next', id: '1', payload: { data: { hello: 'hello you' } } });
  });

  it.each([
    ['subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['subscription A { ticks } subscription B { ticks }', 'VALIDATION_FAILED'],
  ])('%s is refused with %s', async (query, code) => {
    const socket = await server.socket();
    socket.subscribe('1', query);
    const message = await socket.next();
    expect(message.type).toBe('error');
    expect((message.payload as AnswerError[])[0]?.extensions.code).toBe(code);
    socket.raw.close();
  });

  it('with wrong variables names them', async () => {
    const socket = await server.socket();
    socket.subscribe('1', 'subscription ($count: Int!) { ticks(count: $count) }', { count: 'many' });
    expect(await socket.next()).toMatchObject({
      payload: { errors: [{ extensions: { code: 'VALIDATION_FAILED', fields: [{ path: 'count' }] } }] },
    });
    expect(await socket.next()).toEqual({ type: 'complete', id: '1' });
    socket.raw.close();
  });

  it('that breaks says so without the inner reason, and the socket lives on', async () => {
    const socket = await server.socket();
    socket.subscribe('1', 'subscription { breaks }');
    expect(await socket.next()).toMatchObject({ type: 'next' });
    const message = await socket.next();
    expect(message).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'INTERNAL' } }] });
    expect(JSON.stringify(message)).not.toContain('inner reason');
    socket.subscribe('2', 'subscription { failing }');
    const event = await socket.next();
    expect(event).toMatchObject({
      type: 'next',
      payload: { data: { failing: null }, errors: [{ extensions: { code: 'INTERNAL' } }] },
    });
    expect(JSON.stringify(event)).not.toContain('inner reason');
    socket.raw.close();
  });

  it('that does not start in time is TIMEOUT', async () => {
    await using impatient = await startEdge({ settings: { operationTimeoutMs: 40 } });
    const socket = await impatient.socket();
    socket.subscribe('1', 'subscription { never }');
    expect(await socket.next()).toMatchObject({ payload: { errors: [{ extensions: { code: 'TIMEOUT' } }] } });
  });

  it('beyond the 100th of a socket is LIMIT_EXCEEDED, until one has ended', async () => {
    const socket = await server.socket(GOOD);
    for (let n = 1; n <= 101; n++) socket.subscribe(String(n), 'subscription { idle }');
    const message = await socket.next();
    expect(message).toMatchObject({
      type: 'error',
      id: '101',
      payload: [{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'subscriptions', max: 100, actual: 101 } }],
    });
    await expect.poll(subscribers).toBe(100);
    socket.send({ type: 'complete', id: '1' });
    socket.subscribe('102', 'subscription { ticks(count: 1) }');
    expect(await socket.next()).toMatchObject({ type: 'next', id: '102' });
    socket.raw.close();
    await expect.poll(subscribers).toBe(0);
  });

  it('that is idle ends at once when its client completes it, goes away, or vanishes', async () => {
    const before = server.edge.idleEnded;
    const socket = await server.socket(GOOD);
    for (const id of ['1', '2']) socket.subscribe(id, 'subscription { idle }');
    socket.send({ type: 'complete', id: '1' });
    await expect.poll(() => server.edge.idleEnded).toBe(before + 1);
    socket.raw.terminate();
    await expect.poll(() => server.edge.idleEnded).toBe(before + 2);
  });
});

describe('a slow subscriber', () => {
  it('whose queue is full is cut off with 1013', async () => {
    const socket = await server.socket();
    socket.subscribe('1', 'subscription { overrun }');
    expect((await socket.closed).code).toBe(1013);
  });

  it('that takes nothing is cut off with 1013, and little is held for it', async () => {
    await using strict = await startEdge({ websocket: { stallMs: 300 } });
    const socket = await strict.socket();
    socket.raw.pause();
    socket.subscribe('1', 'subscription { flood }');
    await expect.poll(() => strict.lines.some((line) => line.includes('subscription ended'))).toBe(true);
    const taken = strict.edge.floodTaken;
    expect(taken).toBeLessThan(400);
    socket.raw.resume();
    expect((await socket.closed).code).toBe(1013);
    expect(strict.edge.floodTaken).toBe(taken);
  });

  it('with many streams is cut off once more than the bound waits for it', async () => {
    await using strict = await startEdge({ websocket: { maxBufferedBytes: 500_000 } });
    const socket = await strict.socket();
    socket.raw.pause();
    for (let n = 0; n < 60; n++) socket.subscribe(String(n), 'subscription { flood }');
    await expect.poll(() => strict.lines.some((line) => line.includes('WebSocket closed'))).toBe(true);
    socket.raw.resume();
    expect((await socket.closed).code).toBe(1013);
  });
});

it('ends every socket with 1001 when the server goes', async () => {
  const going = await startEdge();
  const sockets = await Promise.all(Array.from({ length: 3 }, () => going.socket()));
  for (const socket of sockets) socket.subscribe('1', 'subscription { idle }');
  await expect.poll(async () => (await going.metrics.render()).body).toMatch(/^subscribers 3$/m);
  await going.close();
  expect(await Promise.all(sockets.map(async (socket) => (await socket.closed).code))).toEqual([1001, 1001, 1001]);
  expect(going.edge.idleEnded).toBe(3);
});
