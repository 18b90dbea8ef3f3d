import assert from 'node:assert/strict';
import { type BenchPostgres, one } from '../harness/postgres.ts';
import { processorTime } from '../harness/processor-time.ts';
import type { Contender, Figures } from '../harness/rounds.ts';
import type { BenchServer } from '../harness/server.ts';

const AT_A_TIME = 8;

/** Mutations a second, and the processor time of one of them (whichever) in milliseconds. */
export interface MutationFigures extends Figures {
  readonly create: number;
  readonly pause: number;
  readonly resolve: number;
  readonly serverMs: number;
  readonly postgresMs: number;
}

interface Changed {
  readonly id: string;
  readonly status: string;
  readonly sla: { readonly state: string };
}

const TICKET = '{ id status sla { state } }';
const CREATE = `mutation ($input: CreateTicketInput!) { createTicket(input: $input) ${TICKET} }`;
const CHANGE = `mutation ($id: ID!, $status: TicketStatus!) { changeTicketStatus(id: $id, status: $status) ${TICKET} }`;

/** Tickets that are created, paused and resolved over HTTP, 8 at a time, on a desk with so many clocks running. */
export async function mutationContender(
  name: string,
  role: Contender<MutationFigures>['role'],
  {
    server,
    postgres,
    tickets,
  }: { readonly server: BenchServer; readonly postgres: BenchPostgres; readonly tickets: number },
): Promise<Contender<MutationFigures>> {
  const { ids } = await one<{ ids: string[] }>(postgres.client, 'SELECT array_agg(id) AS ids FROM clients');
  const run = async (count: number): Promise<MutationFigures> => {
    const used = processorTime({ server: server.pid, postgres: postgres.pid });
    const create = await timed(count, async (i) => {
      const input = {
        clientId: ids[(i * 7) % ids.length],
        title: `Printer ${i} on the ${i % 9} floor is out of paper`,
        description: 'It is the third time this week, and nobody knows where the paper is kept.',
      };
      return (await server.admin.run<{ createTicket: Changed }>(CREATE, { input })).createTicket;
    });
    const change = (status: string) =>
      timed(count, async (i) => {
        const { id } = create.results[i] ?? {};
        return (await server.admin.run<{ changeTicketStatus: Changed }>(CHANGE, { id, status })).changeTicketStatus;
      });
    const pause = await change('PENDING');
    const resolve = await change('RESOLVED');
    const times = used();
    const each = (seconds: number) => (seconds * 1_000) / (3 * count);
    assertAll(create.results, 'OPEN', 'RUNNING');
    assertAll(pause.results, 'PENDING', 'PAUSED');
    assertAll(resolve.results, 'RESOLVED', 'MET');
    return {
      create: create.perSecond,
      pause: pause.perSecond,
      resolve: resolve.perSecond,
      serverMs: each(times.server),
      postgresMs: each(times.postgres),
    };
  };
  // Checked, and warm, before it counts.
  await run(Math.ceil(tickets / 4));
  return { name, role, run: () => run(tickets) };
}

async function timed<T>(count: number, job: (i: number) => Promise<T>): Promise<{ results: T[]; perSecond: number }> {
  const results: T[] = [];
  let next = 0;
  const before = performance.now();
  const worker = async () => {
    while (next < count) {
      const i = next;
      next += 1;
      results[i] = await job(i);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return { results, perSecond: count / ((performance.now() - before) / 1_000) };
}

function assertAll(changed: readonly Changed[], status: string, state: string): void {
  const others = changed.filter((each) => each.status !== status || each.sla.state !== state);
  assert.deepEqual(others, [], `Every ticket is ${status}, its clock ${state}`);
}
