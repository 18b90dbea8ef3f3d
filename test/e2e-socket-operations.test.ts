import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSocket } from './support/edge-server.ts';
import type { AnswerError } from './support/graphql-client.ts';
import { startTestServer, type TestServer } from './support/server.ts';

const ME = '{ me { id } }';
const CREATE = 'mutation { createClient(input: { name: "Too late" }) { id } }';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { WS_OPERATIONS: 'all' } });
});
afterAll(() => server?.[Symbol.asyncDispose]());

/** A socket of somebody new, and how it is answered. */
async function signedInSocket(at: TestServer = server) {
  const person = await at.person('SUPERVISOR');
  const url = `${at.base.replace('http', 'ws')}/graphql`;
  const socket = await openSocket(url, { authorization: `Bearer ${person.token}` }, {});
  let asked = 0;
  const ask = async (query: string): Promise<string> => {
    asked += 1;
    socket.subscribe(String(asked), query);
    for (;;) {
      const message = await socket.next();
      if (message.id !== String(asked) || message.type === 'complete') continue;
      const errors = message.type === 'error' ? message.payload : (message.payload as { errors?: unknown }).errors;
      return (errors as AnswerError[] | undefined)?.[0]?.extensions?.code ?? 'done';
    }
  };
  return { person, socket, ask };
}

it.each([
  ['deactivated', 'UPDATE users SET active = false WHERE id = $1'],
  ['given another role', "UPDATE users SET role = 'AGENT' WHERE id = $1"],
  ['signed out everywhere', 'UPDATE users SET session_epoch = session_epoch + 1 WHERE id = $1'],
])('over an open socket a person who was just %s does nothing more', async (_, change) => {
  const { person, socket, ask } = await signedInSocket();
  expect(await ask(ME)).toBe('done');
  expect(await ask(CREATE)).toBe('done');
  // Behind the server's back: as in the moment before the news of it ends the socket.
  await server.sql(change, [person.id]);
  const count = () => server.sql('SELECT count(*) FROM clients');
  const before = await count();
  expect([await ask(ME), await ask(CREATE)]).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  expect(await count()).toEqual(before);
  socket.raw.terminate();
  expect(server.log).toEqual([]);
});

it('what is asked over a socket counts as over HTTP, also what nobody can read; subscriptions do not', async () => {
  await using small = await startTestServer({ env: { WS_OPERATIONS: 'all', RATE_LIMIT_USER_MAX: '6' } });
  const { person, socket, ask } = await signedInSocket(small);
  // One for the socket itself, and one for each of these.
  expect(await ask(ME)).toBe('done');
  expect(await ask('{ me {')).toBe('GRAPHQL_PARSE_FAILED');
  expect(await ask(CREATE)).toBe('done');
  const overHttp = async () =>
    (
      await fetch(`${small.base}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${person.token}` },
        body: JSON.stringify({ query: ME }),
      })
    ).headers.get('ratelimit-remaining');
  expect(await overHttp()).toBe('1');
  socket.subscribe('live', 'subscription { slaAlerts { cursor } }');
  expect(await ask(ME)).toBe('done');
  expect([await ask(ME), await ask(CREATE)]).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
  expect(await small.sql('SELECT count(*) FROM clients')).toMatchObject([{ count: '1' }]);
  socket.raw.terminate();
});
