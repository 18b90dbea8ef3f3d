import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type Message, startEdge } from './support/edge-server.ts';

let server: Awaited<ReturnType<typeof startEdge>>;
beforeAll(async () => {
  server = await startEdge();
});
afterAll(() => server.close());

type Socket = Awaited<ReturnType<typeof server.socket>>;

const GOOD = { authorization: 'Bearer good' };

/** Everything that came before the answer to a ping that is sent now. */
async function upToNow(socket: Socket): Promise<Message[]> {
  socket.send({ type: 'ping', payload: { fence: true } });
  const messages: Message[] = [];
  for (;;) {
    const message = await socket.next();
    if (message.type === 'pong') return messages;
    messages.push(message);
  }
}

async function take(socket: Socket, count: number): Promise<Message[]> {
  const messages: Message[] = [];
  while (messages.length < count) messages.push(await socket.next());
  return messages;
}

const tick = (id: string, ticks: number) => ({ id, type: 'next', payload: { data: { ticks } } });
const complete = (id: string) => ({ id, type: 'complete' });

describe('connection_init', () => {
  it.each([
    ['{"type":"connection_init"}'],
    ['{"type":"connection_init","payload":null}'],
    ['{"type":"connection_init","payload":{}}'],
    ['{"type":"connection_init","payload":{"a":{"b":[1]}},"id":"unknown","more":1}'],
  ])('as %s is acknowledged, by nothing but an acknowledgement', async (frame) => {
    const socket = await server.socket(null);
    socket.send(frame);
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    socket.raw.close();
  });

  it('waits for the token, however long that takes, and what is subscribed meanwhile closes with 4401', async () => {
    await using impatient = await startEdge({ websocket: { initTimeoutMs: 30 } });
    const go = impatient.holdAuthentication();
    const [waiting, hasty] = [await impatient.socket(null), await impatient.socket(null)];
    for (const socket of [waiting, hasty]) socket.send({ type: 'connection_init', payload: GOOD });
    // A socket that introduced itself later has been timed out: so has the wait of these two.
    expect((await (await impatient.socket(null)).closed).code).toBe(4408);
    expect(waiting.queue).toEqual([]);
    hasty.subscribe('1', 'subscription { ticks }');
    expect((await hasty.closed).code).toBe(4401);
    go();
    expect(await waiting.next()).toEqual({ type: 'connection_ack' });
  });

  it('twice closes with 4429, acknowledged or not', async () => {
    const socket = await server.socket(null);
    for (let n = 0; n < 2; n++) socket.send({ type: 'connection_init' });
    expect((await socket.closed).code).toBe(4429);
  });
});

describe('ping and pong', () => {
  it('are answered and ignored before and after the acknowledgement', async () => {
    const socket = await server.socket(null);
    for (const type of ['pong', 'ping']) socket.send({ type });
    expect(await socket.next()).toEqual({ type: 'pong' });
    socket.send({ type: 'connection_init' });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    socket.send({ type: 'pong', payload: { unasked: true } });
    socket.send({ type: 'ping', payload: { n: [1] } });
    expect(await socket.next()).toEqual({ type: 'pong', payload: { n: [1] } });
    socket.raw.close();
  });
});

