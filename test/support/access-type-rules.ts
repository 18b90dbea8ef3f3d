import type { Role } from '../../src/domain/enums.ts';
import { ADMINS, ANYONE, LEADS, OUTSIDE, type Outcomes, STAFF } from './access-rules.ts';
import type { Who, World } from './access-world.ts';
import type { Variables } from './graphql-client.ts';
import { PASSWORD } from './server.ts';

/** Who sees the objects of a type, and which fields it has: all of them are seen by whoever sees the object. */
export interface TypeRule {
  /** Every field of the type, in the order of the schema. One that is not here fails the walk. */
  readonly fields: string;
  /** An operation that comes to an object of the type; FIELDS stands for the selection on it. */
  readonly document: string;
  readonly variables?: (world: World, who: Who) => Variables | Promise<Variables>;
  readonly outcomes: Outcomes;
  /** A subscription that delivers the type, and how it fares. */
  readonly live?: {
    readonly document: string;
    readonly variables: (world: World) => Variables;
    readonly outcomes: Outcomes;
  };
}

/** Nobody's socket is acknowledged and closed by its first subscription; a bad token closes it at once. */
export const LIVE_OUTSIDE = { NOBODY: '4401', 'BAD TOKEN': '4403' };
export const LIVE_STAFF: Outcomes = { ...STAFF, ...LIVE_OUTSIDE };

const node = (type: string) => `query ($id: ID!) { node(id: $id) { ... on ${type} { FIELDS } } }`;
const ofTicket = (selection: string) => `query ($id: ID!) { ticket(id: $id) { ${selection} } }`;
const PAGE = 'edges nodes pageInfo totalCount';
const EDGE = 'cursor node';
const plain = ({ plain: id }: World) => ({ id });
const escalated = ({ escalated: { id } }: World) => ({ id });
/** What is kept from agents is to them as if it were not there. */
const HIDDEN: Outcomes = { ...LEADS, AGENT: 'absent' };
const PREVIEW = 'previewSlaPolicy(input: { tier: VIP, resolutionMinutes: 60, breachAction: ESCALATE })';

