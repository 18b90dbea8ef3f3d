import { TICKET_STATUSES } from '../../src/domain/enums.ts';
import { PREFLIGHT } from './graphql-requests.ts';
import type { Acts, SoakDesk } from './soak-desk.ts';
import { bearer } from './soak-traffic.ts';

const FIELDS = [
  'title',
  'description',
  'status',
  'priority',
  'tags',
  'version',
  'client { id name tier openTickets }',
  'assignee { id name }',
  'createdBy { name }',
  'sla { state dueAt remainingSeconds intervals { state workingSeconds } }',
  'escalations { level reason acknowledgedBy { name } }',
  'comments(first: 3) { nodes { body author { name } } pageInfo { hasNextPage } }',
  'history(first: 5) { nodes { type from to actor { name } } }',
  'allowedTransitions',
] as const;
const SELECTIONS = 12;
const LEADS = [
  '{ queueStats { name waiting active completed failed } }',
  '{ deadLetters(first: 20) { totalCount nodes { rowNumber reasons values } } }',
  '{ importProcesses(first: 10) { totalCount nodes { id status processedRows failedRows errorWorkbookUrl } } }',
  '{ slaAlerts(first: 30) { nodes { id kind tier ticket { reference } } pageInfo { endCursor } } }',
  `{ reports { asOf averageResolution { tier tickets averageMinutes p90Minutes } weeklyStatus(weeks: 4) { week opened backlog }
     escalatedPerMonth { month escalated total } topAgents(limit: 5) { agent resolved } lastProcesses(limit: 3) { id status } } }`,
  '{ slaPolicyHistory(tier: VIP) { version changedBy { name } } }',
  `{ previewSlaPolicy(input: { tier: VIP, resolutionMinutes: 30, breachAction: ESCALATE }) {
     ticketsAffected breachNow relaxed examples { ticket { id } dueAtAfter } } }`,
] as const;
const ANYBODY = [
  '{ me { id name role } eventCursor }',
  '{ users(first: 50) { id name role } }',
  '{ clients(first: 50) { id name tier openTickets } }',
  '{ slaPolicies { tier version resolutionMinutes } }',
  '{ __schema { queryType { name } types { name kind } } }',
] as const;

/** What is read, each by somebody who may. */
export const READS: Acts = {
  tickets: [6, listTickets],
  ticket: [5, oneTicket],
  leads: [2, (desk) => ask(desk, 'lead', desk.dice.pick(LEADS), desk.lead().token)],
  anybody: [2, (desk) => ask(desk, 'anybody', desk.dice.pick(ANYBODY), desk.anybody().token)],
  trail: [1, trail],
  byGet: [1, byGet],
  overSocket: [1, overSocket],
  page: [1, plainPage],
};

const ask = (desk: SoakDesk, what: string, query: string, token: string, variables = {}) =>
  desk.traffic.ask({ kind: `read: ${what}`, query, variables, token });

/** A selection that others ask for too, or one that nobody has asked for yet. */
function someFields(desk: SoakDesk): string {
  const { dice, selections, freshDocuments } = desk;
  const known = dice.any(selections);
  if (known && !dice.chance(freshDocuments)) return known;
  return newSelection(desk);
}

function newSelection({ dice }: SoakDesk): string {
  return ['id', 'reference', ...FIELDS.filter(() => dice.chance(0.4))].join(' ');
}

/** Makes the selections that are asked for again and again, and fills what the server keeps of documents by `documents` new ones. */
export async function fillDocuments(desk: SoakDesk, documents: number): Promise<void> {
  for (let n = 0; n < documents; n += 1) await listTickets(desk);
  while (desk.selections.length < SELECTIONS) desk.selections.push(newSelection(desk));
  for (let n = 0; n < 3 * SELECTIONS; n += 1) for (const act of [listTickets, oneTicket]) await act(desk);
}

/** Two pages of a list, by a random filter and order. */
async function listTickets(desk: SoakDesk): Promise<void> {
  const { dice } = desk;
  const query = `query ($filter: TicketFilter, $orderBy: TicketOrder, $after: String) {
    tickets(filter: $filter, orderBy: $orderBy, after: $after, first: 10) {
      nodes { ${someFields(desk)} } pageInfo { hasNextPage endCursor } } }`;
  const filter = {
    ...(dice.chance(0.3) ? { status: [dice.pick(TICKET_STATUSES)] } : {}),
    ...(dice.chance(0.2) ? { priority: [1, 2] } : {}),
    ...(dice.chance(0.2) ? { assigneeId: desk.anybody().id } : {}),
    ...(dice.chance(0.2) ? { search: 'printer' } : {}),
    ...(dice.chance(0.1) ? { tag: 'soak' } : {}),
    ...(dice.chance(0.1) ? { clientId: dice.any(desk.clients) } : {}),
  };
  const orderBy = {
    field: dice.pick(['CREATED_AT', 'DUE_AT', 'NUMBER', 'PRIORITY', 'UPDATED_AT']),
    direction: dice.pick(['ASC', 'DESC']),
  };
  const { token } = desk.anybody();
  type Page = { tickets: { pageInfo: { hasNextPage: boolean; endCursor: string } } };
  const send = (after: string | null) =>
    desk.traffic.ask<Page>({ kind: 'read: tickets', query, variables: { filter, orderBy, after }, token });
  const page = await send(null);
  if (page?.tickets.pageInfo.hasNextPage) await send(page.tickets.pageInfo.endCursor);
}

async function oneTicket(desk: SoakDesk): Promise<void> {
  const query = desk.dice.pick([
    `query ($id: ID!) { ticket(id: $id) { ${someFields(desk)} } }`,
    `query ($id: ID!) { node(id: $id) { id ... on Ticket { ${someFields(desk)} } } }`,
  ]);
  await ask(desk, 'ticket', query, desk.anybody().token, { id: desk.anyTicket() });
}

async function trail(desk: SoakDesk): Promise<void> {
  const query = `query ($subjectId: ID) { auditLog(first: 20, subjectId: $subjectId) {
    nodes { action actor { name } succeeded before after } pageInfo { hasNextPage } } }`;
  const subjectId = desk.dice.chance(0.5) ? desk.anyTicket() : null;
  await ask(desk, 'auditLog', query, desk.admin.token, { subjectId });
}

async function byGet(desk: SoakDesk): Promise<void> {
  const { traffic } = desk;
  const parameters = new URLSearchParams({ query: '{ me { id } slaPolicies { tier } }' });
  const { code } = await traffic.raw({
    method: 'GET',
    path: `/graphql?${parameters}`,
    headers: { ...PREFLIGHT, ...bearer(desk.anybody().token) },
  });
  traffic.book.note('read: by GET', code, []);
}

async function overSocket(desk: SoakDesk): Promise<void> {
  const query = `query ($id: ID!) { ticket(id: $id) { ${someFields(desk)} } }`;
  const variables = { id: desk.anyTicket() };
  await desk.traffic.askOverSocket(
    { kind: 'read: over a socket', query, variables, token: desk.anybody().token },
    null,
  );
}

async function plainPage({ traffic, dice }: SoakDesk): Promise<void> {
  const path = dice.pick(['/health', '/health/ready', '/metrics', '/health/metrics', '/']);
  const { status } = await traffic.raw({ method: 'GET', path });
  traffic.book.note(`read: ${path}`, status === 200 ? 'ok' : String(status), []);
}
