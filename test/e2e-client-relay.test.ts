import { createClient } from 'graphql-ws';
import relay, {
  type ConcreteRequest,
  type FetchFunction,
  type GraphQLResponse,
  type SubscribeFunction,
} from 'relay-runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { deskCalls } from './support/desk-calls.ts';
import { startTestServer, type TestServer } from './support/server.ts';

const { Environment, fetchQuery, Network, Observable, RecordSource, requestSubscription, Store } = relay;

let server: TestServer;
let desk: ReturnType<typeof deskCalls>;
beforeAll(async () => {
  server = await startTestServer();
  desk = deskCalls(server);
});
afterAll(() => server[Symbol.asyncDispose]());

/** Fields as Relay's compiler writes them. */
const scalar = (name: string) => ({ alias: null, args: null, kind: 'ScalarField', name, storageKey: null });
const linked = (name: string, selections: readonly object[], more: object = {}) => ({
  ...{
    alias: null,
    args: null,
    concreteType: null,
    kind: 'LinkedField',
    name,
    plural: false,
    selections,
    storageKey: null,
  },
  ...more,
});
const variable = (name: string) => ({ kind: 'Variable', name, variableName: name });

/** An operation as Relay's compiler writes it. */
function compiled(
  type: 'Query' | 'Subscription',
  text: string,
  variables: string[],
  selections: object[],
): ConcreteRequest {
  const argumentDefinitions = variables.map((name) => ({ defaultValue: null, kind: 'LocalArgument', name }));
  const name = /\w+ (\w+)/.exec(text)?.[1] ?? '';
  return {
    kind: 'Request',
    fragment: { kind: 'Fragment', name, type, abstractKey: null, metadata: null, argumentDefinitions, selections },
    operation: { kind: 'Operation', name, argumentDefinitions, selections },
    params: { id: null, cacheID: name, name, text, operationKind: type.toLowerCase(), metadata: {} },
  } as unknown as ConcreteRequest;
}

/** Relay's network layer as its documentation writes it, over fetch and graphql-ws. */
function environment() {
  const url = `${server.base}/graphql`;
  const authorization = `Bearer ${server.admin.token}`;
  const socket = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
  });
  const fetched: string[] = [];
  const fetchFunction: FetchFunction = async ({ text }, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization,
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
      },
      body: JSON.stringify({ query: text, variables }),
    });
    fetched.push(String(text));
    return (await response.json()) as GraphQLResponse;
  };
  const subscribeFunction: SubscribeFunction = ({ text }, variables) =>
    Observable.create((sink) => socket.subscribe({ query: text ?? '', variables }, sink as never));
  const network = Network.create(fetchFunction, subscribeFunction);
  return { relay: new Environment({ network, store: new Store(new RecordSource()) }), socket, fetched };
}

const TICKET = compiled(
  'Query',
  'query Ticket($id: ID!) { node(id: $id) { __typename id ... on Ticket { reference status } } }',
  ['id'],
  [
    linked(
      'node',
      [
        scalar('__typename'),
        scalar('id'),
        {
          kind: 'InlineFragment',
          type: 'Ticket',
          abstractKey: null,
          selections: [scalar('reference'), scalar('status')],
        },
      ],
      { args: [variable('id')] },
    ),
  ],
);

const PAGE = compiled(
  'Query',
  `query Page($first: Int!, $after: String) { tickets(first: $first, after: $after) {
    edges { cursor node { id reference __typename } } pageInfo { hasNextPage endCursor } } }`,
  ['first', 'after'],
  [
    linked(
      'tickets',
      [
        linked(
          'edges',
          [
            scalar('cursor'),
            linked('node', [scalar('id'), scalar('reference'), scalar('__typename')], { concreteType: 'Ticket' }),
          ],
          {
            concreteType: 'TicketEdge',
            plural: true,
          },
        ),
        linked('pageInfo', [scalar('hasNextPage'), scalar('endCursor')], { concreteType: 'PageInfo' }),
      ],
      { args: [variable('after'), variable('first')], concreteType: 'TicketConnection' },
    ),
  ],
);

const EVENTS = compiled(
  'Subscription',
  'subscription Events($ticketId: ID) { ticketEvents(ticketId: $ticketId) { id type ticket { id status } } }',
  ['ticketId'],
  [
    linked(
      'ticketEvents',
      [scalar('id'), scalar('type'), linked('ticket', [scalar('id'), scalar('status')], { concreteType: 'Ticket' })],
      {
        args: [variable('ticketId')],
        concreteType: 'TicketEvent',
      },
    ),
  ],
);

interface Page {
  readonly edges: readonly { readonly node: { readonly id: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

it('relay-runtime refetches things by node, pages connections, and its store follows a subscription by their ids', async () => {
  const client = await desk.client('NORMAL');
  const ids = [await desk.ticket(client), await desk.ticket(client), await desk.ticket(client)];
  const { relay: store, socket, fetched } = environment();
  const [id = ''] = ids;
  const ticket = async () => fetchQuery(store, TICKET, { id }, { fetchPolicy: 'store-or-network' }).toPromise();
  expect(await ticket()).toEqual({
    node: { __typename: 'Ticket', id, reference: expect.stringMatching(/^TSP-\d+$/), status: 'OPEN' },
  });

  const found: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { tickets } = (await fetchQuery(store, PAGE, { first: 2, after }).toPromise()) as { tickets: Page };
    found.push(...tickets.edges.map(({ node }) => node.id));
    after = tickets.pageInfo.endCursor;
    more = tickets.pageInfo.hasNextPage;
  }
  expect(found).toEqual([...ids].reverse());

  const started = new Promise<void>((resolve) => socket.on('message', ({ type }) => type === 'next' && resolve()));
  const seen: unknown[] = [];
  const subscription = requestSubscription(store, {
    subscription: EVENTS,
    variables: { ticketId: id },
    onNext: (event) => seen.push((event as { ticketEvents: { type: string } }).ticketEvents.type),
    onError: (error) => seen.push(error),
  });
  // Live only: what happens before it has begun is not told, so something happens until something was.
  const nudge = async (): Promise<void> => {
    while (seen.length === 0) await desk.comment(id);
  };
  await Promise.all([nudge(), started]);
  await desk.status(id, 'IN_PROGRESS');
  await expect.poll(() => seen.at(-1)).toBe('ticket.status_changed');
  const asked = fetched.length;
  expect(await ticket()).toMatchObject({ node: { id, status: 'IN_PROGRESS' } });
  // It came from the store, which the subscription had updated.
  expect(fetched).toHaveLength(asked);
  subscription.dispose();
  await socket.dispose();
});

it('relay-runtime reports errors of the API as its own', async () => {
  const { relay: store, socket } = environment();
  const nothing = compiled('Query', 'query Nothing { nothing }', [], [scalar('nothing')]);
  const failed: unknown = await fetchQuery(store, nothing, {})
    .toPromise()
    .catch((error: unknown) => error);
  expect(String(failed)).toContain('Cannot query field');
  await socket.dispose();
});
