import { v7 } from 'uuid';
import type { Role } from '../../src/domain/enums.ts';
import { LEADS, OUTSIDE, type Rule, STAFF } from './access-rules.ts';
import type { Variables } from './graphql-client.ts';

/** Changes of tickets: where the rules look at who holds the ticket and whether it is deleted. */
export const TICKET_RULES: readonly Rule[] = [
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
