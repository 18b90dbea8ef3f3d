import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSchema } from '../src/compose-schema.ts';
import type { Role } from '../src/domain/enums.ts';
import { deskCalls } from './support/desk-calls.ts';
import { openSocket } from './support/edge-server.ts';
import type { Answer, AnswerError } from './support/graphql-client.ts';
import { randomNumbers } from './support/naive-reports.ts';
import { type NastyOperation, nastyOperations } from './support/nasty-operations.ts';
import { codeOf, type Person, startTestServer, type TestServer } from './support/server.ts';
import { patience, replayable, rounds, seeds } from './support/soak.ts';

/** Operations for each seed: 12,000 in the soak. */
const OVER_HTTP = rounds(240, 1_000);
const OVER_WEBSOCKET = rounds(60, 200);
const SEEDS = seeds(1, 10);
const LONGEST_URL = 8_000;
const COMMENT = 'mutation ($id: ID!) { addComment(ticketId: $id, body: "Heard?") { id } }';
const NOT_FOUND = 'subscription { ticketEvents(ticketId: "018f6b1c-0000-7000-8000-00000000000a") { id } }';
const JSON_TYPE = { 'content-type': 'application/json' };
/** What a message says that shows more of us than its reader may know. */
const TELLING =
  /did you mean|node_modules|\.[jt]s:\d|\n\s+at |syntax error at|duplicate key|violates|relation "|column "|invalid byte sequence|out of range|ECONN/i;
const schema = composeSchema();

let server: TestServer;
let ids: string[];
/** Somebody of each role; replaced whenever an operation ended their session. */
const people = new Map<Role, Person>();
beforeAll(async () => {
  server = await startTestServer();
  const desk = deskCalls(server);
  const clients = [await desk.client('VIP'), await desk.client('NORMAL')];
  const tickets = await Promise.all([...clients, ...clients].map((id) => desk.ticket(id)));
  const comments = await Promise.all(tickets.map((id) => desk.comment(id)));
  await desk.remove(tickets[3] ?? '');
  const agent = await server.person('AGENT');
  ids = [...clients, ...tickets, ...comments, agent.id, '00000000-0000-0000-0000-000000000000'];
});
afterAll(() => server?.[Symbol.asyncDispose]());

async function somebody(role: Role): Promise<Person> {
  const known = people.get(role) ?? (await server.person(role));
  people.set(role, known);
  return known;
}

