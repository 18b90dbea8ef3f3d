import type { Role } from '../../src/domain/enums.ts';
import { deskCalls } from './desk-calls.ts';
import type { Answer, GraphqlCaller } from './graphql-client.ts';
import { goodRow, workbook } from './import-pipeline.ts';
import { codeOf, type Person, startTestServer } from './server.ts';

/** Everyone the rules tell apart: the roles, nobody signed in, and somebody with a token that is not ours. */
export const WHO = ['ADMIN', 'SUPERVISOR', 'AGENT', 'NOBODY', 'BAD TOKEN'] as const;
export type Who = (typeof WHO)[number];

type Id = { readonly id: string };

/** A server, with `env` beside its variables, somebody in each role, and one of each thing that can be asked about. */
export async function createWorld(env: Readonly<Record<string, string>> = {}) {
  const server = await startTestServer({ env });
  const { admin, nobody } = server;
  const [supervisor, agent] = [await server.person('SUPERVISOR'), await server.person('AGENT')];
  const people: Record<Role, Person> = { ADMIN: admin, SUPERVISOR: supervisor, AGENT: agent };
  const callers: Record<Who, GraphqlCaller> = { ...people, NOBODY: nobody, 'BAD TOKEN': server.as('not.a.token') };
  const desk = deskCalls(server);
  const { cursor, comment, remove } = desk;
  const clientId = await desk.client('VIP');
  const ticket = (assigneeId: string | null = null) => desk.ticket(clientId, { assigneeId });
  let uploads = 0;

  /** A ticket whose promise is broken, and the alert that told of it. */
  const breached = async (assigneeId: string | null = null): Promise<{ id: string; alertId: string }> => {
    const id = await ticket(assigneeId);
    const alerts = admin.subscribe<{ slaAlerts: Id & { ticket: Id } }>(
      'subscription ($after: String) { slaAlerts(after: $after, kinds: [BREACHED]) { id ticket { id } } }',
      { after: await cursor() },
    );
    await server.makeDue(id, new Date(Date.now() - 1_000));
    const { slaAlerts } = await alerts.next();
    await alerts.stop();
    return { id: slaAlerts.ticket.id, alertId: slaAlerts.id };
  };
  /** An ended import with one dead letter. */
  const endedImport = async (): Promise<string> => {
    uploads += 1;
    const bytes = await workbook([goodRow(`G${uploads}`), goodRow(`B${uploads}`, { 2: 'Premium' })]);
    const answer = await admin.upload<{ importTickets: Id }>(UPLOAD, { bytes, name: 'old.xlsx' });
    const id = answer.data?.importTickets.id ?? '';
    const progress = admin.subscribe('subscription ($id: ID!) { importProgress(id: $id) { status } }', { id });
    await progress.ended;
    await progress.stop();
    return id;
  };

  const firstCursor = await cursor();
  const held = await breached(agent.id);
  const escalated = await breached();
  const gone = await breached();
  const goneComment = await comment(gone.id);
  const escalationOf = async (ticketId: string) =>
    (await server.sql<Id>('SELECT id FROM escalations WHERE ticket_id = $1', [ticketId]))[0]?.id ?? '';
  await remove(gone.id);
  const importId = await endedImport();
  const deadLetterId = (await server.sql<Id>('SELECT id FROM dead_letters LIMIT 1'))[0]?.id ?? '';
  const plain = await ticket();
  const reopened = await ticket(agent.id);
  for (const status of ['IN_PROGRESS', 'RESOLVED', 'IN_PROGRESS'] as const) await desk.status(reopened, status);

  return {
    server,
    people,
    callers,
    clientId,
    client: () => desk.client('VIP'),
    ticket,
    remove,
    cursor,
    breached,
    comment,
    endedImport,
    escalationOf,
    importId,
    deadLetterId,
    /** The newest entry of the audit trail. */
    entryId: async () =>
      (await server.sql<Id>('SELECT id FROM audit_log ORDER BY occurred_at DESC LIMIT 1'))[0]?.id ?? '',
    /** A ticket that nobody holds. */
    plain,
    /** A ticket of the agent that was resolved once. */
    reopened,
    commentId: await comment(plain),
    /** Breached and held by the agent; breached and held by nobody; breached and then deleted. */
    held,
    escalated,
    gone,
    goneComment,
    /** Before the events of all these tickets. */
    firstCursor,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export type World = Awaited<ReturnType<typeof createWorld>>;

export const UPLOAD = 'mutation ($file: Upload!) { importTickets(file: $file) { id status } }';

/**
 * What an answer comes to: "allowed", "absent" (the field is null without an error), or the code of its error; of a bulk mutation that
 * of its first ticket.
 */
export function outcomeOf(answer: Answer): string {
  const code = codeOf(answer);
  if (code) return code;
  const [value] = Object.values(answer.data ?? {});
  if (value === null || value === undefined) return 'absent';
  const [first] = Array.isArray(value) ? value : [];
  return first?.errorCode ?? 'allowed';
}
