import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../src/domain/actor.ts';
import type { Ticket } from '../src/domain/ticket.ts';
import { createDesk, failure, MINUTE, type TestDesk } from './support/desk.ts';

let desk: TestDesk;
let agent: Actor;
let other: Actor;
let lead: Actor;
let clientId: string;

beforeAll(async () => {
  desk = await createDesk();
  agent = await desk.person('AGENT');
  other = await desk.person('AGENT');
  lead = await desk.person('SUPERVISOR');
  clientId = (await desk.client()).id;
  await desk.connectAll();
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
});

const input = (fields: Partial<Parameters<TestDesk['mutations']['createTicket']>[1]> = {}) => ({
  clientId,
  title: 'Printer on fire',
  description: 'It smokes.',
  priority: 3,
  ...fields,
});
const pathsOf = (details: Record<string, unknown>) => (details.fields as { path: string }[]).map(({ path }) => path);

describe('creating a ticket', () => {
  it('opens it, starts its clock, numbers it and logs it', async () => {
    const ticket = await desk.mutations.createTicket(agent, input({ title: '  Printer \t', tags: [' a ', 'b', 'a'] }));
    expect(ticket).toMatchObject({
      title: 'Printer',
      tags: ['a', 'b'],
      status: 'OPEN',
      version: 1,
      createdById: agent.id,
      clock: { state: 'RUNNING', cycle: 1, tier: 'NORMAL', policyVersion: 1 },
    });
    expect(ticket.clock.dueAt).toEqual(new Date(ticket.createdAt.getTime() + 1_440 * MINUTE));
    const next = await desk.mutations.createTicket(agent, input());
    expect(next.number).toBeGreaterThan(ticket.number);
    expect(await desk.typesOf(ticket.id)).toEqual(['ticket.created']);
  });

  it('with the same id, caller and input returns the same ticket, as it is by now, and logs nothing more', async () => {
    const id = v7().toUpperCase();
    const first = await desk.mutations.createTicket(agent, input({ id, tags: ['x'] }));
    expect(first.id).toBe(id.toLowerCase());
    await desk.mutations.changeTicketStatus(agent, { id, status: 'IN_PROGRESS' });
    const again = await desk.mutations.createTicket(agent, input({ id, tags: ['x'] }));
    expect(again).toMatchObject({ id: first.id, number: first.number, status: 'IN_PROGRESS', version: 2 });
    expect(await desk.typesOf(first.id)).toEqual(['ticket.created', 'ticket.status_changed']);
  });

  it('with the same id and anything else is CONFLICT', async () => {
    const id = v7();
    await desk.mutations.createTicket(agent, input({ id }));
    const otherClient = (await desk.client()).id;
    for (const changed of [
      { title: 'x' },
      { description: 'x' },
      { priority: 1 },
      { tags: ['x'] },
      { clientId: otherClient },
    ]) {
      const attempt = desk.mutations.createTicket(agent, input({ id, ...changed }));
      expect(await failure(attempt), JSON.stringify(changed)).toMatchObject({ code: 'CONFLICT' });
    }
    expect(await failure(desk.mutations.createTicket(other, input({ id })))).toMatchObject({ code: 'CONFLICT' });
    expect(await failure(desk.mutations.createTicket(lead, input({ id, assigneeId: agent.id })))).toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('20 times at once with one id makes one ticket', async () => {
    const id = v7();
    const made = await Promise.all(Array.from({ length: 20 }, () => desk.mutations.createTicket(agent, input({ id }))));
    expect(new Set(made.map(({ number }) => number)).size).toBe(1);
    expect(await desk.typesOf(id)).toEqual(['ticket.created']);
  });

  it('does not show an agent a ticket of theirs that was deleted since', async () => {
    const id = v7();
    await desk.mutations.createTicket(agent, input({ id }));
    await desk.mutations.deleteTicket(lead, id);
    expect(await failure(desk.mutations.createTicket(agent, input({ id })))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('names every wrong field at once', async () => {
    const wrong = {
      id: 'x',
      clientId: v7(),
      title: 'a\nb',
      description: 'x'.repeat(20_001),
      priority: 5,
      tags: ['fine', '', 'x'.repeat(51)],
      assigneeId: v7(),
    };
    const { code, details } = await failure(desk.mutations.createTicket(lead, wrong));
    expect(code).toBe('VALIDATION_FAILED');
    expect(pathsOf(details).toSorted()).toEqual([
      'input.assigneeId',
      'input.clientId',
      'input.description',
      'input.id',
      'input.priority',
      'input.tags.1',
      'input.tags.2',
      'input.title',
    ]);
  });

  it.each([
    ['title', { title: '😀'.repeat(500) }, { title: '😀'.repeat(501) }],
    ['title', { title: 'x' }, { title: ' \u200b ' }],
    ['title', { title: 'x' }, { title: 'bell \u0007' }],
    ['description', { description: '' }, { description: 'nul \u0000' }],
    ['description', { description: 'x'.repeat(20_000) }, { description: 'half \ud800' }],
    [
      'tags',
      { tags: Array.from({ length: 20 }, (_, i) => `${i}`) },
      { tags: Array.from({ length: 21 }, (_, i) => `${i}`) },
    ],
    ['priority', { priority: 4 }, { priority: 2.5 }],
  ])('keeps %s within its limits', async (field, good, bad) => {
    await expect(desk.mutations.createTicket(agent, input(good))).resolves.toMatchObject({ version: 1 });
    const { details } = await failure(desk.mutations.createTicket(agent, input(bad)));
    expect(pathsOf(details)).toEqual([`input.${field}`]);
  });
});

describe('changing a ticket', () => {
  it('keeps what is left out, logs what changed, and is one version on', async () => {
    const ticket = await desk.ticket(clientId, { tags: ['a'] });
    const changed = await desk.mutations.updateTicket(agent, { id: ticket.id, title: 'New', priority: 1, tags: null });
    expect(changed).toMatchObject({ title: 'New', description: 'It smokes.', priority: 1, tags: ['a'], version: 2 });
    const [, event] = await desk.events(ticket.id);
    expect([event?.type, JSON.parse(event?.from ?? ''), JSON.parse(event?.to ?? '')]).toEqual([
      'ticket.updated',
      { title: 'Printer on fire', priority: 3 },
      { title: 'New', priority: 1 },
    ]);
    expect(await desk.mutations.updateTicket(agent, { id: ticket.id, title: 'New' })).toMatchObject({ version: 2 });
  });

  it('at another version than expected is CONFLICT with the present one, before ILLEGAL_TRANSITION', async () => {
    const { id } = await desk.ticket(clientId);
    await desk.mutations.updateTicket(agent, { id, title: 'New' });
    const conflict = { code: 'CONFLICT', details: { currentVersion: 2 } };
    expect(await failure(desk.mutations.updateTicket(agent, { id, expectedVersion: 1, title: 'x' }))).toEqual(conflict);
    expect(await failure(desk.mutations.assignTicket(lead, { id, expectedVersion: 1, assigneeId: null }))).toEqual(
      conflict,
    );
    const illegal = (expectedVersion: number) =>
      failure(desk.mutations.changeTicketStatus(agent, { id, expectedVersion, status: 'OPEN' }));
    expect(await illegal(1)).toEqual(conflict);
    expect(await illegal(2)).toEqual({
      code: 'ILLEGAL_TRANSITION',
      details: { allowed: ['IN_PROGRESS', 'PENDING', 'RESOLVED', 'CLOSED'] },
    });
    await desk.mutations.deleteTicket(lead, id);
    expect(await failure(desk.mutations.changeTicketStatus(lead, { id, status: 'OPEN' }))).toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('that is deleted is CONFLICT for leads and NOT_FOUND for agents, whatever the change', async () => {
    const { id } = await desk.ticket(clientId);
    await desk.mutations.deleteTicket(lead, id);
    const changes = (actor: Actor) => [
      desk.mutations.updateTicket(actor, { id, title: 'x' }),
      desk.mutations.changeTicketStatus(actor, { id, status: 'CLOSED' }),
      desk.mutations.assignTicket(actor, { id, assigneeId: actor.id }),
      desk.mutations.addComment(actor, { ticketId: id, body: 'x', internal: false }),
    ];
    for (const each of await Promise.all(changes(lead).map(failure))) expect(each.code).toBe('CONFLICT');
    for (const each of await Promise.all(changes(agent).map(failure))) expect(each.code).toBe('NOT_FOUND');
    expect(await failure(desk.mutations.acknowledgeEscalation(lead, id))).toMatchObject({ code: 'CONFLICT' });
    expect(await desk.queries.getTicket(agent, { id })).toBeNull();
    expect(await desk.queries.getTicket(lead, { id })).toMatchObject({ id, version: 2 });
    expect((await desk.mutations.deleteTicket(lead, id)).version).toBe(2);
    expect((await desk.mutations.restoreTicket(lead, id)).deletedAt).toBeNull();
  });

  it('loses none of 40 changes at once', async () => {
    const { id } = await desk.ticket(clientId);
    const changes = Array.from({ length: 40 }, (_, i) =>
      i % 2 === 0
        ? desk.mutations.updateTicket(agent, { id, title: `Title ${i}` })
        : desk.mutations.assignTicket(lead, { id, assigneeId: i % 4 === 1 ? agent.id : other.id }),
    );
    await Promise.all(changes);
    const events = await desk.events(id);
    // Some assignments find the holder there already and change nothing; every change is a version and an event.
    expect((await desk.stored(id)).version).toBe(events.length);
    expect(events.filter(({ type }) => type === 'ticket.updated').length).toBe(20);
  });

  it('lets one of two win who expect the same version', async () => {
    const { id } = await desk.ticket(clientId);
    const both = await Promise.allSettled(
      ['a', 'b'].map((title) => desk.mutations.updateTicket(agent, { id, expectedVersion: 1, title })),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('unknown or misspelt is NOT_FOUND', async () => {
    for (const id of [v7(), 'none', '']) {
      expect(await failure(desk.mutations.updateTicket(lead, { id, title: 'x' }))).toMatchObject({ code: 'NOT_FOUND' });
      expect(await failure(desk.mutations.deleteTicket(lead, id))).toMatchObject({ code: 'NOT_FOUND' });
      expect(await failure(desk.mutations.acknowledgeEscalation(lead, id))).toMatchObject({ code: 'NOT_FOUND' });
    }
  });
});

describe('assigning', () => {
  const assign = (actor: Actor, ticket: Ticket, to: Actor | null) =>
    desk.mutations.assignTicket(actor, { id: ticket.id, assigneeId: to?.id ?? null });

  it('lets an agent take what nobody holds and release their own, and nothing else', async () => {
    const free = await desk.ticket(clientId);
    expect(await failure(assign(agent, free, other))).toMatchObject({ code: 'FORBIDDEN' });
    expect((await assign(agent, free, agent)).assigneeId).toBe(agent.id);
    expect(await failure(assign(other, free, other))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await failure(assign(other, free, null))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await failure(assign(agent, free, other))).toMatchObject({ code: 'FORBIDDEN' });
    expect((await assign(agent, free, null)).assigneeId).toBeNull();
    expect((await assign(lead, free, other)).assigneeId).toBe(other.id);
    const attempt = desk.mutations.createTicket(agent, input({ assigneeId: other.id }));
    expect(await failure(attempt)).toMatchObject({ code: 'FORBIDDEN' });
    expect((await desk.mutations.createTicket(agent, input({ assigneeId: agent.id }))).assigneeId).toBe(agent.id);
  });

  it('goes to active users alone, and to whoever holds it changes nothing', async () => {
    const ticket = await desk.ticket(clientId, { assigneeId: agent.id });
    const gone = await desk.person('AGENT', false);
    for (const assigneeId of [gone.id, v7(), 'nobody']) {
      const attempt = desk.mutations.assignTicket(lead, { id: ticket.id, assigneeId });
      expect(pathsOf((await failure(attempt)).details)).toEqual(['assigneeId']);
    }
    expect((await assign(lead, ticket, agent)).version).toBe(1);
  });
});
