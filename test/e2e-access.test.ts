import { GraphQLInterfaceType, GraphQLObjectType } from 'graphql';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSchema } from '../src/compose-schema.ts';
import type { Role } from '../src/domain/enums.ts';
import { createWorld, outcomeOf, UPLOAD, WHO, type Who, type World } from './support/access-world.ts';
import type { Answer, GraphqlCaller, Variables } from './support/graphql-client.ts';
import { goodRow, workbook } from './support/import-pipeline.ts';
import { codeOf, PASSWORD } from './support/server.ts';

type Outcomes = Record<Who, string>;

const OUTSIDE = { NOBODY: 'UNAUTHENTICATED', 'BAD TOKEN': 'UNAUTHENTICATED' };
const STAFF: Outcomes = { ADMIN: 'allowed', SUPERVISOR: 'allowed', AGENT: 'allowed', ...OUTSIDE };
const LEADS: Outcomes = { ...STAFF, AGENT: 'FORBIDDEN' };
const ADMINS: Outcomes = { ...LEADS, SUPERVISOR: 'FORBIDDEN' };
const ANYONE: Outcomes = { ...STAFF, NOBODY: 'allowed', 'BAD TOKEN': 'allowed' };
/** Where leads may and an agent must not learn that there is anything. */
const hiddenFromAgents = (as: string): Outcomes => ({ ...STAFF, AGENT: as });

interface Rule {
  /** As the schema names it: "Query.ticket". */
  readonly field: string;
  /** What of the field the rule speaks of. */
  readonly what: string;
  readonly document: string;
  readonly variables?: (world: World, who: Who) => Variables | Promise<Variables>;
  /** Instead of sending the document: what takes more than that. */
  readonly send?: (world: World, caller: GraphqlCaller, who: Who) => Promise<Answer>;
  /** Somebody new in the role does it, since it ends their sessions. */
  readonly once?: true;
  readonly outcomes: Outcomes;
}

