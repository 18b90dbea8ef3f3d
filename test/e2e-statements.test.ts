import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deskCalls } from './support/desk-calls.ts';
import { goodRow, workbook } from './support/import-pipeline.ts';
import { type Person, startTestServer, type TestServer } from './support/server.ts';

const MANY = 40;

/** What the API's own connections were asked while something ran. */
const statements: string[] = [];
let isRecording = false;
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function recorded(
  this: pg.Client & { connectionParameters?: { application_name?: string } },
  ...args: unknown[]
) {
  const [first] = args;
  const text = typeof first === 'string' ? first : ((first as { text?: string } | undefined)?.text ?? '');
  if (isRecording && this.connectionParameters?.application_name === 'techsupport-api') statements.push(text);
  return Reflect.apply(query, this, args);
} as typeof query;

let server: TestServer;
let agent: Person;
beforeAll(async () => {
  server = await startTestServer();
  agent = await server.person('AGENT');
  const desk = deskCalls(server);
  const clients = await Promise.all(['VIP', 'NORMAL', 'NORMAL'].map((tier) => desk.client(tier as 'VIP')));
  const alerts = server.admin.subscribe(
    'subscription ($after: String) { slaAlerts(after: $after, kinds: [BREACHED]) { id } }',
    {
      after: await desk.cursor(),
    },
  );
  for (let i = 0; i < MANY; i += 1) {
    const id = await desk.ticket(clients[i % 3] ?? '', i % 2 ? { assigneeId: agent.id } : {});
    await desk.comment(id, `First of ${i}`);
    if (i % 3) await desk.comment(id, `Second of ${i}`);
    await server.makeDue(id, new Date(Date.now() - 1_000));
  }
  await alerts.take(MANY);
  await alerts.stop();
  for (let i = 0; i < 6; i += 1) {
    const bytes = await workbook([
      goodRow(`A${i}`),
      ...Array.from({ length: 5 }, (_, row) => goodRow(`B${i}${row}`, { 2: 'gold' })),
    ]);
    const { data } = await server.admin.upload<{ importTickets: { id: string } }>(
      'mutation ($file: Upload!) { importTickets(file: $file) { id } }',
      { bytes, name: 'old.xlsx' },
    );
    const progress = server.admin.subscribe('subscription ($id: ID!) { importProgress(id: $id) { status } }', {
      id: data?.importTickets.id,
    });
    await progress.ended;
    await progress.stop();
  }
});
afterAll(async () => {
  pg.Client.prototype.query = query;
  await server[Symbol.asyncDispose]();
});

async function counted(
  document: string,
  first: number,
): Promise<{ statements: string[]; data: Record<string, unknown> }> {
  statements.length = 0;
  isRecording = true;
  try {
    return { data: await server.admin.ask(document, { first }), statements: [...statements] };
  } finally {
    isRecording = false;
  }
}

/** What is asked, and how many statements it may take; the caller's own session is one of them. */
const OPERATIONS: [name: string, most: number, selection: string][] = [
  [
    'tickets with everything beside them',
    8,
    `tickets(first: $first, orderBy: { field: NUMBER, direction: ASC }) { totalCount nodes { id title client { name openTickets } assignee { name }
       createdBy { name } allowedTransitions escalations { level acknowledgedBy { name } }
       sla { state dueAt elapsedSeconds remainingSeconds intervals { workingSeconds } } } }`,
  ],
  [
    'tickets with client, assignee and clock',
    2,
    'tickets(first: $first) { nodes { id title client { name tier } assignee { name } createdBy { name } sla { state dueAt remainingSeconds } } pageInfo { endCursor } }',
  ],
  [
    'tickets with their comments',
    5,
    'tickets(first: $first) { nodes { id comments(first: 2) { totalCount nodes { body author { name } } pageInfo { hasNextPage } } } }',
  ],
  [
    'tickets with their history',
    6,
    'tickets(first: $first) { nodes { id history(first: 2) { totalCount nodes { type actor { name } ticket { title } } pageInfo { hasNextPage } } } }',
  ],
  [
    'alerts with their tickets',
    8,
    'slaAlerts(first: $first) { totalCount nodes { id ticket { title client { name } assignee { name } escalations { level } } } }',
  ],
  ['imports', 4, 'importProcesses(first: $first) { totalCount nodes { id uploadedBy { name } } }'],
  ['dead letters', 3, 'deadLetters(first: $first) { totalCount nodes { id reasons values } }'],
  ['users', 2, 'users(first: $first) { id name }'],
  ['clients with their open tickets', 3, 'clients(first: $first) { id openTickets }'],
];

describe('the number of statements does not grow with the page', () => {
  it.each(OPERATIONS)('%s: %i at most', async (_, most, selection) => {
    const document = `query ($first: Int!) { ${selection} }`;
    // Once before, for what is read once and kept.
    await counted(document, 2);
    const few = await counted(document, 2);
    const many = await counted(document, MANY);
    expect(JSON.stringify(many.data).length).toBeGreaterThanOrEqual(JSON.stringify(few.data).length);
    expect(many.statements).toHaveLength(few.statements.length);
    expect(few.statements.length, few.statements.join('\n')).toBeLessThanOrEqual(most);
  });
});
