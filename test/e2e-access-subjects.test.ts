import { GraphQLInterfaceType, GraphQLObjectType } from 'graphql';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSchema } from '../src/compose-schema.ts';
import { BULK_RULES } from './support/access-bulk-rules.ts';
import { DESK_RULES } from './support/access-desk-rules.ts';
import { STAFF } from './support/access-rules.ts';
import { TICKET_RULES } from './support/access-ticket-rules.ts';
import { createWorld, outcomeOf, WHO, type Who, type World } from './support/access-world.ts';
import type { GraphqlCaller } from './support/graphql-client.ts';
import { codeOf } from './support/server.ts';

const ASSIGN = 'mutation ($id: ID!, $to: ID) { assignTicket(id: $id, assigneeId: $to) { id } }';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

describe('node(id)', () => {
  const query = 'query ($id: ID!) { node(id: $id) { __typename id } }';
  const THINGS: Record<string, (world: World) => string | Promise<string>> = {
    Ticket: ({ plain }) => plain,
    User: ({ people }) => people.SUPERVISOR.id,
    Client: ({ clientId }) => clientId,
    Comment: ({ commentId }) => commentId,
    Escalation: ({ escalationOf, escalated }) => escalationOf(escalated.id),
    SlaAlert: ({ escalated }) => escalated.alertId,
    ImportProcess: ({ importId }) => importId,
    DeadLetter: ({ deadLetterId }) => deadLetterId,
    AuditEntry: ({ entryId }) => entryId(),
  };
  /** Not for agents: alerts of tickets that are not theirs, and all of imports; the audit log is for administrators alone. */
  const KEPT_FROM: Partial<Record<Who, readonly string[]>> = {
    AGENT: ['SlaAlert', 'ImportProcess', 'DeadLetter', 'AuditEntry'],
    SUPERVISOR: ['AuditEntry'],
  };

  it('is asked here for every type that it can find', () => {
    const schema = composeSchema();
    const node = schema.getType('Node');
    const types = node instanceof GraphQLInterfaceType ? schema.getPossibleTypes(node) : [];
    expect(types.every((type) => type instanceof GraphQLObjectType)).toBe(true);
    expect(types.map(({ name }) => name).sort()).toEqual(Object.keys(THINGS).sort());
  });

  for (const [type, find] of Object.entries(THINGS)) {
    it.each(WHO)(`${type}: %s`, async (who) => {
      const id = await find(world);
      const answer = await world.callers[who].send<{ node: unknown }>(query, { id });
      const expected = KEPT_FROM[who]?.includes(type) ? 'absent' : STAFF[who];
      expect(outcomeOf(answer)).toBe(expected);
      if (expected === 'allowed') expect(answer.data?.node).toEqual({ __typename: type, id });
    });
  }

  it('finds an agent the alert of a ticket of their own, and nothing of a deleted ticket', async () => {
    const { people, held, gone, goneComment, escalationOf } = world;
    const find = async (by: GraphqlCaller, id: string) => outcomeOf(await by.send(query, { id }));
    expect(await find(people.AGENT, held.alertId)).toBe('allowed');
    for (const id of [gone.id, gone.alertId, goneComment, await escalationOf(gone.id)]) {
      expect(await find(people.AGENT, id)).toBe('absent');
      expect(await find(people.SUPERVISOR, id)).toBe('allowed');
    }
  });

  it('finds nothing by an id that is none', async () => {
    for (const id of [v7(), 'TSP-1001', ''])
      expect(outcomeOf(await world.people.ADMIN.send(query, { id }))).toBe('absent');
  });
});

