import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSchema } from '../src/compose-schema.ts';
import { deskCalls } from './support/desk-calls.ts';
import type { Answer } from './support/graphql-client.ts';
import { nastyOperations } from './support/nasty-operations.ts';
import { codeOf, type Person, startTestServer, type TestServer } from './support/server.ts';

/** FUZZ_SEED tries others, FUZZ_OPERATIONS more of them; a failure names its operation. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_123);
const OPERATIONS = Number(process.env.FUZZ_OPERATIONS ?? 200);
const SUBSCRIPTIONS = Math.ceil(OPERATIONS / 5);
const PATIENCE = { timeout: 30_000 + OPERATIONS * 100 };

let server: TestServer;
let ids: string[];
/** An ADMIN, so that nothing is refused for its caller; replaced whenever an operation ended their session. */
let somebody: Person;
beforeAll(async () => {
  server = await startTestServer();
  somebody = await server.person('ADMIN');
  const desk = deskCalls(server);
  const clients = [await desk.client('VIP'), await desk.client('NORMAL')];
  const tickets = await Promise.all(clients.map((id) => desk.ticket(id)));
  const comments = await Promise.all(tickets.map((id) => desk.comment(id)));
  const agent = await server.person('AGENT');
  ids = [...clients, ...tickets, ...comments, agent.id, '00000000-0000-0000-0000-000000000000'];
});
afterAll(() => server[Symbol.asyncDispose]());

function expectForeseen(answer: Answer, operation: unknown): void {
  const about = JSON.stringify({ operation, answer, log: server.log }).slice(0, 3_000);
  expect(answer.status, about).toBeLessThan(500);
  for (const { extensions } of answer.errors ?? []) {
    expect(extensions?.code, about).toEqual(expect.any(String));
    expect(extensions?.code, about).not.toBe('INTERNAL');
    expect(extensions?.requestId, about).toEqual(expect.any(String));
  }
  expect(server.log, about).toEqual([]);
}

async function expectAlive(): Promise<void> {
  const desk = deskCalls(server);
  const id = await desk.ticket(await desk.client('VIP'), { title: 'Still here' });
  const { ticket } = await server.admin.ask('query ($id: ID!) { ticket(id: $id) { title } }', { id });
  expect(ticket).toEqual({ title: 'Still here' });
  expect((await server.nobody.get('/health/ready')).status).toBe(200);
  expect(Reflect.get({}, 'polluted')).toBe(undefined);
}

describe('nothing that anybody sends is a failure of ours', () => {
  it(`${OPERATIONS} random queries and mutations with nasty values`, PATIENCE, async () => {
    const next = nastyOperations(composeSchema(), SEED, ids);
    const answered: Record<string, number> = {};
    for (let i = 0; i < OPERATIONS; i += 1) {
      const operation = next(i % 2 ? 'query' : 'mutation');
      const answer = await somebody.send(operation.query, operation.variables);
      expectForeseen(answer, operation);
      const code = codeOf(answer) ?? 'data';
      answered[code] = (answered[code] ?? 0) + 1;
      if (code === 'UNAUTHENTICATED' || operation.field === 'mutation logoutEverywhere') {
        somebody = await server.person('ADMIN');
      }
    }
    // Neither all refused at the door nor all let through.
    expect(answered.data).toBeGreaterThan(OPERATIONS / 10);
    expect(answered.VALIDATION_FAILED).toBeGreaterThan(OPERATIONS / 10);
    await expectAlive();
  });

  it(`${SUBSCRIPTIONS} random subscriptions with nasty values`, PATIENCE, async () => {
    const next = nastyOperations(composeSchema(), SEED + 1, ids);
    for (let i = 0; i < SUBSCRIPTIONS; i += 1) {
      const operation = next('subscription');
      const feed = server.admin.subscribe(operation.query, operation.variables);
      // A refusal comes at once; what was taken is heard of after a change.
      const heard = feed.next().then(
        () => null,
        () => feed.ended,
      );
      const how = await Promise.race([heard, server.admin.ask('{ me { id } }').then(() => null)]);
      if (how?.kind === 'errors') expectForeseen({ status: 200, errors: how.errors }, operation);
      if (how?.kind === 'closed') throw new Error(`${how.code} ${how.reason}: ${JSON.stringify(operation)}`);
      await feed.stop();
    }
    expect(server.log).toEqual([]);
    await expectAlive();
  });

  it.each([
    '',
    'nonsense',
    'null',
    '[]',
    '7',
    '{}',
    '{"query":null}',
    '{"query":7}',
    '{"query":{"$gt":""}}',
    '{"query":"{ me { id } }","variables":"x"}',
    '{"query":"{ me { id } }","variables":[1]}',
    '{"query":"{ me { id } }","operationName":{}}',
    '{"query":"{ me { id } }","extensions":{"persistedQuery":{"version":1,"sha256Hash":"\\u0000"}}}',
    '{"query":"query ($id: ID!) { node(id: $id) { id } }","variables":{"__proto__":{"id":"x"}}}',
    '{"query":"{ me { id } }\\ud800"}',
    '{"query":"{ a'.padEnd(20_000, '{ a'),
    `{"query":"{ me { id } }"${' '.repeat(2_000_000)}}`,
  ])('a body of %j', async (body) => {
    const response = await fetch(`${server.base}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.admin.token}` },
      body,
    });
    const answer = (await response.json()) as Pick<Answer, 'data' | 'errors'>;
    expectForeseen({ ...answer, status: response.status }, body.slice(0, 100));
  });
});

it('the server is as it was', expectAlive);
