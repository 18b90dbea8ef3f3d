import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, gql, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { getMainDefinition } from '@apollo/client/utilities';
import { Client, CombinedError, fetchExchange, subscriptionExchange } from '@urql/core';
import UploadHttpLink from 'apollo-upload-client/UploadHttpLink.mjs';
import { createClient as createSocketClient, type Client as SocketClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { deskCalls } from './support/desk-calls.ts';
import { goodRow, workbook } from './support/import-pipeline.ts';
import { startTestServer, type TestServer } from './support/server.ts';

let server: TestServer;
let desk: ReturnType<typeof deskCalls>;
let clientId: string;
beforeAll(async () => {
  server = await startTestServer();
  desk = deskCalls(server);
  clientId = await desk.client('VIP');
  await desk.ticket(clientId);
});
afterAll(() => server[Symbol.asyncDispose]());

const sockets: SocketClient[] = [];
afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.dispose()));
});

const url = (): string => `${server.base}/graphql`;
const bearer = () => ({ authorization: `Bearer ${server.admin.token}` });

/** What urql, Apollo Client and Relay use for subscriptions. */
function socketClient(connectionParams: Record<string, unknown> = bearer()): SocketClient {
  const client = createSocketClient({
    url: url().replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
  });
  sockets.push(client);
  return client;
}

const TICKETS =
  'query Tickets($first: Int!) { tickets(first: $first) { __typename nodes { __typename id reference } } }';
const CREATE = `mutation Create($input: CreateTicketInput!) { createTicket(input: $input) { __typename id status } }`;
const EVENTS = `subscription Events($after: String, $ticketId: ID) {
  ticketEvents(after: $after, ticketId: $ticketId) { __typename id cursor type } }`;
const input = () => ({ clientId, title: 'No network', description: 'Since nine.' });

interface Event {
  readonly ticketEvents: { readonly id: string; readonly cursor: string; readonly type: string };
}

/** What a ticket's four events are, whichever client follows them. */
const STORY = ['ticket.created', 'ticket.commented', 'ticket.status_changed', 'ticket.deleted'];
async function tellStory(): Promise<{ id: string; after: string }> {
  const after = await desk.cursor();
  const id = await desk.ticket(clientId);
  await desk.comment(id);
  await desk.status(id, 'IN_PROGRESS');
  await desk.remove(id);
  return { id, after };
}

describe('graphql-ws', () => {
  it('iterates over what came after a cursor, and goes on live', async () => {
    const { id, after } = await tellStory();
    const events = socketClient().iterate<Event>({ query: EVENTS, variables: { after, ticketId: id } });
    const types: unknown[] = [];
    for await (const { data } of events) if (types.push(data?.ticketEvents.type) === STORY.length) break;
    expect(types).toEqual(STORY);
  });

  it('is told why by the errors of a subscription, and by the close code without a token', async () => {
    const of = (client: SocketClient, query: string): Promise<unknown> =>
      client
        .iterate({ query })
        .next()
        .then(
          () => 'nothing',
          (reason: unknown) => reason,
        );
    expect(await of(socketClient(), 'subscription { nothing }')).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
    expect(await of(socketClient(), '{ me { id } }')).toMatchObject([{ extensions: { code: 'VALIDATION_FAILED' } }]);
    expect(await of(socketClient({}), 'subscription { slaAlerts { id } }')).toMatchObject({ code: 4401 });
    expect(await of(socketClient({ authorization: 'Bearer x' }), EVENTS)).toMatchObject({ code: 4403 });
  });
});