export const TYPE_RULES: Readonly<Record<string, TypeRule>> = {
  AgentPerformance: {
    fields: 'agent averageMinutes breached resolved slaMetPercent',
    document: '{ reports { topAgents { FIELDS } } }',
    outcomes: LEADS,
  },
  AuthPayload: {
    fields: 'accessToken accessTokenExpiresAt refreshToken user',
    document: 'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { FIELDS } }',
    variables: ({ people }, who) => ({
      email: who in people ? people[who as Role].email : people.AGENT.email,
      password: who === 'ADMIN' ? 'admin123' : PASSWORD,
    }),
    outcomes: ANYONE,
  },
  AverageResolution: {
    fields: 'averageMinutes medianMinutes p90Minutes tickets tier',
    document: '{ reports { averageResolution { FIELDS } } }',
    outcomes: LEADS,
  },
  BulkResult: {
    fields: 'errorCode errorMessage id ticket',
    document: 'mutation ($id: ID!) { bulkAssignTickets(ids: [$id], assigneeId: null) { FIELDS } }',
    variables: async ({ ticket }) => ({ id: await ticket() }),
    outcomes: STAFF,
  },
  BusinessCalendar: {
    fields: 'holidays intervals timeZone',
    document: '{ slaPolicies { calendar { FIELDS } } }',
    outcomes: STAFF,
  },
  BusinessInterval: {
    fields: 'end start weekday',
    document: '{ slaPolicies { calendar { intervals { FIELDS } } } }',
    outcomes: STAFF,
  },
  Client: {
    fields: 'createdAt id name openTickets tier',
    document: node('Client'),
    variables: ({ clientId }) => ({ id: clientId }),
    outcomes: STAFF,
  },
  AuditEntry: {
    fields: 'action actor after before id ip occurredAt subjectId succeeded',
    document: node('AuditEntry'),
    variables: async ({ entryId }) => ({ id: await entryId() }),
    outcomes: { ...HIDDEN, SUPERVISOR: 'absent' },
  },
  AuditEntryConnection: { fields: PAGE, document: '{ auditLog(first: 1) { FIELDS } }', outcomes: ADMINS },
  AuditEntryEdge: { fields: EDGE, document: '{ auditLog(first: 1) { edges { FIELDS } } }', outcomes: ADMINS },
  Comment: {
    fields: 'author body createdAt id internal',
    document: node('Comment'),
    variables: ({ commentId }) => ({ id: commentId }),
    outcomes: STAFF,
  },
  CommentConnection: { fields: PAGE, document: ofTicket('comments { FIELDS }'), variables: plain, outcomes: STAFF },
  CommentEdge: { fields: EDGE, document: ofTicket('comments { edges { FIELDS } }'), variables: plain, outcomes: STAFF },
  DeadLetter: {
    fields: 'attempts failedAt headers id importId reasons rowNumber values',
    document: node('DeadLetter'),
    variables: ({ deadLetterId }) => ({ id: deadLetterId }),
    outcomes: HIDDEN,
  },
  DeadLetterConnection: { fields: PAGE, document: '{ deadLetters { FIELDS } }', outcomes: LEADS },
  DeadLetterEdge: { fields: EDGE, document: '{ deadLetters { edges { FIELDS } } }', outcomes: LEADS },
  EscalatedMonth: {
    fields: 'escalated month tier total',
    document: '{ reports { escalatedPerMonth { FIELDS } } }',
    outcomes: LEADS,
  },
  Escalation: {
    fields: 'acknowledgedAt acknowledgedBy escalatedAt id level reason',
    document: ofTicket('escalations { FIELDS }'),
    variables: escalated,
    outcomes: STAFF,
  },
  ImportColumn: {
    fields: 'field header ignored',
    document: 'query ($id: ID!) { importProcess(id: $id) { columns { FIELDS } } }',
    variables: ({ importId }) => ({ id: importId }),
    outcomes: LEADS,
  },
  ImportProcess: {
    fields: `columns createdAt dryRun error errorWorkbookUrl etaSeconds failedRows filename finishedAt id ignoredColumns
      processedRows retriedRows rowsPerSecond sha256 sizeBytes startedAt status succeededRows totalRows uploadedBy`,
    document: node('ImportProcess'),
    variables: ({ importId }) => ({ id: importId }),
    outcomes: HIDDEN,
    live: {
      document: 'subscription ($id: ID!) { importProgress(id: $id) { FIELDS } }',
      variables: ({ importId }) => ({ id: importId }),
      outcomes: { ...LIVE_STAFF, AGENT: 'FORBIDDEN' },
    },
  },
  ImportProcessConnection: { fields: PAGE, document: '{ importProcesses { FIELDS } }', outcomes: LEADS },
  ImportProcessEdge: { fields: EDGE, document: '{ importProcesses { edges { FIELDS } } }', outcomes: LEADS },
  PageInfo: {
    fields: 'endCursor hasNextPage hasPreviousPage startCursor',
    document: '{ tickets { pageInfo { FIELDS } } }',
    outcomes: STAFF,
  },
  QueueStats: {
    fields: 'active completed delayed failed name paused waiting',
    document: '{ queueStats { FIELDS } }',
    outcomes: LEADS,
  },
  Reports: {
    fields: 'asOf averageResolution escalatedPerMonth lastProcesses topAgents weeklyStatus',
    document: '{ reports { FIELDS } }',
    outcomes: LEADS,
  },
  SlaAlert: {
    fields: 'action cursor detectedAt dueAt escalationLevel id kind occurredAt ticket tier',
    document: node('SlaAlert'),
    variables: ({ held }) => ({ id: held.alertId }),
    outcomes: STAFF,
    live: {
      document: 'subscription ($after: String!) { slaAlerts(after: $after) { FIELDS } }',
      variables: ({ firstCursor }) => ({ after: firstCursor }),
      outcomes: LIVE_STAFF,
    },
  },
  SlaAlertConnection: { fields: PAGE, document: '{ slaAlerts { FIELDS } }', outcomes: STAFF },
  SlaAlertEdge: { fields: EDGE, document: '{ slaAlerts { edges { FIELDS } } }', outcomes: STAFF },
  SlaClock: {
    fields: `atRiskAt breachedAt cycle cycles detectedAt dueAt elapsedSeconds intervals metAt nextEscalationAt policyVersion
      remainingSeconds startedAt state`,
    document: ofTicket('sla { FIELDS }'),
    variables: plain,
    outcomes: STAFF,
  },
  SlaCycle: {
    fields: `breachedAt cycle detectedAt dueAt elapsedSeconds escalationLevel intervals metAt policyVersion startedAt`,
    document: ofTicket('sla { cycles { FIELDS } }'),
    variables: ({ reopened }) => ({ id: reopened }),
    outcomes: STAFF,
  },
  SlaInterval: {
    fields: 'from reason state to workingSeconds',
    document: ofTicket('sla { intervals { FIELDS } }'),
    variables: plain,
    outcomes: STAFF,
  },
  SlaPolicy: {
    fields: `atRiskPercent breachAction calendar escalateEveryMinutes maxEscalationLevel resolutionMinutes tier updatedAt version`,
    document: '{ slaPolicies { FIELDS } }',
    outcomes: STAFF,
  },
  SlaPolicyPreview: {
    fields: 'breachNow examples policy relaxed ticketsAffected',
    document: `{ ${PREVIEW} { FIELDS } }`,
    outcomes: LEADS,
  },
  SlaPolicyVersion: {
    fields: 'changedAt changedBy policy version',
    document: '{ slaPolicyHistory(tier: VIP) { FIELDS } }',
    outcomes: LEADS,
  },
  SlaPreviewExample: {
    fields: 'breachesNow dueAtAfter dueAtBefore ticket',
    document: `{ ${PREVIEW} { examples { FIELDS } } }`,
    outcomes: LEADS,
  },
  Ticket: {
    fields: `allowedTransitions assignee client closedAt comments createdAt createdBy deletedAt description escalationLevel escalations
      history id number priority reference resolvedAt sla status tags title updatedAt version`,
    document: node('Ticket'),
    variables: plain,
    outcomes: STAFF,
  },
  TicketConnection: { fields: PAGE, document: '{ tickets { FIELDS } }', outcomes: STAFF },
  TicketEdge: { fields: EDGE, document: '{ tickets { edges { FIELDS } } }', outcomes: STAFF },
  TicketEvent: {
    fields: 'actor cursor from id occurredAt ticket ticketId to type',
    document: ofTicket('history { nodes { FIELDS } }'),
    variables: plain,
    outcomes: STAFF,
    live: {
      document: 'subscription ($after: String!) { ticketEvents(after: $after) { FIELDS } }',
      variables: ({ firstCursor }) => ({ after: firstCursor }),
      outcomes: LIVE_STAFF,
    },
  },
  TicketEventConnection: { fields: PAGE, document: ofTicket('history { FIELDS }'), variables: plain, outcomes: STAFF },
  TicketEventEdge: {
    fields: EDGE,
    document: ofTicket('history { edges { FIELDS } }'),
    variables: plain,
    outcomes: STAFF,
  },
  User: {
    fields: 'active createdAt email id name role',
    document: node('User'),
    variables: ({ people }) => ({ id: people.SUPERVISOR.id }),
    outcomes: STAFF,
  },
  WeekStatus: {
    fields: 'backlog breached closed escalated opened resolved week',
    document: '{ reports { weeklyStatus { FIELDS } } }',
    outcomes: LEADS,
  },
};

/** Over a WebSocket that is for subscriptions alone, queries and mutations are refused before anybody is asked who they are. */
export const ELSEWHERE: Outcomes = {
  ADMIN: 'VALIDATION_FAILED',
  SUPERVISOR: 'VALIDATION_FAILED',
  AGENT: 'VALIDATION_FAILED',
  ...OUTSIDE,
  NOBODY: 'VALIDATION_FAILED',
  'BAD TOKEN': '4403',
};