describe('deleted tickets', () => {
  const list = 'query ($filter: TicketFilter) { tickets(filter: $filter, first: 100) { nodes { id } totalCount } }';
  const ids = async (by: GraphqlCaller, includeDeleted: boolean) => {
    const { tickets } = await by.ask<{ tickets: { nodes: { id: string }[]; totalCount: number } }>(list, {
      filter: { includeDeleted, clientId: world.clientId },
    });
    expect(tickets.totalCount).toBeGreaterThanOrEqual(tickets.nodes.length);
    return tickets;
  };

  it('are listed to leads who ask for them; an agent who asks gets the same list as without', async () => {
    const { people, gone } = world;
    const holds = (page: { nodes: { id: string }[] }) => page.nodes.some(({ id }) => id === gone.id);
    // The newest hundred may not reach back to it: look at the count instead of the page for those who see more.
    const [all, kept] = [await ids(people.SUPERVISOR, true), await ids(people.SUPERVISOR, false)];
    expect(all.totalCount).toBeGreaterThan(kept.totalCount);
    expect(holds(kept)).toBe(false);
    expect((await ids(people.AGENT, true)).totalCount).toBe(kept.totalCount);
  });

  it('are found by reference by leads alone', async () => {
    const { people, gone } = world;
    const { ticket } = await people.ADMIN.ask<{ ticket: { reference: string } }>(
      'query ($id: ID!) { ticket(id: $id) { reference } }',
      { id: gone.id },
    );
    const byReference = 'query ($ref: String!) { ticket(reference: $ref) { id deletedAt } }';
    const as = async (by: GraphqlCaller) => outcomeOf(await by.send(byReference, { ref: ticket.reference }));
    expect([await as(people.SUPERVISOR), await as(people.AGENT)]).toEqual(['allowed', 'absent']);
  });

  it('are to an agent, in every operation that names one, what an unknown id is, word by word', async () => {
    const { people, gone, server } = world;
    const byId = [...DESK_RULES, ...TICKET_RULES, ...BULK_RULES].filter(({ document }) =>
      /\b(ticket\(|node\(|assignTicket\(|changeTicketStatus\(|updateTicket\(|deleteTicket\(|restoreTicket\(|addComment\(|acknowledgeEscalation\(|bulk)/.test(
        document,
      ),
    );
    expect(new Set(byId.map(({ field }) => field)).size).toBeGreaterThan(10);
    const about = async (document: string, id: string) => {
      const { data, errors, status } = await people.AGENT.send(document, { id, to: null });
      return JSON.stringify({ data, errors, status })
        .replaceAll(id, 'the id')
        .replaceAll(/"requestId":"[^"]+"/g, '');
    };
    for (const document of new Set(byId.map((rule) => rule.document))) {
      expect(await about(document, gone.id), document).toBe(await about(document, v7()));
    }
    const live = async (id: string) => {
      const feed = people.AGENT.subscribe('subscription ($id: ID!) { ticketEvents(ticketId: $id) { id } }', { id });
      return JSON.stringify(await feed.ended)
        .replaceAll(id, 'the id')
        .replaceAll(/"requestId":"[^"]+"/g, '');
    };
    expect(await live(gone.id)).toBe(await live(v7()));
    expect(server.log).toEqual([]);
  });

  it('are in no event that an agent is told but that of their deletion', async () => {
    const { people, gone, firstCursor, cursor, comment, plain } = world;
    await comment(plain, 'the last one');
    const events = async (by: GraphqlCaller) => {
      const document =
        'subscription ($after: String) { ticketEvents(after: $after) { type ticketId to from ticket { id } } }';
      const feed = by.subscribe<{ ticketEvents: { type: string; ticketId: string; ticket: unknown; from: unknown } }>(
        document,
        {
          after: firstCursor,
        },
      );
      const all = [];
      // Both see the comment that was written last, whatever they see before it.
      do all.push((await feed.next()).ticketEvents);
      while (all.at(-1)?.type !== 'ticket.commented' || all.at(-1)?.ticketId !== plain || all.length < 3);
      await feed.stop();
      return all.filter(({ ticketId }) => ticketId === gone.id);
    };
    expect(await cursor()).toEqual(expect.any(String));
    expect((await events(people.SUPERVISOR)).map(({ type }) => type)).toContain('sla.breached');
    const told = await events(people.AGENT);
    expect(told).toEqual([{ type: 'ticket.deleted', ticketId: gone.id, ticket: null, from: null, to: null }]);
  });

  it('are counted, searched and filtered for by nobody but leads', async () => {
    const { people, server } = world;
    const clientId = await world.client();
    const { createTicket } = await people.ADMIN.ask<{ createTicket: { id: string; reference: string } }>(
      'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { id reference } }',
      { input: { clientId, title: 'Zwergpinguin', description: '', tags: ['zwergtag'], assigneeId: people.AGENT.id } },
    );
    const list = `query ($filter: TicketFilter) { tickets(filter: $filter) { nodes { id } totalCount } }`;
    const filters = [
      { search: 'Zwergpinguin' },
      { search: createTicket.reference },
      { tag: 'zwergtag' },
      { clientId },
      { assigneeId: people.AGENT.id, clientId },
    ];
    const counts = (by: GraphqlCaller) =>
      Promise.all(
        filters.map(async (filter) => {
          const { tickets } = await by.ask<{ tickets: { nodes: unknown[]; totalCount: number } }>(list, {
            filter: { ...filter, includeDeleted: true },
          });
          return [tickets.nodes.length, tickets.totalCount];
        }),
      );
    const open = async () =>
      (
        await people.AGENT.ask<{ client: { openTickets: number } }>(
          'query ($id: ID!) { client(id: $id) { openTickets } }',
          { id: clientId },
        )
      ).client.openTickets;
    expect([await counts(people.AGENT), await open()]).toEqual([filters.map(() => [1, 1]), 1]);
    await world.remove(createTicket.id);
    expect([await counts(people.AGENT), await open()]).toEqual([filters.map(() => [0, 0]), 0]);
    expect(await counts(people.SUPERVISOR)).toEqual(filters.map(() => [1, 1]));
    expect(server.log).toEqual([]);
  });

  it('leave the alerts that an agent may ask for', async () => {
    const { people, breached, remove } = world;
    const { id, alertId } = await breached(people.AGENT.id);
    const alerts = async (by: GraphqlCaller) =>
      (await by.ask<{ slaAlerts: { nodes: { id: string }[] } }>('{ slaAlerts(first: 100) { nodes { id } } }')).slaAlerts
        .nodes;
    expect(await alerts(people.AGENT)).toContainEqual({ id: alertId });
    await remove(id);
    expect(await alerts(people.AGENT)).not.toContainEqual({ id: alertId });
    expect(await alerts(people.SUPERVISOR)).toContainEqual({ id: alertId });
  });
});

describe("an agent's alerts", () => {
  it('follow the assignment, live and in replay', async () => {
    const { server, people, ticket, cursor } = world;
    const after = await cursor();
    const document = 'subscription ($after: String) { slaAlerts(after: $after, kinds: [BREACHED]) { ticket { id } } }';
    type Alert = { slaAlerts: { ticket: { id: string } } };
    const live = people.AGENT.subscribe<Alert>(document, { after });
    const all = people.SUPERVISOR.subscribe<Alert>(document, { after });
    const assign = (id: string, to: string | null) => people.ADMIN.ask(ASSIGN, { id, to });
    const due = async (id: string) => {
      await server.makeDue(id, new Date(Date.now() - 1_000));
      expect((await all.next()).slaAlerts.ticket.id).toBe(id);
    };
    const [first, second, third] = [await ticket(), await ticket(), await ticket()];
    await assign(second, people.AGENT.id);
    await due(first);
    await due(second);
    expect((await live.next()).slaAlerts.ticket.id).toBe(second);
    await assign(second, null);
    await assign(third, people.AGENT.id);
    await due(third);
    expect((await live.next()).slaAlerts.ticket.id).toBe(third);
    await live.stop();
    // What a replay shows is asked at delivery: the second one is theirs no longer, the first one has become it.
    await assign(first, people.AGENT.id);
    const replay = people.AGENT.subscribe<Alert>(document, { after });
    expect((await replay.take(2)).map(({ slaAlerts }) => slaAlerts.ticket.id)).toEqual([first, third]);
    await Promise.all([replay.stop(), all.stop()]);
  });
});

describe('administrators', () => {
  it('keep the last of them: neither demoted nor deactivated, until there is another', async () => {
    const { server, people } = world;
    const { ADMIN: admin } = people;
    const active = 'mutation ($id: ID!, $active: Boolean!) { setUserActive(id: $id, active: $active) { active } }';
    const role = 'mutation ($id: ID!, $role: Role!) { setUserRole(id: $id, role: $role) { role } }';
    const { users } = await admin.ask<{ users: { id: string }[] }>('{ users(role: ADMIN, active: true) { id } }');
    for (const { id } of users) if (id !== admin.id) await admin.ask(active, { id, active: false });
    expect(codeOf(await admin.send(active, { id: admin.id, active: false }))).toBe('CONFLICT');
    expect(codeOf(await admin.send(role, { id: admin.id, role: 'AGENT' }))).toBe('FORBIDDEN');

    const other = await server.person('ADMIN');
    expect(codeOf(await other.send(role, { id: admin.id, role: 'ADMIN' }))).toBe(null);
    expect(codeOf(await admin.send(role, { id: other.id, role: 'AGENT' }))).toBe(null);
    expect(codeOf(await other.send('{ me { id } }'))).toBe('UNAUTHENTICATED');
    const demoted = await server.signIn(other.email);
    expect(codeOf(await demoted.send(active, { id: admin.id, active: false }))).toBe('FORBIDDEN');
  });
});

it('nothing of all this failed for a reason that nobody foresaw', () => {
  expect(world.server.log).toEqual([]);
});