describe('what is no message of a client closes with 4400:', () => {
  it.each([
    '',
    '{',
    'null',
    '7',
    '"connection_init"',
    '{}',
    '{"type":7}',
    '{"type":"start","id":"1","payload":{"query":"subscription { ticks }"}}',
    '{"type":"CONNECTION_INIT"}',
    '{"type":"connection_init","payload":"x"}',
    '{"type":"ping","payload":7}',
    '{"type":"pong","payload":[]}',
    '{"type":"complete"}',
    '{"type":"complete","id":7}',
    '{"type":"complete","id":""}',
    '{"type":"subscribe","payload":{"query":"subscription { ticks }"}}',
    '{"type":"subscribe","id":"","payload":{"query":"subscription { ticks }"}}',
    '{"type":"subscribe","id":1,"payload":{"query":"subscription { ticks }"}}',
    '{"type":"subscribe","id":"1"}',
    '{"type":"subscribe","id":"1","payload":{}}',
    '{"type":"subscribe","id":"1","payload":{"query":null}}',
    '{"type":"subscribe","id":"1","payload":{"query":"subscription { ticks }","variables":[]}}',
    '{"type":"subscribe","id":"1","payload":{"query":"subscription { ticks }","operationName":7}}',
    '{"type":"subscribe","id":"1","payload":{"query":"subscription { ticks }","extensions":"x"}}',
    '[{"type":"ping"}]',
    // Only servers send these.
    '{"type":"connection_ack"}',
    '{"type":"next","id":"1","payload":{"data":null}}',
    '{"type":"error","id":"1","payload":[{"message":"x"}]}',
  ])('%s', async (frame) => {
    const socket = await server.socket();
    socket.send(frame);
    expect((await socket.closed).code).toBe(4400);
  });

  it('any binary frame', async () => {
    for (const frame of [Buffer.from('{"type":"ping"}'), Buffer.alloc(10, 0xff), Buffer.alloc(0)]) {
      const socket = await server.socket();
      socket.raw.send(frame, { binary: true });
      expect((await socket.closed).code).toBe(4400);
    }
  });
});

describe('frames', () => {
  it('of one message in several fragments are put together', async () => {
    const socket = await server.socket();
    for (const part of ['{"type":', '"ping",', '"payload":{"a":1}']) socket.raw.send(part, { fin: false });
    socket.raw.send('}', { fin: true });
    expect(await socket.next()).toEqual({ type: 'pong', payload: { a: 1 } });
    socket.raw.close();
  });

  it('that break RFC 6455 close with its own codes', async () => {
    const bytes: readonly [number, number[]][] = [
      // A text frame whose text is no UTF-8; one that is not masked; one with a reserved opcode; one with a reserved bit.
      [1007, [0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]],
      [1002, [0x81, 0x02, 0x7b, 0x7d]],
      [1002, [0x83, 0x80, 0, 0, 0, 0]],
      [1002, [0xc1, 0x80, 0, 0, 0, 0]],
    ];
    for (const [code, frame] of bytes) {
      const socket = await server.socket();
      (socket.raw as unknown as { _socket: { write(data: Buffer): void } })._socket.write(Buffer.from(frame));
      expect((await socket.closed).code).toBe(code);
    }
  });

  it('of one message that are too large together close with 1009', async () => {
    const socket = await server.socket();
    for (let n = 0; n < 3; n++) socket.raw.send(' '.repeat(60_000), { fin: false });
    expect((await socket.closed).code).toBe(1009);
  });
});

describe('the subprotocol', () => {
  const connect = (protocols: string[]): WebSocket =>
    new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, protocols);

  it.each([
    [['graphql-ws']],
    [['graphql-ws', 'soap']],
    [['mqtt']],
  ])('is not one of %j: told so by 4406, on a socket that opens for it', async (protocols) => {
    const raw = connect(protocols);
    const [code, reason] = await once(raw, 'close');
    expect([code, String(reason)]).toEqual([4406, 'Subprotocol not acceptable']);
  });

  it('is graphql-transport-ws wherever it stands in the offer', async () => {
    for (const protocols of [
      ['graphql-ws', 'graphql-transport-ws'],
      ['graphql-transport-ws', 'graphql-ws'],
    ]) {
      const raw = connect(protocols);
      await once(raw, 'open');
      expect(raw.protocol).toBe('graphql-transport-ws');
      raw.close();
    }
  });
});

describe('complete', () => {
  it('of an id that is not in use is ignored, before and after the acknowledgement', async () => {
    const socket = await server.socket(null);
    socket.send(complete('1'));
    socket.send({ type: 'connection_init' });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    socket.send(complete('1'));
    expect(await upToNow(socket)).toEqual([]);
    socket.raw.close();
  });

  it('before the first event ends the subscription, and nothing comes for its id any more', async () => {
    const before = server.edge.idleEnded;
    const socket = await server.socket(GOOD);
    socket.subscribe('1', 'subscription { idle }');
    socket.send(complete('1'));
    await expect.poll(() => server.edge.idleEnded).toBe(before + 1);
    expect(await upToNow(socket)).toEqual([]);
    socket.raw.close();
  });

  it('twice is as once', async () => {
    const socket = await server.socket(GOOD);
    socket.subscribe('1', 'subscription { idle }');
    for (let n = 0; n < 3; n++) socket.send(complete('1'));
    socket.subscribe('2', 'subscription { ticks(count: 1) }');
    expect(await take(socket, 2)).toEqual([tick('2', 1), complete('2')]);
    socket.raw.close();
  });
});