function expectForeseen(answer: Answer, operation: unknown): void {
  const about = JSON.stringify({ operation, answer, log: server.log }).slice(0, 3_000);
  expect(answer.status, about).toBeLessThan(500);
  for (const { message, extensions } of answer.errors ?? []) {
    expect(extensions?.code, about).toMatch(/^(?!INTERNAL)[A-Z_]+$/);
    expect(extensions?.requestId, about).toEqual(expect.any(String));
    expect(message, about).not.toMatch(TELLING);
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

/** How much of everything there is that people make and change. */
const amounts = () =>
  server.sql(`SELECT (SELECT count(*) FROM event_log WHERE actor_id IS NOT NULL) AS done,
    (SELECT count(*) FROM tickets) AS tickets, (SELECT count(*) FROM comments) AS comments,
    (SELECT count(*) FROM clients) AS clients, (SELECT count(*) FROM users) AS users,
    (SELECT count(*) FROM sla_policies) AS policies, (SELECT sum(version) FROM tickets) AS versions`);

/** Everything that was made has its event, and no event is about what was not. */
async function expectWhole(): Promise<void> {
  const [row] = await server.sql(`SELECT
    (SELECT count(*)::int FROM tickets t
      WHERE (SELECT count(*) FROM event_log e WHERE e.subject_id = t.id AND e.type = 'ticket.created') <> 1) AS tickets,
    (SELECT count(*) FROM comments) - (SELECT count(*) FROM event_log WHERE type = 'ticket.commented') AS comments,
    (SELECT count(*) FROM users) - (SELECT count(*) FROM event_log WHERE type = 'user.registered') AS users,
    (SELECT count(*)::int FROM event_log e WHERE e.type LIKE 'ticket.%'
      AND NOT EXISTS (SELECT FROM tickets t WHERE t.id = e.subject_id)) AS events`);
  expect(row).toEqual({ tickets: 0, comments: '0', users: '0', events: 0 });
}

async function post(body: string, token: string | null): Promise<Answer> {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${server.base}/graphql`, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...authorization },
    body,
  });
  return { ...((await response.json()) as Answer), status: response.status };
}

async function get({ query, variables }: NastyOperation, token: string | null): Promise<Answer> {
  const url = `${server.base}/graphql?${new URLSearchParams({ query, variables })}`;
  const headers = { 'apollo-require-preflight': '1', authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers });
  return { ...((await response.json()) as Answer), status: response.status };
}

/** Whether an operation came to nothing: an error deep in an answer does not take back what was done. */
const refused = ({ errors, data }: Answer) => !data && (errors?.[0]?.path?.length ?? 0) < 2;

async function fuzzOverHttp(seed: number): Promise<Record<string, number>> {
  const next = nastyOperations(schema, seed, ids);
  const answered: Record<string, number> = {};
  for (let i = 0; i < OVER_HTTP; i += 1) {
    const operation = next(i % 2 ? 'query' : 'mutation');
    const role = i % 20 === 18 ? 'AGENT' : 'ADMIN';
    const { token } = i % 40 === 39 ? server.nobody : await somebody(role);
    const before = i % 2 ? null : await amounts();
    const byGet = i % 10 === 1 && operation.query.length + operation.variables.length < LONGEST_URL;
    const answer = await (byGet ? get(operation, token) : post(operation.body, token));
    expectForeseen(answer, operation);
    if (before && refused(answer)) expect(await amounts(), JSON.stringify([operation, answer])).toEqual(before);
    const code = codeOf(answer) ?? 'data';
    answered[code] = (answered[code] ?? 0) + 1;
    if (code === 'UNAUTHENTICATED' || operation.field === 'mutation logoutEverywhere') people.delete(role);
  }
  return answered;
}

/** Sends operations over one socket, as frames; a new socket when a frame was no message of the protocol. */
async function fuzzOverWebSocket(seed: number): Promise<Record<string, number>> {
  const next = nastyOperations(schema, seed, ids);
  const random = randomNumbers(seed);
  const answered: Record<string, number> = {};
  const open = () =>
    openSocket(`${server.base.replace('http', 'ws')}/graphql`, { authorization: `Bearer ${server.admin.token}` }, {});
  let socket = await open();
  for (let i = 0; i < OVER_WEBSOCKET; i += 1) {
    const operation = next(random() < 0.8 ? 'subscription' : random() < 0.5 ? 'query' : 'mutation');
    const id = `op-${i}`;
    socket.send(`{"id":"${id}","type":"subscribe","payload":${operation.body}}`);
    // What is taken is silent until something happens. Another one, that is refused after as much work, tells that a refusal would
    // have come by now; twice, since they do not wait for each other.
    let code = '';
    let waited = 0;
    const wait = (): void => socket.subscribe(`${id}-after-${waited}`, NOT_FOUND);
    wait();
    while (code === '') {
      const message = await Promise.race([socket.next(), socket.closed]);
      if ('code' in message) {
        expect([4400, 1009], JSON.stringify([operation, message])).toContain(message.code);
        code = String(message.code);
        socket = await open();
      } else if (message.type === 'error' || message.type === 'next') {
        const { payload } = message;
        // What cannot be run is refused by an error message; what fails when it begins, by a result.
        const errors = message.type === 'error' ? payload : (payload as { errors?: unknown }).errors;
        expectForeseen({ status: 200, errors: (errors ?? []) as AnswerError[] }, operation);
        if (message.id === id) code = (errors as AnswerError[] | undefined)?.[0]?.extensions?.code ?? 'data';
        else if (message.id === `${id}-after-${waited}`) {
          waited += 1;
          if (waited < 2) wait();
          else code = 'taken';
        }
      }
    }
    answered[code] = (answered[code] ?? 0) + 1;
    // Those that were taken stay, and are told what happens: a value may break what is made of an event.
    if (i % 20 === 19) await server.admin.ask(COMMENT, { id: ids[2] });
  }
  socket.raw.terminate();
  expect(server.log).toEqual([]);
  return answered;
}

describe('nothing that anybody sends is a failure of ours', () => {
  it.each(SEEDS)(
    `${OVER_HTTP} random queries and mutations with nasty values, seed %i`,
    async (seed) => {
      await replayable(seed, async () => {
        const answered = await fuzzOverHttp(seed);
        if (SEEDS.length > 1) console.info(`seed ${seed} over HTTP: ${JSON.stringify(answered)}`);
        // Neither all refused at the door nor all let through.
        expect(answered.data).toBeGreaterThan(OVER_HTTP / 10);
        expect(answered.VALIDATION_FAILED).toBeGreaterThan(OVER_HTTP / 10);
        await expectWhole();
        await expectAlive();
      });
    },
    patience(60_000),
  );

  it.each(SEEDS)(
    `${OVER_WEBSOCKET} random operations over WebSocket with nasty values, seed %i`,
    async (seed) => {
      await replayable(seed, async () => {
        const [before] = await amounts();
        const answered = await fuzzOverWebSocket(seed);
        if (SEEDS.length > 1) console.info(`seed ${seed} over WebSocket: ${JSON.stringify(answered)}`);
        expect(answered.taken).toBeGreaterThan(0);
        expect(answered.VALIDATION_FAILED).toBeGreaterThan(OVER_WEBSOCKET / 10);
        const [after] = await amounts();
        const told = Math.floor(OVER_WEBSOCKET / 20);
        const more = (name: string) => Number(after?.[name]) - Number(before?.[name]);
        expect({ ...after, done: 0, comments: 0 }).toEqual({ ...before, done: 0, comments: 0 });
        expect([more('done'), more('comments')]).toEqual([told, told]);
        await expectAlive();
      });
    },
    patience(60_000),
  );

  const BODIES = [
    '',
    'nonsense',
    'null',
    '[]',
    '7',
    '{}',
    '{"query":null}',
    '{"query":7}',
    '{"query":{"$gt":""}}',
    '{"__proto__":{"query":"{ me { id } }"}}',
    '{"constructor":{"prototype":{"polluted":true}},"query":"{ me { id } }"}',
    '{"query":"{ me { id } }","query":"{ nope }"}',
    '{"query":"{ me { id } }","variables":"x"}',
    '{"query":"{ me { id } }","variables":[1]}',
    '{"query":"{ me { id } }","operationName":{}}',
    '{"query":"{ me { id } }","operationName":"__proto__"}',
    '{"query":"{ me { id } }","extensions":{"persistedQuery":{"version":1,"sha256Hash":"\\u0000"}}}',
    '{"query":"{ me { id } }","extensions":{"persistedQuery":{"version":1e400,"sha256Hash":{"$gt":""}}}}',
    '{"query":"query ($id: ID!) { node(id: $id) { id } }","variables":{"__proto__":{"id":"x"}}}',
    '{"query":"query ($__proto__: ID!) { node(id: $__proto__) { id } }","variables":{"__proto__":"x"}}',
    '{"query":"query ($constructor: ID!) { node(id: $constructor) { id } }","variables":{}}',
    '{"query":"{ __proto__ constructor: me { toString: id } }"}',
    '{"query":"{ constructor: me { toString: id __proto__: name } }"}',
    '{"query":"query __proto__ { me { ...constructor } } fragment constructor on User { id }"}',
    '{"query":"{ me { id } }\\ud800"}',
    '{"query":"\\u0000{ me { id } }"}',
    '{"query":"{ \\u202eme { id } }"}',
    '{"query":"{ a'.padEnd(20_000, '{ a'),
    `{"query":"{ me { id } }","variables":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
    `{"query":"{ me { id } }"${' '.repeat(2_000_000)}}`,
  ];
  it.each(BODIES.map((body) => [body.slice(0, 100), body]))('a body of %j', async (_, body) => {
    expectForeseen(await post(body, server.admin.token), body.slice(0, 100));
    expect(Reflect.get({}, 'polluted')).toBe(undefined);
  });
});

it('the server is as it was', expectAlive);
