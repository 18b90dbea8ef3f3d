import { setMaxListeners } from 'node:events';
import { createApiClient } from '../api-client.ts';
import { watchImport, writeWorkbook } from '../import-story.ts';
import { count } from '../numbers.ts';
import { AGENT_PASSWORD, introducePeople } from '../people.ts';
import { DEMO_ADMIN } from '../server-process.ts';
import { borrowPolicy } from '../sla-policy-loan.ts';
import type { Scene } from '../story.ts';
import { heading } from '../terminal.ts';
import { untilAborted } from '../waiting.ts';
import { between, type LiveTicket, liveOut, tellStep, type WorkingAgent } from './ticket-life.ts';
import { TROUBLES, type Trouble } from './troubles.ts';

/** Promises short enough to be seen breaking, long enough to be kept by who takes care. */
const PROMISED_MINUTES = { VIP: 2, NORMAL: 4 } as const;
/** By this tag a later run finds what an earlier one left unfinished. */
const TAG = 'live-demo';
const MOST_AT_ONCE = 40;
const FIRST_ROWS = 2_000;
const SIGN_IN_AGAIN_S = 300;

const TICKET = 'id reference title sla { dueAt }';

interface Ticket {
  readonly id: string;
  readonly reference: string;
  readonly title: string;
  readonly sla: { readonly dueAt: string | null };
}

/**
 * A small help desk that goes on until `scene.over`: tickets arrive, agents work them, some promises break, a workbook comes in now
 * and then. `folder`: where workbooks are written. Rejects when the server is lost.
 */
export async function keepDeskAlive(scene: Scene, origin: string, folder: string): Promise<void> {
  const { api, terminal, over, atEnd } = scene;
  // Everything that waits listens to it.
  setMaxListeners(0, over);
  heading(terminal, 'Who is there');
  const { clients, agents } = await introducePeople(scene);
  await finishLeftovers(scene);
  await borrowPolicy(scene, 'VIP', PROMISED_MINUTES.VIP);
  await borrowPolicy(scene, 'NORMAL', PROMISED_MINUTES.NORMAL);
  heading(terminal, 'The desk is open');
  terminal.lines(
    `VIP clients are promised ${PROMISED_MINUTES.VIP} minutes, everyone else ${PROMISED_MINUTES.NORMAL}.`,
    '',
  );
  const working = agents.map((agent): WorkingAgent & { email: string } => ({ ...agent, api: createApiClient(origin) }));
  for (const agent of working) atEnd(() => agent.api.close());
  const signIn = async (): Promise<void> => {
    await Promise.all(working.map((agent) => agent.api.signIn(agent.email, AGENT_PASSWORD)));
    await api.signIn(DEMO_ADMIN.email, DEMO_ADMIN.password);
  };
  await signIn();
  const breaks = announceBreaks(scene, await cursor(scene));
  const desk = { supervisor: api, terminal, over };
  let atOnce = 0;

  const arrive = async (): Promise<void> => {
    const client = pick(clients);
    const trouble = pick(TROUBLES);
    const { ticket } = await api.run<{ ticket: Ticket }>(
      `mutation Arrive($input: CreateTicketInput!) { ticket: createTicket(input: $input) { ${TICKET} } }`,
      {
        input: {
          clientId: client.id,
          title: trouble.title,
          description: trouble.description,
          priority: trouble.priority,
          tags: [...trouble.tags, TAG],
        },
      },
    );
    tellStep(terminal, ticket, 'arrived', `${client.name}: ${ticket.title}`);
    atOnce += 1;
    void live(ticket, trouble).finally(() => {
      atOnce -= 1;
    });
  };
  // Whoever looks around in the dashboard may work a ticket too: a refused step then ends its life here, and nothing else.
  const live = (ticket: Ticket, trouble: Trouble): Promise<void> =>
    liveOut(desk, liveTicket(ticket), trouble, pick(working)).catch((error: Error) => {
      if (!over.aborted) tellStep(terminal, ticket, 'left to you', error.message);
    });

  await Promise.race([
    untilAborted(over),
    breaks,
    forever(async () => {
      if (atOnce < MOST_AT_ONCE) await arrive();
      await between(2, 8, over);
    }),
    forever(async () => {
      await between(SIGN_IN_AGAIN_S, SIGN_IN_AGAIN_S, over);
      await signIn();
    }),
    importNowAndThen(scene, folder),
  ]);
}

async function forever(turn: () => Promise<void>): Promise<never> {
  for (;;) await turn();
}

async function importNowAndThen(scene: Scene, folder: string): Promise<never> {
  const { over, terminal } = scene;
  let rows = FIRST_ROWS;
  return forever(async () => {
    await between(3, 10, over);
    const workbook = await writeWorkbook(rows, folder);
    const { process } = await watchImport(scene, workbook, {});
    const ended = `${count(process.succeededRows)} rows are in, ${count(process.failedRows)} are dead letters`;
    tellStep(terminal, { reference: 'import' }, 'ended', `${process.filename}: ${ended}`);
    rows = 200 + Math.floor(Math.random() * 1_800);
    await between(60, 150, over);
  });
}

/** Tells each broken promise as its alert arrives. Rejects when the subscription breaks off. */
function announceBreaks({ api, terminal }: Scene, after: string): Promise<void> {
  const { done } = api.listen<{ slaAlerts: { kind: string; dueAt: string; ticket: Ticket } }>(
    `subscription Breaks($after: String) { slaAlerts(after: $after) { kind dueAt ticket { ${TICKET} } } }`,
    { after },
    ({ slaAlerts: { kind, dueAt, ticket } }) => {
      if (kind !== 'BREACHED') return;
      const late = Date.now() - Date.parse(dueAt);
      tellStep(
        terminal,
        ticket,
        terminal.paint('red', 'BROKEN'.padEnd(13)),
        `its alert arrived ${late} ms after it was due`,
      );
    },
  );
  return done;
}

async function cursor({ api }: Scene): Promise<string> {
  return (await api.run<{ eventCursor: string }>('query Cursor { eventCursor }')).eventCursor;
}

/** What an earlier run left open is resolved under the usual promises, before short ones would break all of it at once. */
async function finishLeftovers({ api }: Scene): Promise<void> {
  const { tickets } = await api.run<{ tickets: { nodes: Ticket[] } }>(
    `query Leftovers($filter: TicketFilter) { tickets(first: 100, filter: $filter) { nodes { ${TICKET} } } }`,
    { filter: { tag: TAG, status: ['OPEN', 'IN_PROGRESS', 'PENDING', 'ESCALATED'] } },
  );
  const ids = tickets.nodes.map(({ id }) => id);
  if (ids.length === 0) return;
  await api.run('mutation Finish($ids: [ID!]!) { bulkChangeTicketStatus(ids: $ids, status: RESOLVED) { errorCode } }', {
    ids,
  });
}

function liveTicket({ id, reference, sla: { dueAt } }: Ticket): LiveTicket {
  return { id, reference, dueAt };
}

function pick<T>(from: readonly T[]): T {
  const one = from[Math.floor(Math.random() * from.length)];
  if (one === undefined) throw new Error('The demo has nobody, or nothing, to choose from.');
  return one;
}
