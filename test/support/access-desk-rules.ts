import { v7 } from 'uuid';
import type { Role } from '../../src/domain/enums.ts';
import { ADMINS, ANYONE, hiddenFromAgents, LEADS, type Rule, STAFF } from './access-rules.ts';
import { UPLOAD } from './access-world.ts';
import { goodRow, workbook } from './import-pipeline.ts';
import { PASSWORD } from './server.ts';

/** Everything but changes of tickets: sessions, queries, people, clients, policies, imports. */
export const DESK_RULES: readonly Rule[] = [
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
    document: `query ($id: ID!) { ticket(id: $id) { id comments { nodes { id } } history { nodes { id } }
      sla { nextEscalationAt intervals { workingSeconds } cycles { cycle intervals { reason } } } } }`,
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
  {
    field: 'Query.slaPolicies',
    what: 'in force',
    document: `{ slaPolicies { tier escalateEveryMinutes maxEscalationLevel
      calendar { timeZone holidays intervals { weekday start end } } } }`,
    outcomes: STAFF,
  },
  {
    field: 'Query.slaPolicyHistory',
    what: 'of a tier',
    document: '{ slaPolicyHistory(tier: VIP) { version changedAt changedBy { id } policy { tier } } }',
    outcomes: LEADS,
  },
  {
    field: 'Query.previewSlaPolicy',
    what: 'of a tier',
    document: `{ previewSlaPolicy(input: { tier: VIP, resolutionMinutes: 60, breachAction: ESCALATE }) {
      ticketsAffected examples { ticket { id } } } }`,
    outcomes: LEADS,
  },
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
  { field: 'Query.auditLog', what: 'the list', document: '{ auditLog(first: 1) { nodes { id } } }', outcomes: ADMINS },
  {
    field: 'Query.node',
    what: 'an entry of the audit trail',
    document: 'query ($id: ID!) { node(id: $id) { id } }',
    variables: async ({ entryId }) => ({ id: await entryId() }),
    outcomes: { ...hiddenFromAgents('absent'), SUPERVISOR: 'absent' },
  },
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
      input: {
        email: `by-${who.toLowerCase().replace(' ', '-')}-${v7()}@example.com`,
        password: PASSWORD,
        name: 'New',
      },
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
    field: 'Mutation.resumeImport',
    what: 'that has ended',
    document: 'mutation ($id: ID!) { resumeImport(id: $id) { id } }',
    variables: ({ importId }) => ({ id: importId }),
    outcomes: { ...LEADS, ADMIN: 'CONFLICT', SUPERVISOR: 'CONFLICT' },
  },
  {
    field: 'Mutation.retryDeadLetters',
    what: 'of an ended import',
    document: 'mutation ($id: ID!) { retryDeadLetters(importId: $id) { id } }',
    variables: async ({ endedImport, importId }, who) => ({
      id: LEADS[who] === 'allowed' ? await endedImport() : importId,
    }),
    outcomes: LEADS,
  },
  {
    field: 'Mutation.discardDeadLetters',
    what: 'of an ended import',
    document: 'mutation ($id: ID!) { discardDeadLetters(importId: $id) }',
    variables: async ({ endedImport, importId }, who) => ({
      id: LEADS[who] === 'allowed' ? await endedImport() : importId,
    }),
    outcomes: LEADS,
  },
];
