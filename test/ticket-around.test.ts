import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../src/domain/actor.ts';
import { createDesk, failure, MINUTE, type TestDesk } from './support/desk.ts';

let desk: TestDesk;
let agent: Actor;
let lead: Actor;
let clientId: string;

beforeAll(async () => {
  desk = await createDesk();
  agent = await desk.person('AGENT');
  lead = await desk.person('SUPERVISOR');
  clientId = (await desk.client()).id;
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
});

const pathsOf = (details: Record<string, unknown>) => (details.fields as { path: string }[]).map(({ path }) => path);

describe('comments', () => {
  it('are kept oldest first through all pages, logged, and leave the version', async () => {
    const ticket = await desk.ticket(clientId);
    for (let i = 0; i < 7; i += 1) {
      if (i % 2 === 0) desk.advance(1_000);
      await desk.mutations.addComment(agent, { ticketId: ticket.id, body: ` line ${i}\r\nmore `, internal: i === 3 });
    }
    const bodies: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page = await desk.queries.listComments(agent, ticket, { first: 3, after });
      bodies.push(...page.items.map(({ node }) => node.body));
      expect(await page.totalCount()).toBe(7);
      after = page.items.at(-1)?.cursor ?? null;
      more = page.hasNextPage;
    }
    expect(bodies).toEqual(Array.from({ length: 7 }, (_, i) => `line ${i}\nmore`));
    const events = (await desk.events(ticket.id)).slice(1);
    expect(events.map(({ type, to }) => `${type} ${to}`)[3]).toBe('ticket.commented internal');
    expect((await desk.stored(ticket.id)).version).toBe(1);
    const foreign = desk.queries.listComments(agent, ticket, { first: 3, after: await desk.live.eventCursor(agent) });
    expect(await failure(foreign)).toMatchObject({ code: 'VALIDATION_FAILED' });
    for (const body of ['', ' \n ', 'x'.repeat(20_001), 'nul \u0000']) {
      const attempt = desk.mutations.addComment(agent, { ticketId: ticket.id, body, internal: false });
      expect(pathsOf((await failure(attempt)).details)).toEqual(['body']);
    }
  });
});

describe('history', () => {
  it('tells everything of a ticket, oldest first, through all pages, with who did it', async () => {
    const ticket = await desk.ticket(clientId);
    await desk.mutations.changeTicketStatus(agent, { id: ticket.id, status: 'PENDING' });
    await desk.mutations.addComment(agent, { ticketId: ticket.id, body: 'x', internal: false });
    await desk.mutations.changeTicketStatus(agent, { id: ticket.id, status: 'RESOLVED' });
    const first = await desk.queries.ticketHistory(agent, ticket, { first: 3 });
    const rest = await desk.queries.ticketHistory(agent, ticket, { first: 3, after: first?.items.at(-1)?.cursor });
    const told = [...(first?.items ?? []), ...(rest?.items ?? [])].map(({ node }) => [
      node.type,
      node.actorId,
      node.to,
    ]);
    expect(told).toEqual([
      ['ticket.created', desk.admin.id, 'OPEN'],
      ['ticket.status_changed', agent.id, 'PENDING'],
      ['ticket.commented', agent.id, 'public'],
      ['ticket.status_changed', agent.id, 'RESOLVED'],
    ]);
    expect([first?.hasNextPage, rest?.hasNextPage, await rest?.totalCount()]).toEqual([true, false, 4]);
  });
});

describe('acknowledging', () => {
  it('is for leads, once; again it returns the ticket, and with nothing to acknowledge it is CONFLICT', async () => {
    const { id } = await desk.ticket((await desk.client('VIP')).id);
    const acknowledge = (actor: Actor) => desk.mutations.acknowledgeEscalation(actor, id);
    expect(await failure(acknowledge(agent))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await failure(acknowledge(lead))).toMatchObject({ code: 'CONFLICT', details: { currentVersion: 1 } });
    desk.advance(121 * MINUTE);
    await desk.jobs.detectBreaches();
    const both = await Promise.all([acknowledge(lead), acknowledge(lead), acknowledge(desk.admin)]);
    expect(both.map((ticket) => ticket.id)).toEqual([id, id, id]);
    expect((await desk.typesOf(id)).filter((type) => type === 'sla.acknowledged')).toHaveLength(1);
    const [escalation] = await desk.escalationsOf(id);
    expect([lead.id, desk.admin.id]).toContain(escalation?.acknowledgedById);
    expect((await desk.stored(id)).version).toBe(2);

    await desk.mutations.changeTicketStatus(agent, { id, status: 'RESOLVED' });
    await desk.mutations.changeTicketStatus(agent, { id, status: 'IN_PROGRESS' });
    expect(await failure(acknowledge(lead))).toMatchObject({ code: 'CONFLICT' });
  });
});

describe('reading one', () => {
  it('goes by id or reference, exactly one of them, and is null for what is not there', async () => {
    const ticket = await desk.ticket(clientId);
    for (const by of [{ id: ticket.id }, { id: ticket.id.toUpperCase() }, { reference: `tsp-${ticket.number}` }]) {
      expect(await desk.queries.getTicket(agent, by)).toMatchObject({ id: ticket.id });
    }
    for (const by of [
      { id: v7() },
      { id: 'x' },
      { reference: 'TSP-999999999' },
      { reference: 'x' },
      { reference: '' },
    ]) {
      expect(await desk.queries.getTicket(agent, by)).toBeNull();
    }
    for (const by of [{}, { id: ticket.id, reference: 'TSP-1' }, { id: null, reference: null }]) {
      expect(await failure(desk.queries.getTicket(agent, by))).toMatchObject({ code: 'VALIDATION_FAILED' });
    }
  });
});

describe('clients', () => {
  it('are found by part of their name, wildcards literal, and counted by open tickets', async () => {
    const client = await desk.client('VIP', '100% Ökostrom');
    const find = async (search: string) =>
      (await desk.clients.listClients(agent, { search, first: 10 })).map(({ id }) => id);
    expect(await find('100% ÖKO')).toEqual([client.id]);
    expect(await find('100_')).toEqual([]);
    const { id } = await desk.ticket(client.id);
    await desk.ticket(client.id);
    await desk.mutations.changeTicketStatus(agent, { id, status: 'CLOSED' });
    expect(await desk.stores.clients.openTickets([client.id, v7()])).toEqual([1, 0]);
    expect(await failure(desk.clients.createClient(agent, { name: 'x', tier: 'VIP' }))).toMatchObject({
      code: 'FORBIDDEN',
    });
    const renamed = await desk.clients.updateClient(lead, { id: client.id, name: ' Neu ' });
    expect(renamed).toMatchObject({ name: 'Neu', tier: 'VIP' });
    for (const name of ['', 'x'.repeat(201)]) {
      const attempt = desk.clients.updateClient(lead, { id: client.id, name });
      expect(pathsOf((await failure(attempt)).details)).toEqual(['input.name']);
    }
    expect(await failure(desk.clients.updateClient(lead, { id: v7() }))).toMatchObject({ code: 'NOT_FOUND' });
  });
});