/** access.md as requests: every field of the schema, and every rule that looks at its subject. */
const RULES: readonly Rule[] = [
  {
    field: 'Mutation.login',
    what: 'to sign in',
    document:
      'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }',
    variables: ({ people }) => ({ email: people.AGENT.email, password: PASSWORD }),
    outcomes: ANYONE,
  },
  {
    field: 'Mutation.refresh',
    what: 'to go on with a session',
    document: 'mutation ($token: String!) { refresh(refreshToken: $token) { accessToken } }',
    variables: async ({ server, people }) => ({ token: (await server.signIn(people.AGENT.email)).refreshToken }),
    outcomes: ANYONE,
  },
  {
    field: 'Mutation.logout',
    what: 'to end a session',
    document: 'mutation ($token: String!) { logout(refreshToken: $token) }',
    variables: async ({ server, people }) => ({ token: (await server.signIn(people.AGENT.email)).refreshToken }),
    outcomes: ANYONE,
  },
  {
    field: 'Mutation.logoutEverywhere',
    what: 'to end all own sessions',
    document: 'mutation { logoutEverywhere }',
    once: true,
    outcomes: STAFF,
  },
  {
    field: 'Mutation.changePassword',
    what: 'of oneself',
    document: 'mutation ($current: String!) { changePassword(current: $current, next: "another good one") }',
    variables: () => ({ current: PASSWORD }),
    once: true,
    outcomes: STAFF,
  },
  { field: 'Query.me', what: 'oneself', document: '{ me { id } }', outcomes: STAFF },
  {
    field: 'Query.node',
    what: 'a ticket',
    document: 'query ($id: ID!) { node(id: $id) { id } }',
    variables: ({ plain }) => ({ id: plain }),
    outcomes: STAFF,
  },
  {
    field: 'Query.ticket',
    what: 'one that is kept',
    document: 'query ($id: ID!) { ticket(id: $id) { id comments { nodes { id } } history { nodes { id } } } }',
    variables: ({ plain }) => ({ id: plain }),
    outcomes: STAFF,
  },
  {
    field: 'Query.ticket',
    what: 'a deleted one',
    document: 'query ($id: ID!) { ticket(id: $id) { id } }',
    variables: ({ gone }) => ({ id: gone.id }),
    outcomes: hiddenFromAgents('absent'),
  },
  { field: 'Query.tickets', what: 'the list', document: '{ tickets { nodes { id } } }', outcomes: STAFF },
  {
    field: 'Query.client',
    what: 'one',
    document: 'query ($id: ID!) { client(id: $id) { id openTickets } }',
    variables: ({ clientId }) => ({ id: clientId }),
    outcomes: STAFF,
  },
  { field: 'Query.clients', what: 'the list', document: '{ clients { id } }', outcomes: STAFF },
  { field: 'Query.users', what: 'the list', document: '{ users { id } }', outcomes: STAFF },
  { field: 'Query.slaPolicies', what: 'in force', document: '{ slaPolicies { tier } }', outcomes: STAFF },
  { field: 'Query.eventCursor', what: 'the head of the log', document: '{ eventCursor }', outcomes: STAFF },
  { field: 'Query.slaAlerts', what: 'the list', document: '{ slaAlerts { nodes { id } } }', outcomes: STAFF },
  {
    field: 'Query.importProcess',
    what: 'one',
    document: 'query ($id: ID!) { importProcess(id: $id) { id } }',
    variables: ({ importId }) => ({ id: importId }),
    outcomes: LEADS,
  },
  {
    field: 'Query.importProcesses',
    what: 'the list',
    document: '{ importProcesses { nodes { id } } }',
    outcomes: LEADS,
  },
  { field: 'Query.deadLetters', what: 'the list', document: '{ deadLetters { nodes { id } } }', outcomes: LEADS },
  { field: 'Query.queueStats', what: 'of every queue', document: '{ queueStats { name } }', outcomes: LEADS },
  {
    field: 'Query.reports',
    what: 'all five',
    document: `{ reports { asOf averageResolution { tickets } escalatedPerMonth { total } topAgents { agent }
      weeklyStatus { week } lastProcesses { id } } }`,
    outcomes: LEADS,
  },
  {
    field: 'Mutation.registerUser',
    what: 'somebody new',
    document: 'mutation ($input: RegisterUserInput!) { registerUser(input: $input) { id } }',
    variables: (_, who) => ({
      input: { email: `by-${who.toLowerCase().replace(' ', '-')}@example.com`, password: PASSWORD, name: 'New' },
    }),
    outcomes: ADMINS,
  },
  {
    field: 'Mutation.setUserActive',
    what: 'of somebody else',
    document: 'mutation ($id: ID!) { setUserActive(id: $id, active: false) { id } }',
    variables: async ({ server }) => ({ id: (await server.person('AGENT')).id }),
    outcomes: ADMINS,
  },
  {
    field: 'Mutation.setUserRole',
    what: 'of somebody else',
    document: 'mutation ($id: ID!) { setUserRole(id: $id, role: SUPERVISOR) { id } }',
    variables: async ({ server }) => ({ id: (await server.person('AGENT')).id }),
    outcomes: ADMINS,
  },
  {
    field: 'Mutation.setUserRole',
    what: 'of oneself',
    document: 'mutation ($id: ID!) { setUserRole(id: $id, role: AGENT) { id } }',
    variables: ({ people, plain }, who) => ({ id: who in people ? people[who as Role].id : plain }),
    outcomes: { ...ADMINS, ADMIN: 'FORBIDDEN' },
  },
  {
    field: 'Mutation.createClient',
    what: 'a new one',
    document: 'mutation { createClient(input: { name: "Acme" }) { id } }',
    outcomes: LEADS,
  },
  {
    field: 'Mutation.updateClient',
    what: 'its tier',
    document: 'mutation ($id: ID!) { updateClient(input: { id: $id, tier: NORMAL }) { id } }',
    variables: async ({ client }) => ({ id: await client() }),
    outcomes: LEADS,
  },
  {
    field: 'Mutation.createTicket',
    what: 'for nobody',
    document: CREATE('id'),
    variables: ({ clientId }) => newTicket(clientId, null),
    outcomes: STAFF,
  },
  {
    field: 'Mutation.createTicket',
    what: 'for oneself',
    document: CREATE('id'),
    variables: ({ clientId, people }, who) => newTicket(clientId, who in people ? people[who as Role].id : v7()),
    outcomes: STAFF,
  },
  {
    field: 'Mutation.createTicket',
    what: 'for somebody else',
    document: CREATE('id'),
    variables: async ({ clientId, server }) => newTicket(clientId, (await server.person('AGENT')).id),
    outcomes: LEADS,
  },
  {
    field: 'Mutation.updateTicket',
    what: 'one that is kept',
    document: 'mutation ($id: ID!) { updateTicket(input: { id: $id, title: "Now it burns" }) { id } }',
    variables: async ({ ticket }) => ({ id: await ticket() }),
    outcomes: STAFF,
  },
  {
    field: 'Mutation.updateTicket',
    what: 'a deleted one',
    document: 'mutation ($id: ID!) { updateTicket(input: { id: $id, title: "Now it burns" }) { id } }',
    variables: ({ gone }) => ({ id: gone.id }),
    outcomes: { ...OUTSIDE, ADMIN: 'CONFLICT', SUPERVISOR: 'CONFLICT', AGENT: 'NOT_FOUND' },
  },
  {
    field: 'Mutation.changeTicketStatus',
    what: 'one that is kept',
    document: 'mutation ($id: ID!) { changeTicketStatus(id: $id, status: PENDING) { id } }',
    variables: async ({ ticket }) => ({ id: await ticket() }),
    outcomes: STAFF,
  },
  {
    field: 'Mutation.changeTicketStatus',
    what: 'a deleted one',
    document: 'mutation ($id: ID!) { changeTicketStatus(id: $id, status: PENDING) { id } }',
    variables: ({ gone }) => ({ id: gone.id }),
    outcomes: { ...OUTSIDE, ADMIN: 'CONFLICT', SUPERVISOR: 'CONFLICT', AGENT: 'NOT_FOUND' },
  },
  {
    field: 'Mutation.assignTicket',
    what: 'an unassigned one to oneself',
    document: ASSIGN(),
    variables: async ({ ticket, people }, who) => ({
      id: await ticket(),
      to: who in people ? people[who as Role].id : null,
    }),
    outcomes: STAFF,
  },
  {
    field: 'Mutation.assignTicket',
    what: 'the own one to nobody',
    document: ASSIGN(),
    variables: async ({ ticket, people }, who) => ({
      id: await ticket(who in people ? people[who as Role].id : null),
      to: null,
    }),
    outcomes: STAFF,
  },
  {
    field: 'Mutation.assignTicket',
    what: 'the own one to somebody else',
    document: ASSIGN(),
    variables: async ({ ticket, people, server }, who) => ({
      id: await ticket(who in people ? people[who as Role].id : null),
      to: (await server.person('AGENT')).id,
    }),
    outcomes: LEADS,
  },
  {
    field: 'Mutation.assignTicket',
    what: 'an unassigned one to somebody else',
    document: ASSIGN(),
    variables: async ({ ticket, server }) => ({ id: await ticket(), to: (await server.person('AGENT')).id }),
    outcomes: LEADS,
  },
  {
    field: 'Mutation.assignTicket',
    what: "somebody else's to oneself",
    document: ASSIGN(),
    variables: async ({ ticket, people, server }, who) => ({
      id: await ticket((await server.person('AGENT')).id),
      to: who in people ? people[who as Role].id : null,
    }),
    outcomes: LEADS,
  },
  {
    field: 'Mutation.assignTicket',
    what: "somebody else's to nobody",
    document: ASSIGN(),
    variables: async ({ ticket, server }) => ({ id: await ticket((await server.person('AGENT')).id), to: null }),
    outcomes: LEADS,
  },
  {
    field: 'Mutation.assignTicket',
    what: 'a deleted one',
    document: ASSIGN(),
    variables: ({ gone }) => ({ id: gone.id, to: null }),
    outcomes: { ...OUTSIDE, ADMIN: 'CONFLICT', SUPERVISOR: 'CONFLICT', AGENT: 'NOT_FOUND' },
  },
  {
    field: 'Mutation.assignTicket',
    what: 'to somebody who is not active',
    document: ASSIGN(),
    variables: async ({ ticket, server }) => {
      const { id } = await server.person('AGENT');
      await server.admin.ask('mutation ($id: ID!) { setUserActive(id: $id, active: false) { id } }', { id });
      return { id: await ticket(), to: id };
    },
    outcomes: { ...OUTSIDE, ADMIN: 'VALIDATION_FAILED', SUPERVISOR: 'VALIDATION_FAILED', AGENT: 'VALIDATION_FAILED' },
  },
  {
    field: 'Mutation.deleteTicket',
    what: 'one that is kept',
    document: 'mutation ($id: ID!) { deleteTicket(id: $id) { id } }',
    variables: async ({ ticket }) => ({ id: await ticket() }),
    outcomes: LEADS,
  },
  {
    field: 'Mutation.restoreTicket',
    what: 'a deleted one',
    document: 'mutation ($id: ID!) { restoreTicket(id: $id) { id } }',
    variables: async ({ ticket, remove }) => {
      const id = await ticket();
      await remove(id);
      return { id };
    },
    outcomes: LEADS,
  },
  {
    field: 'Mutation.addComment',
    what: 'to one that is kept',
    document: 'mutation ($id: ID!) { addComment(ticketId: $id, body: "Hm.", internal: true) { id } }',
    variables: ({ plain }) => ({ id: plain }),
    outcomes: STAFF,
  },
  {
    field: 'Mutation.addComment',
    what: 'to a deleted one',
    document: 'mutation ($id: ID!) { addComment(ticketId: $id, body: "Hm.") { id } }',
    variables: ({ gone }) => ({ id: gone.id }),
    outcomes: { ...OUTSIDE, ADMIN: 'CONFLICT', SUPERVISOR: 'CONFLICT', AGENT: 'NOT_FOUND' },
  },
  {
    field: 'Mutation.acknowledgeEscalation',
    what: 'of anyone',
    document: 'mutation ($id: ID!) { acknowledgeEscalation(ticketId: $id) { id } }',
    variables: ({ escalated }) => ({ id: escalated.id }),
    outcomes: LEADS,
  },
  {
    field: 'Mutation.acknowledgeEscalation',
    what: 'of a ticket of their own',
    document: 'mutation ($id: ID!) { acknowledgeEscalation(ticketId: $id) { id } }',
    variables: ({ held }) => ({ id: held.id }),
    outcomes: LEADS,
  },
  {
    field: 'Mutation.setSlaPolicy',
    what: 'of a tier',
    document:
      'mutation { setSlaPolicy(input: { tier: NORMAL, resolutionMinutes: 1440, breachAction: NOTIFY_SUPERVISOR }) { version } }',
    outcomes: ADMINS,
  },
  {
    field: 'Mutation.importTickets',
    what: 'a workbook',
    document: UPLOAD,
    send: async (_, caller, who) =>
      caller.upload(UPLOAD, { bytes: await workbook([goodRow(`up-${who}`)]), name: 'up.xlsx' }),
    outcomes: LEADS,
  },
  {
    field: 'Mutation.cancelImport',
    what: 'that has ended',
    document: 'mutation ($id: ID!) { cancelImport(id: $id) { id } }',
    variables: ({ importId }) => ({ id: importId }),
    outcomes: { ...LEADS, ADMIN: 'CONFLICT', SUPERVISOR: 'CONFLICT' },
  },
  {
    field: 'Mutation.retryDeadLetters',
    what: 'of an ended import',
    document: 'mutation ($id: ID!) { retryDeadLetters(importId: $id) { id } }',
    variables: async ({ endedImport }) => ({ id: await endedImport() }),
    outcomes: LEADS,
  },
  {
    field: 'Mutation.discardDeadLetters',
    what: 'of an ended import',
    document: 'mutation ($id: ID!) { discardDeadLetters(importId: $id) }',
    variables: async ({ endedImport }) => ({ id: await endedImport() }),
    outcomes: LEADS,
  },
];

