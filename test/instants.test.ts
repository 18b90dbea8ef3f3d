import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instantOf } from '../src/infrastructure/postgres/instant-text.ts';
import { startTestServer, type TestServer } from './support/server.ts';

describe('an instant as Postgres writes it', () => {
  it.each([
    ['2026-03-01 09:30:00+00', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01 09:30:00.25+00', '2026-03-01T09:30:00.250Z'],
    ['2026-03-01 09:30:00.123456+05:30', '2026-03-01T04:00:00.123Z'],
    ['0001-03-01 09:30:00.5+00', '0001-03-01T09:30:00.500Z'],
    ['0099-12-31 23:30:00-01', '0100-01-01T00:30:00.000Z'],
    ['9999-12-31 23:59:59.999+00', '9999-12-31T23:59:59.999Z'],
  ])('%s is %s', (text, instant) => {
    expect(instantOf(text).toISOString()).toBe(instant);
  });

  it('that is none stays none', () => {
    expect(instantOf('infinity').getTime()).toBeNaN();
  });
});

describe('the first century', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  it.each([
    '0001-01-01T00:00:00.000Z',
    '0069-06-30T12:00:00.250Z',
    '0099-12-31T23:59:59.999Z',
  ])('is told as it is, by lists as text and by resolvers: %s', async (instant) => {
    const { client } = await server.admin.ask<{ client: { id: string } }>(
      'mutation ($name: String!) { client: createClient(input: { name: $name }) { id } }',
      { name: `Founded ${instant}` },
    );
    const { ticket } = await server.admin.ask<{ ticket: { id: string } }>(
      `mutation ($id: ID!) {
           ticket: createTicket(input: { title: "Old", description: "Old", priority: 3, clientId: $id }) { id }
         }`,
      { id: client.id },
    );
    await server.sql('UPDATE clients SET created_at = $2 WHERE id = $1', [client.id, instant]);
    await server.sql('UPDATE tickets SET created_at = $2 WHERE id = $1', [ticket.id, instant]);
    const told = await server.admin.ask(
      `query ($client: ID!, $ticket: ID!) {
           client(id: $client) { createdAt }
           ticket(id: $ticket) { createdAt }
           tickets(first: 1, filter: { clientId: $client }) { nodes { createdAt } }
         }`,
      { client: client.id, ticket: ticket.id },
    );
    const createdAt = instant;
    expect(told).toEqual({ client: { createdAt }, ticket: { createdAt }, tickets: { nodes: [{ createdAt }] } });
  });
});
