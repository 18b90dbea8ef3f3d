import { once } from 'node:events';
import { expect, it } from 'vitest';
import WebSocket from 'ws';
import { type Answer, refusedUpgrade, startEdge } from './support/edge-server.ts';

const GOOD = { authorization: 'Bearer good' };

it('lets a user have so many sockets, ends the next with 1013 and what the limit is, and lets another in once one has closed', async () => {
  await using server = await startEdge({ websocket: { operations: 'all', socketsPerUser: 3 } });
  const sockets = [await server.socket(GOOD), await server.socket(GOOD), await server.socket(GOOD)];
  const { code, reason } = await (await server.socket(GOOD)).closed;
  expect(code).toBe(1013);
  expect(reason).toBe('LIMIT_EXCEEDED: socketsPerUser is 3, and this would be number 4. Close one first.');

  const other = await server.socket({ authorization: 'Bearer good-bob' });
  other.subscribe('1', '{ me }');
  expect(await other.next()).toMatchObject({ type: 'next' });

  const [first] = sockets;
  first?.raw.close();
  await first?.closed;
  const again = await server.socket(GOOD);
  again.subscribe('1', '{ me }');
  expect(await again.next()).toMatchObject({ type: 'next', payload: { data: { me: 'ada' } } });
});

it('has 20 sockets for a user unless told otherwise', async () => {
  await using server = await startEdge();
  const sockets = await Promise.all(Array.from({ length: 20 }, () => server.socket(GOOD)));
  expect(sockets.every(({ raw }) => raw.readyState === WebSocket.OPEN)).toBe(true);
  expect((await (await server.socket(GOOD)).closed).code).toBe(1013);
});

it('refuses an address that has as many sockets as it may, and counts each address by itself', async () => {
  await using server = await startEdge({
    settings: { trustProxy: 'loopback' },
    websocket: { socketsPerAddress: 2 },
  });
  const from = (ip: string) => ({ headers: { 'x-forwarded-for': ip } });
  const first = await server.socket(null, from('203.0.113.1'));
  await server.socket(null, from('203.0.113.1'));
  expect((await refusedUpgrade(`${server.url}/graphql`, from('203.0.113.1').headers)).status).toBe(429);

  const response = await upgradeAnswer(`${server.url}/graphql`, from('203.0.113.1').headers);
  expect(response.errors?.[0]?.extensions).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    limit: 'socketsPerAddress',
    max: 2,
    actual: 3,
  });

  await server.socket(null, from('203.0.113.2'));
  first.raw.close();
  await first.closed;
  await server.socket(null, from('203.0.113.1'));
});

it('ends a socket whose frame is too large with 1009 and what the limit is, and takes a frame of just that size', async () => {
  await using server = await startEdge({ websocket: { operations: 'all', frameMaxBytes: 2_048 } });
  const fits = await server.socket();
  const frame = JSON.stringify({ id: '1', type: 'subscribe', payload: { query: '{ hello }' } });
  fits.send(frame.replace('{ hello }', '{ hello }'.padEnd(9 + 2_048 - frame.length)));
  expect(await fits.next()).toMatchObject({ type: 'next' });

  const large = await server.socket();
  large.send(frame.replace('{ hello }', '{ hello }'.padEnd(10 + 2_048 - frame.length)));
  const { code, reason } = await large.closed;
  expect(code).toBe(1009);
  expect(reason).toBe('PAYLOAD_TOO_LARGE: a frame has at most 2048 bytes. Send less, or use HTTP.');
});

it('counts what comes in fragments as one frame', async () => {
  await using server = await startEdge({ websocket: { operations: 'all', frameMaxBytes: 2_048 } });
  const socket = await server.socket();
  for (let n = 0; n < 3; n++) socket.raw.send(' '.repeat(1_000), { fin: false });
  expect((await socket.closed).code).toBe(1009);
});

it('takes so many subscriptions on a socket, refuses the next by an error, and another again once one has ended', async () => {
  await using server = await startEdge({ websocket: { subscriptionsPerSocket: 2 } });
  const socket = await server.socket();
  socket.subscribe('1', 'subscription { idle }');
  socket.subscribe('2', 'subscription { idle }');
  socket.subscribe('3', 'subscription { ticks(count: 1) }');
  const refused = await socket.next();
  expect(refused).toMatchObject({ id: '3', type: 'error' });
  expect((refused.payload as Answer['errors'])?.[0]?.extensions).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    limit: 'subscriptions',
    max: 2,
    actual: 3,
  });
  socket.send({ id: '1', type: 'complete' });
  socket.subscribe('4', 'subscription { ticks(count: 1) }');
  expect(await socket.next()).toMatchObject({ id: '4', type: 'next' });
});

/** The body of an upgrade that is refused. */
async function upgradeAnswer(url: string, headers: Record<string, string>): Promise<Answer> {
  const raw = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
  raw.on('error', () => {});
  const [, response] = (await once(raw, 'unexpected-response')) as [unknown, AsyncIterable<Buffer>];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return JSON.parse(String(Buffer.concat(chunks))) as Answer;
}
