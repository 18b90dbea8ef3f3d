import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { AnswerError } from './support/graphql-client.ts';
import { openFeed } from './support/live-feed.ts';
import { startTestServer, type TestServer } from './support/server.ts';

/** Every limit as an operator sets it, and what just exceeds it. */
const LIMITS = [
  ['MAX_TOKENS', '100', 'tokens', `{ me { ${'id '.repeat(96)} } }`],
  ['MAX_OPERATIONS', '2', 'operations', 'query A { me { id } } query B { me { id } } query C { me { id } }'],
  ['MAX_DEPTH', '3', 'depth', '{ tickets(first: 1) { nodes { client { id } } } }'],
  ['MAX_ALIASES', '1', 'aliases', '{ me { a: id b: id } }'],
  ['MAX_ROOT_FIELDS', '2', 'rootFields', '{ eventCursor me { id } slaPolicies { tier } }'],
  ['MAX_DIRECTIVES', '1', 'directives', '{ me { id @skip(if: false) name @skip(if: false) } }'],
  [
    'MAX_LIST_ITEMS',
    '2',
    'listItems',
    '{ tickets(first: 1, filter: { priority: [1, 2, 3] }) { pageInfo { hasNextPage } } }',
  ],
  ['MAX_COST', '30', 'cost', '{ tickets(first: 31) { nodes { id } } }'],
] as const;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    env: {
      ...Object.fromEntries(LIMITS.map(([variable, value]) => [variable, value])),
      WS_OPERATIONS: 'all',
      BODY_MAX_BYTES: '20000',
      WS_FRAME_MAX_BYTES: '10000',
      SUBSCRIPTIONS_PER_SOCKET: '1',
      SOCKETS_PER_USER: '2',
      SOCKETS_PER_ADDRESS: '3',
    },
  });
});
afterAll(() => server?.[Symbol.asyncDispose]());

const headers = () => ({ authorization: `Bearer ${server.admin.token}` });
const address = () => `${server.base.replace('http', 'ws')}/graphql`;

async function overSocket(query: string): Promise<readonly AnswerError[]> {
  const feed = openFeed(address(), headers(), { query, variables: {} });
  const ending = await feed.ended;
  await feed.stop();
  return ending.kind === 'errors' ? ending.errors : [];
}

describe('each limit is the one that was set, over both transports', () => {
  it.each(LIMITS)('%s=%s', async (_variable, value, limit, query) => {
    const { status, errors } = await server.admin.send(query);
    expect(status).toBe(400);
    for (const found of [errors, await overSocket(query)]) {
      expect(found).toHaveLength(1);
      expect(found?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit, max: Number(value) });
    }
  });

  it('of a body and a frame', async () => {
    const { status, errors } = await server.admin.send(`{ me { id } } #${'x'.repeat(20_000)}`);
    expect(status).toBe(413);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', limit: 'body', max: 20_000 });
    const feed = openFeed(address(), headers(), { query: `{ me { id } } #${'x'.repeat(10_000)}`, variables: {} });
    expect(await feed.ended).toMatchObject({ kind: 'closed', code: 1009 });
  });

  it('of the sockets of a user and of an address', async () => {
    const open = async () => {
      const socket = new WebSocket(address(), 'graphql-transport-ws');
      const first = await Promise.race([
        new Promise<string>((resolve) => socket.once('open', () => resolve('open'))),
        new Promise<string>((resolve) => {
          socket.once('unexpected-response', (_request, response) => resolve(String(response.statusCode)));
        }),
      ]);
      return { socket, first };
    };
    const signedIn = async () => {
      const { socket } = await open();
      socket.send(JSON.stringify({ type: 'connection_init', payload: headers() }));
      return new Promise<string>((resolve) => {
        socket.once('message', (data) => resolve(JSON.parse(String(data)).type));
        socket.once('close', (code) => resolve(String(code)));
      });
    };
    expect([await signedIn(), await signedIn(), await signedIn()]).toEqual([
      'connection_ack',
      'connection_ack',
      '1013',
    ]);
    await open();
    expect((await open()).first).toBe('429');
  });
});
