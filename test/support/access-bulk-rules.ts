import { OUTSIDE, type Rule, STAFF } from './access-rules.ts';

const ASSIGN =
  'mutation ($id: ID!, $to: ID) { bulkAssignTickets(ids: [$id], assigneeId: $to) { id ticket { id } errorCode } }';
const STATUS =
  'mutation ($id: ID!) { bulkChangeTicketStatus(ids: [$id], status: IN_PROGRESS) { id ticket { id } errorCode } }';
const ON_DELETED = { ...OUTSIDE, ADMIN: 'CONFLICT', SUPERVISOR: 'CONFLICT', AGENT: 'NOT_FOUND' };

/** Changes of many tickets: each is asked about as if it were changed alone. */
export const BULK_RULES: readonly Rule[] = [
  {
    field: 'Mutation.bulkAssignTickets',
    what: 'unassigned ones to nobody',
    document: ASSIGN,
    variables: async ({ ticket }) => ({ id: await ticket(), to: null }),
    outcomes: STAFF,
  },
  {
    field: 'Mutation.bulkAssignTickets',
    what: "somebody else's to nobody",
    document: ASSIGN,
    variables: async ({ ticket, server }) => ({ id: await ticket((await server.person('AGENT')).id), to: null }),
    outcomes: { ...STAFF, AGENT: 'FORBIDDEN' },
  },
  {
    field: 'Mutation.bulkAssignTickets',
    what: 'deleted ones',
    document: ASSIGN,
    variables: ({ gone }) => ({ id: gone.id, to: null }),
    outcomes: ON_DELETED,
  },
  {
    field: 'Mutation.bulkChangeTicketStatus',
    what: 'of those that are kept',
    document: STATUS,
    variables: async ({ ticket }) => ({ id: await ticket() }),
    outcomes: STAFF,
  },
  {
    field: 'Mutation.bulkChangeTicketStatus',
    what: 'of deleted ones',
    document: STATUS,
    variables: ({ gone }) => ({ id: gone.id }),
    outcomes: ON_DELETED,
  },
];