function CREATE(fields: string): string {
  return `mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ${fields} } }`;
}
function ASSIGN(): string {
  return 'mutation ($id: ID!, $to: ID) { assignTicket(id: $id, assigneeId: $to) { id } }';
}
function newTicket(clientId: string, assigneeId: string | null): Variables {
  return { input: { clientId, title: 'No toner', description: '', assigneeId } };
}

interface LiveRule {
  readonly field: string;
  readonly what: string;
  readonly document: string;
  readonly variables: (world: World) => Variables;
  readonly outcomes: Outcomes;
}

/** Nobody's socket is acknowledged and closed by its first subscription; a bad token closes it at once. */
const LIVE_OUTSIDE = { NOBODY: '4401', 'BAD TOKEN': '4403' };
const LIVE_STAFF: Outcomes = { ...STAFF, ...LIVE_OUTSIDE };

const LIVE_RULES: readonly LiveRule[] = [
  {
    field: 'Subscription.slaAlerts',
    what: 'of a ticket that the agent holds',
    document: 'subscription ($after: String!) { slaAlerts(after: $after) { id } }',
    variables: ({ firstCursor }) => ({ after: firstCursor }),
    outcomes: LIVE_STAFF,
  },
  {
    field: 'Subscription.ticketEvents',
    what: 'of all tickets',
    document: 'subscription ($after: String!) { ticketEvents(after: $after) { id } }',
    variables: ({ firstCursor }) => ({ after: firstCursor }),
    outcomes: LIVE_STAFF,
  },
  {
    field: 'Subscription.ticketEvents',
    what: 'of a deleted ticket',
    document: 'subscription ($after: String!, $id: ID!) { ticketEvents(after: $after, ticketId: $id) { id } }',
    variables: ({ firstCursor, gone }) => ({ after: firstCursor, id: gone.id }),
    outcomes: { ...LIVE_STAFF, AGENT: 'NOT_FOUND' },
  },
  {
    field: 'Subscription.importProgress',
    what: 'of an import',
    document: 'subscription ($id: ID!) { importProgress(id: $id) { id } }',
    variables: ({ importId }) => ({ id: importId }),
    outcomes: { ...LIVE_STAFF, AGENT: 'FORBIDDEN' },
  },
];

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