describe('@urql/core', () => {
  const client = (preferGetMethod?: boolean): Client => {
    const socket = socketClient();
    return new Client({
      url: url(),
      ...(preferGetMethod === undefined ? {} : { preferGetMethod }),
      fetchOptions: () => ({ headers: bearer() }),
      exchanges: [
        fetchExchange,
        subscriptionExchange({
          forwardSubscription: ({ query = '', variables }) => ({
            subscribe: (sink) => ({
              unsubscribe: socket.subscribe({ query, variables: variables as Record<string, unknown> }, sink as never),
            }),
          }),
        }),
      ],
    });
  };

  it.each([
    ['GET, as it does unless told otherwise', undefined],
    ['POST', false],
  ])('queries by %s, mutates, and reads errors', async (_name, preferGetMethod) => {
    const urql = client(preferGetMethod);
    const listed = await urql.query(TICKETS, { first: 1 }).toPromise();
    expect([listed.error, listed.data?.tickets.nodes.length]).toEqual([undefined, 1]);
    const created = await urql.mutation(CREATE, { input: input() }).toPromise();
    expect([created.error, created.data?.createTicket.status]).toEqual([undefined, 'OPEN']);
    const invalid = await urql.query('{ nothing }', {}).toPromise();
    expect(invalid.error).toBeInstanceOf(CombinedError);
    expect(invalid.error?.networkError).toBeUndefined();
    expect(invalid.error?.graphQLErrors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    const wrong = await urql.query(TICKETS, { first: 0 }).toPromise();
    expect(wrong.error?.graphQLErrors[0]?.extensions).toMatchObject({
      code: 'VALIDATION_FAILED',
      fields: [{ path: 'first' }],
    });
  });

  it('subscribes by its subscription exchange', async () => {
    const { id, after } = await tellStory();
    const types = await new Promise<string[]>((resolve, reject) => {
      const seen: string[] = [];
      const { unsubscribe } = client()
        .subscription<Event>(EVENTS, { after, ticketId: id })
        .subscribe(({ data, error }) => {
          if (error) reject(error);
          if (data && seen.push(data.ticketEvents.type) === STORY.length) {
            unsubscribe();
            resolve(seen);
          }
        });
    });
    expect(types).toEqual(STORY);
  });
});

describe('@apollo/client', () => {
  const client = (): ApolloClient => {
    const http = new UploadHttpLink({ uri: url(), headers: { ...bearer(), 'apollo-require-preflight': '1' } });
    const sha256 = async (text: string): Promise<string> => createHash('sha256').update(text).digest('hex');
    const isLive = ({ query }: ApolloLink.Operation): boolean => {
      const definition = getMainDefinition(query);
      return definition.kind === 'OperationDefinition' && definition.operation === 'subscription';
    };
    const persisted = new PersistedQueryLink({ sha256, useGETForHashedQueries: true }).concat(http);
    const link = ApolloLink.split(isLive, new GraphQLWsLink(socketClient()), persisted);
    return new ApolloClient({ link, cache: new InMemoryCache() });
  };

  it('queries by persisted queries, mutates and reads errors', async () => {
    const apollo = client();
    for (const fetchPolicy of ['network-only', 'network-only', 'cache-first'] as const) {
      const { data, error } = await apollo.query<{ tickets: { nodes: unknown[] } }>({
        query: gql(TICKETS),
        variables: { first: 1 },
        fetchPolicy,
      });
      expect([error, data?.tickets.nodes.length]).toEqual([undefined, 1]);
    }
    const { data } = await apollo.mutate<{ createTicket: { id: string } }>({
      mutation: gql(CREATE),
      variables: { input: input() },
    });
    expect(data?.createTicket.id).toMatch(/^[0-9a-f-]{36}$/);
    const { error } = await apollo.query({ query: gql(TICKETS), variables: { first: 0 }, errorPolicy: 'all' });
    expect(error).toMatchObject({
      errors: [{ extensions: { code: 'VALIDATION_FAILED', fields: [{ path: 'first' }] } }],
    });
    const invalid = await apollo.query({ query: gql('{ nothing }'), errorPolicy: 'all' });
    expect(invalid.error).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
    apollo.stop();
  });

  it('uploads a file by its upload link', async () => {
    const bytes = await workbook([goodRow('A1')]);
    const file = new File([new Uint8Array(bytes)], 'from-apollo.xlsx');
    const { data } = await client().mutate<{ importTickets: { filename: string } }>({
      mutation: gql('mutation Import($file: Upload!) { importTickets(file: $file) { id filename } }'),
      variables: { file },
    });
    expect(data?.importTickets.filename).toBe('from-apollo.xlsx');
  });

  it('subscribes by its WebSocket link', async () => {
    const { id, after } = await tellStory();
    const events = client().subscribe<Event>({ query: gql(EVENTS), variables: { after, ticketId: id } });
    const types = await new Promise<unknown[]>((resolve, reject) => {
      const seen: unknown[] = [];
      const subscription = events.subscribe({
        next: ({ data, error }) => {
          if (error) reject(error);
          if (seen.push(data?.ticketEvents.type) < STORY.length) return;
          subscription.unsubscribe();
          resolve(seen);
        },
        error: reject,
      });
    });
    expect(types).toEqual(STORY);
  });
});
