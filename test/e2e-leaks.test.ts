import { getIntrospectionQuery, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSchema } from '../src/compose-schema.ts';
import type { Answer } from './support/graphql-client.ts';
import { startTestServer, type TestServer } from './support/server.ts';

/** Operations with a mistake each, next to a name of the schema that they do not say. */
const MISTAKES: readonly (readonly [query: string, variables?: Record<string, unknown>])[] = [
  ['{ ticketz { nodes { id } } }'],
  ['{ me { emai } }'],
  ['{ me { i } }'],
  ['{ ticket(identifier: "x") { id } }'],
  ['{ tickets(frst: 1) { nodes { id } } }'],
  ['{ tickets { nodes } }'],
  ['{ tickets }'],
  ['{ me { id { x } } }'],
  ['{ node(id: "x") { title } }'],
  ['{ node(id: "x") { ... on Tickt { id } } }'],
  ['{ node(id: "x") { ... on PageInf { id } } }'],
  ['{ me { ...Nothing } }'],
  ['fragment F on Usr { id } { me { ...F } }'],
  ['{ me @includ(if: true) { id } }'],
  ['{ me { id @deprecated } }'],
  ['{ users(role: ADMN) { id } }'],
  ['{ users(role: "ADMI") { id } }'],
  ['{ users(role: 1) { id } }'],
  ['{ tickets(filter: { stats: [OPEN] }) { nodes { id } } }'],
  ['{ tickets(filter: { status: [OPN] }) { nodes { id } } }'],
  ['{ tickets(filter: { status: "x" }) { nodes { id } } }'],
  ['query ($r: Rol) { users(role: $r) { id } }', { r: 'ADMIN' }],
  ['query ($r: Role) { users(role: $r) { id } }', { r: 'ADMN' }],
  ['query ($r: Role) { users(role: $r) { id } }', { r: ['ADMN'] }],
  ['query ($f: TicketFilter) { tickets(filter: $f) { nodes { id } } }', { f: { stats: ['OPEN'] } }],
  ['query ($f: TicketFilter) { tickets(filter: $f) { nodes { id } } }', { f: { status: ['OPN'] } }],
  ['query ($f: TicketFilter) { tickets(filter: $f) { nodes { id } } }', { f: 'x' }],
  ['query ($f: TicketFiltr) { tickets(filter: $f) { nodes { id } } }', { f: {} }],
  ['query ($x: String) { ticket(id: $x) { id } }', { x: 'x' }],
  ['query ($x: String!) { ticket(id: $y) { id } }', { x: 'x' }],
  ['{ tickts: ticket(id: "x") { id } ticket(id: "y") { id titl } }'],
  ['mutation { createTickets(input: {}) { id } }'],
  ['mutation ($i: CreateTicketInpu!) { createTicket(input: $i) { id } }', { i: {} }],
  // What is required and missing is named, or its sender could not go on; what is not is not.
  ['mutation { setUserRole(id: "x", role: ADMIN, activ: true) { id } }'],
  ['subscription { slaAlert { id } }'],
  ['subscription { slaAlerts(kind: BREACHED) { id } }'],
  ['subscription { slaAlerts(kinds: [BREACH]) { id } }'],
  ['subscription { importProgress(id: "x") { statu } }'],
];
/** Traces of what runs behind the API. */
const INSIDE =
  /did you mean|\n\s+at |\.[jt]s:\d|node_modules|select |insert |relation |column |constraint|postgres|drizzle|apollo|stack/i;

const schema = composeSchema();
/** What the schema names and a caller could not know: fields, arguments, fields of inputs, values. */
const SECRETS = new Set(
  Object.values(schema.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith('__')) return [];
    if (isEnumType(type)) return type.getValues().map(({ name }) => name);
    if (isInputObjectType(type)) return Object.keys(type.getFields());
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) => [field.name, ...field.args.map(({ name }) => name)]);
  }),
);
/** English words that messages are made of, and names of fields too. */
const WORDS = new Set([
  'type',
  'field',
  'value',
  'name',
  'values',
  'fields',
  'first',
  'from',
  'to',
  'status',
  'level',
  'message',
  'number',
  'node',
  'version',
  'input',
  'search',
  'start',
  'end',
]);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { INTROSPECTION: 'false' } });
});
afterAll(() => server?.[Symbol.asyncDispose]());

