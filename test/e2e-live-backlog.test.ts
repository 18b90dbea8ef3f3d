import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type DeskCalls, deskCalls } from './support/desk-calls.ts';
import { followEvents as events } from './support/follow.ts';
import { eventually, startTestServer, type TestServer } from './support/server.ts';

const MAX_BACKLOG = 60;
/** The one that ends sockets when sessions end. */
const NOBODY_FOLLOWS = 1;

let server: TestServer;
let desk: DeskCalls;
let vip: string;
beforeAll(async () => {
  server = await startTestServer({ env: { SUBSCRIBER_MAX_BACKLOG: String(MAX_BACKLOG) } });
  desk = deskCalls(server);
  vip = await desk.client('VIP');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  expect(server.log, 'nothing failed for a reason that nobody foresaw').toEqual([]);
});

describe('a client that stops reading', () => {
  it('is cut off with 1013 at little cost, while another gets everything, and goes on from its cursor', async () => {
    const { admin } = server;
    const big = await desk.ticket(vip, { description: 'x'.repeat(20_000) });
    const after = await desk.cursor();
    // Others can be counted once this one is there.
    const before = await eventually(subscribers, (count) => count === NOBODY_FOLLOWS);
    const slow = await stubbornClient(admin.token ?? '', after);
    const quick = events(admin, after, big);
    await desk.comment(big);
    await quick.next();
    const heard = [await slow.next()];
    expect(await subscribers()).toBe(before + 2);

    slow.stopReading();
    const held = process.memoryUsage();
    // 300 KB each: the system's own buffers of a connection take some of them, the backlog the next.
    const rounds = MAX_BACKLOG + 60;
    for (let round = 0; round < rounds; round += 10) {
      await Promise.all(Array.from({ length: 10 }, () => desk.comment(big)));
    }
    expect((await quick.take(rounds)).every(({ ticketEvents }) => ticketEvents.type === 'ticket.commented')).toBe(true);
    // It is given up as soon as its backlog is full, whether or not it ever reads again.
    await eventually(subscribers, (count) => count === before + 1);
    const { heapUsed, external } = process.memoryUsage();
    expect(heapUsed + external - held.heapUsed - held.external).toBeLessThan(64 * 2 ** 20);

    slow.readOn();
    heard.push(...(await slow.rest()));
    expect(await slow.closed).toBe(1013);
    const last = heard.at(-1) ?? '';
    const resumed = events(admin, last, big);
    await resumed.take(rounds + 1 - heard.length);
    expect(heard.length).toBeLessThan(rounds);
    await Promise.all([quick.stop(), resumed.stop()]);
  });
});

/** How many follow the log in the first process. */
async function subscribers(): Promise<number> {
  const metrics = (await (await server.admin.get('/health/metrics')).json()) as { subscribers: number };
  return metrics.subscribers;
}

/** A subscriber that can stop taking bytes from its connection; it keeps the cursors of what it took. */
async function stubbornClient(token: string, after: string) {
  const socket = new WebSocket(`${server.base.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const cursors: string[] = [];
  const asking: ((cursor: string) => void)[] = [];
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const parts = Array.from({ length: 15 }, (_, i) => `t${i}: ticket { description }`).join(' ');
  const query = `subscription ($after: String) { ticketEvents(after: $after) { cursor ${parts} } }`;
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await once(socket, 'message');
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data));
    if (type !== 'next') return;
    const { cursor } = payload.data.ticketEvents;
    const first = asking.shift();
    if (first) first(cursor);
    else cursors.push(cursor);
  });
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query, variables: { after } } }));
  return {
    closed,
    next: async () => cursors.shift() ?? (await new Promise<string>((resolve) => asking.push(resolve))),
    stopReading: () => socket.pause(),
    readOn: () => socket.resume(),
    /** The cursors of all that came until the connection closed. */
    async rest(): Promise<string[]> {
      await closed;
      return cursors;
    },
  };
}
