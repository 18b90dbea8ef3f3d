import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../api-client.ts';
import type { Terminal } from '../terminal.ts';
import type { Trouble } from './troubles.ts';

/** An agent of the desk, signed in as themselves. */
export interface WorkingAgent {
  readonly name: string;
  readonly id: string;
  readonly api: ApiClient;
}

/** What the life of a ticket needs. */
export interface LiveDesk {
  readonly supervisor: ApiClient;
  readonly terminal: Terminal;
  /** Ends every life. */
  readonly over: AbortSignal;
}

export interface LiveTicket {
  readonly id: string;
  readonly reference: string;
  /** RFC 3339, or null when its clock does not run. */
  readonly dueAt: string | null;
}

/** Of a hundred tickets, how many nobody looks at until their promise is broken, wait for the client, and come back. */
const NEGLECTED = 15;
const ASKED_BACK = 25;
const REOPENED = 6;

/** Takes, works, and ends a ticket as people would; one in seven is left lying until its promise is broken. */
export async function liveOut(
  desk: LiveDesk,
  ticket: LiveTicket,
  trouble: Trouble,
  { name, id, api }: WorkingAgent,
): Promise<void> {
  const { terminal, over } = desk;
  const tell = (what: string, text: string): void => tellStep(terminal, ticket, what, text);
  const pause = (from: number, to: number): Promise<void> => between(from, to, over);

  if (chance(NEGLECTED)) {
    await untilBroken(ticket, over);
    await pause(8, 30);
    await acknowledge(desk.supervisor, ticket);
    tell('acknowledged', 'a supervisor has taken it on');
  } else {
    await pause(2, 25);
  }
  await assign(desk.supervisor, ticket, id);
  await setStatus(api, ticket, 'IN_PROGRESS');
  await comment(api, ticket, trouble.firstWords);
  tell('taken', name);
  if (trouble.question && chance(ASKED_BACK * 2)) {
    await pause(4, 12);
    await comment(api, ticket, trouble.question);
    await setStatus(api, ticket, 'PENDING');
    tell('waits', 'for the client; its clock is paused');
    await pause(10, 40);
    await setStatus(api, ticket, 'IN_PROGRESS');
  }
  await pause(5, 30);
  await resolve(api, ticket, trouble);
  tell('resolved', name);
  if (chance(REOPENED)) {
    await pause(5, 15);
    await setStatus(desk.supervisor, ticket, 'OPEN');
    tell('reopened', 'it came back');
    await pause(3, 10);
    await setStatus(api, ticket, 'IN_PROGRESS');
    await pause(5, 20);
    await resolve(api, ticket, trouble);
    tell('resolved', `${name}, again`);
  }
  await pause(30, 120);
  await setStatus(desk.supervisor, ticket, 'CLOSED');
}

/** A line of the running account: when, which ticket, what, and who or why. */
export function tellStep(
  terminal: Terminal,
  { reference }: Pick<LiveTicket, 'reference'>,
  what: string,
  text: string,
): void {
  const time = new Date().toISOString().slice(11, 19);
  terminal.lines(`${terminal.paint('dim', time)}  ${reference.padEnd(9)} ${what.padEnd(13)} ${text}`);
}

/** Waits between `from` and `to` seconds; rejects when the desk is over. */
export async function between(from: number, to: number, over: AbortSignal): Promise<void> {
  await delay((from + Math.random() * (to - from)) * 1000, undefined, { signal: over });
}

function chance(percent: number): boolean {
  return Math.random() * 100 < percent;
}

async function untilBroken({ dueAt }: LiveTicket, over: AbortSignal): Promise<void> {
  if (dueAt) await delay(Math.max(0, Date.parse(dueAt) - Date.now()) + 1_000, undefined, { signal: over });
}

async function resolve(api: ApiClient, ticket: LiveTicket, trouble: Trouble): Promise<void> {
  await comment(api, ticket, trouble.solution);
  await setStatus(api, ticket, 'RESOLVED');
}

async function assign(api: ApiClient, { id }: LiveTicket, assigneeId: string): Promise<void> {
  const variables = { id, assigneeId };
  await api.run(
    'mutation Assign($id: ID!, $assigneeId: ID) { assignTicket(id: $id, assigneeId: $assigneeId) { id } }',
    variables,
  );
}

async function setStatus(api: ApiClient, { id }: LiveTicket, status: string): Promise<void> {
  await api.run(
    'mutation SetStatus($id: ID!, $status: TicketStatus!) { changeTicketStatus(id: $id, status: $status) { id } }',
    { id, status },
  );
}

async function comment(api: ApiClient, { id }: LiveTicket, body: string): Promise<void> {
  await api.run('mutation Say($id: ID!, $body: String!) { addComment(ticketId: $id, body: $body) { id } }', {
    id,
    body,
  });
}

async function acknowledge(api: ApiClient, { id }: LiveTicket): Promise<void> {
  await api.run('mutation Acknowledge($id: ID!) { acknowledgeEscalation(ticketId: $id) { id } }', { id });
}