async function live(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
  const feed = server.admin.subscribe(query, variables);
  const ended = await feed.ended;
  if (ended.kind !== 'errors') throw new Error(`${query} ended by ${JSON.stringify(ended)}.`);
  return { status: 200, errors: ended.errors };
}

function namesToldBy({ errors }: Answer, query: string, variables: unknown): string[] {
  const sent = new Set(`${query} ${JSON.stringify(variables)}`.match(/\w+/g));
  const told = (errors ?? []).flatMap(({ message }) => message.match(/\w+/g) ?? []);
  return told.filter((word) => SECRETS.has(word) && !sent.has(word) && !WORDS.has(word));
}

describe('what is wrong with an operation is said without a name that its sender did not say', () => {
  it.each(MISTAKES.map(([query, variables = {}]) => ({ query, variables })))('$query', async ({ query, variables }) => {
    const overWebSocket = await live(query, variables);
    for (const answer of [
      await server.nobody.send(query, variables),
      await server.admin.send(query, variables),
      overWebSocket,
    ]) {
      const about = JSON.stringify(answer);
      expect(answer.errors?.[0]?.extensions?.code, about).toMatch(/^(GRAPHQL_)?VALIDATION_FAILED$/);
      expect(about).not.toMatch(INSIDE);
      expect(namesToldBy(answer, query, variables), about).toEqual([]);
    }
  });
});

describe('introspection that is off', () => {
  const ASKING = [
    getIntrospectionQuery(),
    '{ __schema { queryType { name } } }',
    '{ __type(name: "User") { name } }',
    '{ a: __type(name: "User") { b: name } }',
    'query Q { ...F } fragment F on Query { __schema { types { name } } }',
    '{ ... on Query { ... @include(if: true) { __type(name: "User") { fields { name } } } } }',
  ];

  it.each(ASKING.map((query) => ({ short: query.slice(0, 60), query })))('is off over both transports: $short', async ({
    query,
  }) => {
    for (const answer of [
      await server.admin.send(query),
      await live(query),
      await live(
        query.replace(/^(query \w+|\{)/, 'subscription X {').replace('subscription X { {', 'subscription X {'),
      ),
    ]) {
      expect(answer.data ?? null).toBe(null);
      expect(answer.errors?.every(({ extensions }) => extensions?.code === 'GRAPHQL_VALIDATION_FAILED')).toBe(true);
    }
    expect(JSON.stringify(await server.admin.send(query))).toContain('Introspection is off');
    expect(JSON.stringify(await live(query))).toContain('Introspection is off');
  });

  it('leaves __typename over both transports', async () => {
    expect(await server.admin.ask('{ __typename me { __typename } }')).toEqual({
      __typename: 'Query',
      me: { __typename: 'User' },
    });
    const id = (
      await server.admin.ask<{ createClient: { id: string } }>(
        'mutation { createClient(input: { name: "A" }) { id __typename } }',
      )
    ).createClient.id;
    const ticket = 'mutation ($id: ID!) { createTicket(input: { clientId: $id, title: "x", description: "" }) { id } }';
    const { eventCursor } = await server.admin.ask<{ eventCursor: string }>('{ eventCursor }');
    await server.admin.ask(ticket, { id });
    const feed = server.admin.subscribe(
      'subscription ($after: String) { ticketEvents(after: $after) { __typename ticket { __typename } } }',
      {
        after: eventCursor,
      },
    );
    expect(await feed.next()).toEqual({
      ticketEvents: { __typename: 'TicketEvent', ticket: { __typename: 'Ticket' } },
    });
    await feed.stop();
  });
});

it('nothing of all this was a failure of ours', () => {
  expect(server.log).toEqual([]);
});