describe('an id', () => {
  it('is free again once the server has completed it', async () => {
    const socket = await server.socket();
    for (let n = 0; n < 20; n++) {
      socket.subscribe('again', 'subscription { ticks(count: 1) }');
      expect(await take(socket, 2)).toEqual([tick('again', 1), complete('again')]);
    }
    socket.raw.close();
  });

  it('is free again at once when its client has completed it: the end of the first is not that of the second', async () => {
    const before = server.edge.idleEnded;
    const socket = await server.socket(GOOD);
    for (let n = 0; n < 20; n++) {
      socket.subscribe('1', 'subscription { idle }');
      socket.send(complete('1'));
      socket.subscribe('1', 'subscription { ticks(count: 2) }');
      expect(await take(socket, 3)).toEqual([tick('1', 1), tick('1', 2), complete('1')]);
    }
    await expect.poll(() => server.edge.idleEnded).toBe(before + 20);
    socket.subscribe('1', 'subscription { idle }');
    for (let n = 0; n < 5; n++) {
      socket.send(complete('1'));
      socket.subscribe('1', 'subscription { idle }');
    }
    socket.send(complete('1'));
    await expect.poll(async () => (await server.metrics.render()).body).toMatch(/^subscribers 0$/m);
    expect(await upToNow(socket)).toEqual([]);
    socket.raw.close();
  });

  it('is free again after an error', async () => {
    const socket = await server.socket();
    for (const query of ['subscription {', 'subscription { nothing }', 'query { hello }']) {
      socket.subscribe('1', query);
      expect(await socket.next()).toMatchObject({ id: '1', type: 'error' });
    }
    socket.subscribe('1', 'subscription { breaks }');
    expect((await take(socket, 2)).map(({ type }) => type)).toEqual(['next', 'error']);
    socket.subscribe('1', 'subscription { ticks(count: 1) }');
    // Neither was followed by "complete": an error is the end.
    expect(await take(socket, 2)).toEqual([tick('1', 1), complete('1')]);
    socket.raw.close();
  });

  it('in use twice closes with 4409, however long it is, also when the first has not begun', async () => {
    for (const [id, query] of [
      ['1', 'subscription { idle }'],
      ['1', 'subscription { never }'],
      ['é'.repeat(5_000), 'subscription { idle }'],
    ] as const) {
      const socket = await server.socket(GOOD);
      for (let n = 0; n < 2; n++) socket.subscribe(id, query);
      expect((await socket.closed).code).toBe(4409);
    }
    const socket = await server.socket(GOOD);
    socket.subscribe('1', 'subscription { never }');
    socket.send(complete('1'));
    for (let n = 0; n < 2; n++) socket.subscribe('1', 'subscription { idle }');
    expect((await socket.closed).code).toBe(4409);
  });

  it.each(['__proto__', 'constructor', 'toString', ' ', '0', 'a\u0000b', '🎫'])('may be %j', async (id) => {
    const socket = await server.socket();
    socket.subscribe(id, 'subscription { ticks(count: 1) }');
    expect(await take(socket, 2)).toEqual([tick(id, 1), complete(id)]);
    socket.raw.close();
  });
});

it('events of several subscriptions keep their ids and each its order', async () => {
  const socket = await server.socket();
  const ids = ['a', 'b', 'c'];
  for (const id of ids) socket.subscribe(id, 'subscription { ticks(count: 3) }');
  const messages = await take(socket, 12);
  for (const id of ids) {
    const own = messages.filter((message) => message.id === id);
    expect(own).toEqual([tick(id, 1), tick(id, 2), tick(id, 3), complete(id)]);
  }
  socket.raw.close();
});
