import { randomUUID } from 'node:crypto';
import { TICKET_STATUSES } from '../../src/domain/enums.ts';
import { goodRow, HEADERS } from './import-pipeline.ts';
import { type Acts, PASSWORD, type SoakDesk } from './soak-desk.ts';

/** Others move, delete and assign the same tickets. */
const RACED = ['ILLEGAL_TRANSITION', 'CONFLICT', 'NOT_FOUND', 'FORBIDDEN'];
const ROWS = 40;
const UPLOAD = 'mutation ($file: Upload!) { importTickets(file: $file) { id status } }';
const CREATE = 'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { id } }';

/** What changes something; each leaves its entry in the audit trail. */
export const MUTATIONS: Acts = {
  create: [8, (desk) => create(desk, false)],
  createOverSocket: [2, (desk) => create(desk, true)],
  update: [5, update],
  status: [6, status],
  assign: [5, assign],
  comment: [5, comment],
  bulkAssign: [1, bulkAssign],
  bulkStatus: [1, bulkStatus],
  remove: [1, (desk) => byId(desk, 'deleteTicket')],
  restore: [1, (desk) => byId(desk, 'restoreTicket')],
  acknowledge: [2, acknowledge],
  client: [0.3, renameClient],
  session: [1, session],
  password: [0.2, changePassword],
  hired: [0.1, (desk) => desk.hire('AGENT')],
};

/** Rarer than the rest, because much follows from them. */
export const IMPORTS: Acts = { import: [4, importRows], letters: [1, letters], cancel: [1, cancel] };

async function create(desk: SoakDesk, overSocket: boolean): Promise<void> {
  const { dice, traffic } = desk;
  const id = randomUUID();
  const input = {
    id,
    clientId: dice.any(desk.clients),
    title: `Printer ${id.slice(0, 4)}`,
    description: 'It smokes. '.repeat(dice.within(1, 30)),
    priority: dice.within(1, 4),
    tags: ['soak'],
  };
  const operation = { query: CREATE, variables: { input }, token: desk.anybody().token };
  const made = overSocket
    ? await traffic.askOverSocket({ ...operation, kind: 'mutation: createTicket over a socket' }, id)
    : await traffic.ask({ ...operation, kind: 'mutation: createTicket' });
  if (made) desk.addTicket(id);
}

async function update(desk: SoakDesk): Promise<void> {
  const { dice } = desk;
  const input = { id: desk.anyTicket(), title: `Printer ${randomUUID()}`, priority: dice.within(1, 4) };
  await mutate(desk, 'updateTicket(input: $input) { id version }', '$input: UpdateTicketInput!', { input });
}

async function status(desk: SoakDesk): Promise<void> {
  const variables = { id: desk.anyTicket(), status: desk.dice.pick(TICKET_STATUSES) };
  await mutate(
    desk,
    'changeTicketStatus(id: $id, status: $status) { id }',
    '$id: ID!, $status: TicketStatus!',
    variables,
  );
}

async function assign(desk: SoakDesk): Promise<void> {
  const { dice } = desk;
  const variables = { id: desk.anyTicket(), to: dice.chance(0.3) ? null : desk.anybody().id };
  await mutate(desk, 'assignTicket(id: $id, assigneeId: $to) { id }', '$id: ID!, $to: ID', variables);
}

async function comment(desk: SoakDesk): Promise<void> {
  const variables = { id: desk.anyTicket(), body: `So? ${randomUUID()}` };
  await mutate(desk, 'addComment(ticketId: $id, body: $body) { id }', '$id: ID!, $body: String!', variables);
}

async function bulkAssign(desk: SoakDesk): Promise<void> {
  const variables = { ids: someTickets(desk), to: desk.anybody().id };
  const field = 'bulkAssignTickets(ids: $ids, assigneeId: $to) { id errorCode errorMessage ticket { version } }';
  await mutate(desk, field, '$ids: [ID!]!, $to: ID', variables);
}

async function bulkStatus(desk: SoakDesk): Promise<void> {
  const variables = { ids: someTickets(desk), status: desk.dice.pick(TICKET_STATUSES) };
  const field = 'bulkChangeTicketStatus(ids: $ids, status: $status) { id errorCode errorMessage ticket { version } }';
  await mutate(desk, field, '$ids: [ID!]!, $status: TicketStatus!', variables);
}

const someTickets = (desk: SoakDesk) => Array.from({ length: desk.dice.within(1, 8) }, () => desk.anyTicket());

const byId = (desk: SoakDesk, action: string) =>
  mutate(desk, `${action}(id: $id) { id }`, '$id: ID!', { id: desk.anyTicket() });