describe('over HTTP', () => {
  for (const rule of RULES) {
    it.each(WHO)(`${rule.field}, ${rule.what}: %s`, async (who) => {
      const caller = rule.once && who in world.people ? await world.server.person(who as Role) : world.callers[who];
      const variables = (await rule.variables?.(world, who)) ?? {};
      const answer = await (rule.send?.(world, caller, who) ?? caller.send(rule.document, variables));
      expect(outcomeOf(answer)).toBe(rule.outcomes[who]);
      expect(answer.status).toBe(200);
    });
  }

  it.each(['/health', '/health/ready', '/health/metrics', '/metrics'])('GET %s is open to everyone', async (path) => {
    for (const who of WHO) expect((await world.callers[who].get(path)).status).toBe(200);
  });
});

describe('over WebSocket', () => {
  for (const rule of LIVE_RULES) {
    it.each(WHO)(`${rule.field}, ${rule.what}: %s`, async (who) => {
      const feed = world.callers[who].subscribe(rule.document, rule.variables(world));
      const first = feed.next().then(
        () => 'allowed',
        () => null,
      );
      const ended = feed.ended.then((how) => {
        if (how.kind === 'closed') return String(how.code);
        return how.kind === 'errors' ? codeOf({ status: 200, errors: how.errors }) : 'complete';
      });
      expect((await first) ?? (await ended)).toBe(rule.outcomes[who]);
      await feed.stop();
    });
  }
});

it('every field of the schema that can be asked for has a rule here', () => {
  const schema = composeSchema();
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const fields = roots.flatMap((root) => Object.keys(root?.getFields() ?? {}).map((name) => `${root?.name}.${name}`));
  const ruled = new Set([...RULES, ...LIVE_RULES].map(({ field }) => field));
  expect([...ruled].sort()).toEqual(fields.sort());
});

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
  };
  /** Not for agents: alerts of tickets that are not theirs, and all of imports. */
  const KEPT_FROM_AGENTS = ['SlaAlert', 'ImportProcess', 'DeadLetter'];

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
      const expected = who === 'AGENT' && KEPT_FROM_AGENTS.includes(type) ? 'absent' : STAFF[who];
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
    const assign = (id: string, to: string | null) => people.ADMIN.ask(ASSIGN(), { id, to });
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