async function acknowledge(desk: SoakDesk): Promise<void> {
  const variables = { id: desk.anyTicket() };
  await mutate(desk, 'acknowledgeEscalation(ticketId: $id) { id }', '$id: ID!', variables);
}

async function renameClient(desk: SoakDesk): Promise<void> {
  const input = { id: desk.dice.any(desk.clients), name: `Client ${randomUUID().slice(0, 8)}` };
  await mutate(desk, 'updateClient(input: $input) { id }', '$input: UpdateClientInput!', { input });
}

/** Somebody signs in, refreshes, and signs out, perhaps everywhere; or mistakes the password. */
async function session(desk: SoakDesk): Promise<void> {
  const { dice, traffic } = desk;
  const person = desk.visitor();
  if (dice.chance(0.3)) {
    const query = 'mutation ($email: String!) { login(email: $email, password: "a mistake") { accessToken } }';
    const variables = { email: person.email };
    await traffic.ask({ kind: 'session: mistake', query, variables, token: null, refusals: ['UNAUTHENTICATED'] });
    return;
  }
  const { refreshToken } = await desk.signIn(person.email, PASSWORD, person.role);
  const refresh = 'mutation ($t: String!) { refresh(refreshToken: $t) { accessToken refreshToken } }';
  // Another visit of the same person may end all of them meanwhile.
  const fresh = await traffic.ask<{ refresh: { accessToken: string; refreshToken: string } }>({
    kind: 'session: refresh',
    query: refresh,
    variables: { t: refreshToken },
    token: null,
    refusals: ['UNAUTHENTICATED'],
  });
  if (!fresh) return;
  const { accessToken: token, refreshToken: next } = fresh.refresh;
  const refusals = ['UNAUTHENTICATED'];
  if (dice.chance(0.3)) {
    await traffic.ask({ kind: 'session: everywhere', query: 'mutation { logoutEverywhere }', token, refusals });
    return;
  }
  const query = 'mutation ($t: String!) { logout(refreshToken: $t) }';
  await traffic.ask({ kind: 'session: logout', query, variables: { t: next }, token: null, refusals });
}

async function changePassword(desk: SoakDesk): Promise<void> {
  const person = desk.visitor();
  const { token } = await desk.signIn(person.email, PASSWORD, person.role);
  await desk.traffic.ask({
    kind: 'session: changePassword',
    query: 'mutation ($p: String!) { changePassword(current: $p, next: $p) }',
    variables: { p: PASSWORD },
    token,
    refusals: ['UNAUTHENTICATED', 'VALIDATION_FAILED'],
  });
}

/** Uploads a file of rows, every tenth of which breaks a rule; now and then the same file again. */
async function importRows(desk: SoakDesk): Promise<void> {
  const { dice, traffic } = desk;
  const file = dice.chance(0.2) ? 'again' : randomUUID();
  const rows = Array.from({ length: ROWS }, (_, n) =>
    goodRow(`${file.slice(0, 8)}-${n}`, n % 10 === 9 ? { 2: 'gold' } : {}).map((cell) => `"${cell}"`),
  );
  const bytes = [HEADERS, ...rows].map((row) => row.join(',')).join('\r\n');
  const made = await traffic.upload<{ importTickets: { id: string } }>(
    { kind: 'import: upload', query: UPLOAD, token: desk.lead().token },
    bytes,
    'soak.csv',
  );
  if (made) desk.imports.push(made.importTickets.id);
}

/** Tries the rows that were refused once more, or gives them up. */
async function letters(desk: SoakDesk): Promise<void> {
  const id = desk.dice.any(desk.imports);
  if (!id) return;
  const [action, selection] = desk.dice.pick([
    ['retryDeadLetters', ' { id }'],
    ['discardDeadLetters', ''],
  ] as const);
  await mutate(desk, `${action}(importId: $id)${selection}`, '$id: ID!', { id }, 'import');
}

async function cancel(desk: SoakDesk): Promise<void> {
  const id = desk.imports.at(-1);
  if (!id) return;
  await mutate(desk, 'cancelImport(id: $id) { id status }', '$id: ID!', { id }, 'import');
  await mutate(desk, 'resumeImport(id: $id) { id status }', '$id: ID!', { id }, 'import');
}

async function mutate(
  desk: SoakDesk,
  field: string,
  parameters: string,
  variables: Record<string, unknown>,
  family = 'mutation',
): Promise<void> {
  const { token } = family === 'import' ? desk.lead() : desk.anybody();
  const kind = `${family}: ${/^\w+/.exec(field)?.[0]}`;
  const query = `mutation (${parameters}) { ${field} }`;
  await desk.traffic.ask({ kind, query, variables, token, refusals: RACED });
}
