import type { PoolClient } from 'pg';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TicketOutcome } from '../src/application/ticket/each-ticket.ts';
import { createDesk, failure, MINUTE, type TestDesk, until } from './support/desk.ts';
import { eventually, startTestServer } from './support/server.ts';

let desk: TestDesk;
let clientId: string;
beforeAll(async () => {
  desk = await createDesk();
  ({ id: clientId } = await desk.client('VIP'));
});
afterAll(() => desk[Symbol.asyncDispose]());

const tickets = (count: number) =>
  Promise.all(Array.from({ length: count }, async () => (await desk.ticket(clientId)).id));
const toWork = (ids: readonly string[], nearlyOver?: AbortSignal) =>
  desk.bulk.bulkChangeTicketStatus(desk.admin, { ids, status: 'IN_PROGRESS' }, nearlyOver);
const codes = (outcomes: readonly TicketOutcome[]) =>
  outcomes.map((outcome) => (outcome.ticket ? outcome.ticket.status : (outcome.error as { code: string }).code));
const statuses = (ids: readonly string[]) => Promise.all(ids.map(async (id) => (await desk.stored(id)).status));

/** Holds these tickets until it is called. */
async function hold(ids: readonly string[]): Promise<() => Promise<void>> {
  const holder: PoolClient = await desk.db.pool.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM tickets WHERE id = ANY ($1) FOR UPDATE', [ids]);
  return async () => {
    await holder.query('COMMIT');
    holder.release();
  };
}
const waiting = async (): Promise<number> => {
  const { rows } = await desk.db.pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
  );
  return rows[0]?.n ?? 0;
};

describe('a bulk mutation', () => {
  it('changes each ticket on its own and answers in the order of the ids', async () => {
    const [open, closed, gone] = await tickets(3);
    await desk.mutations.changeTicketStatus(desk.admin, { id: closed ?? '', status: 'CLOSED' });
    await desk.mutations.deleteTicket(desk.admin, gone ?? '');
    const ids = [closed, v7(), open, 'no id', gone].map(String);
    const outcomes = await toWork(ids);
    expect(outcomes.map(({ id }) => id)).toEqual(ids);
    expect(codes(outcomes)).toEqual([
      'ILLEGAL_TRANSITION',
      'NOT_FOUND',
      'IN_PROGRESS',
      'VALIDATION_FAILED',
      'CONFLICT',
    ]);
    expect(outcomes[3]).toMatchObject({ error: { details: { fields: [{ path: 'ids[3]' }] } } });
  });

  it('takes 100 tickets, each in a transaction of its own, with the rules of the single mutation', async () => {
    const ids = await tickets(100);
    await desk.mutations.changeTicketStatus(desk.admin, { id: ids[50] ?? '', status: 'IN_PROGRESS' });
    // Each of them is past its promise: that is recorded before the change, as it is when one is changed alone.
    desk.advance(121 * MINUTE);
    const alone = await desk.ticket(clientId);
    const outcomes = await desk.bulk.bulkChangeTicketStatus(desk.admin, { ids, status: 'RESOLVED' });
    expect(new Set(codes(outcomes))).toEqual(new Set(['RESOLVED']));
    expect(await desk.typesOf(ids[0] ?? '')).toEqual([
      'ticket.created',
      'sla.breached',
      'ticket.status_changed',
      'ticket.status_changed',
    ]);
    expect((await desk.stored(alone.id)).status).toBe('OPEN');
    const { rows } = await desk.db.pool.query(
      'SELECT count(DISTINCT xmin::text)::int AS n FROM tickets WHERE id = ANY ($1)',
      [ids],
    );
    expect(rows).toEqual([{ n: 100 }]);
  });

  it('changes a ticket once that is named twice, in whatever case, and answers at each place', async () => {
    const [id = ''] = await tickets(1);
    const outcomes = await toWork([id, id.toUpperCase(), id]);
    expect(outcomes.map((outcome) => outcome.id)).toEqual([id, id.toUpperCase(), id]);
    expect(codes(outcomes)).toEqual(['IN_PROGRESS', 'IN_PROGRESS', 'IN_PROGRESS']);
    expect(await desk.typesOf(id)).toEqual(['ticket.created', 'ticket.status_changed']);
  });

  it('asks the rights for each ticket', async () => {
    const [agent, other] = [await desk.person('AGENT'), await desk.person('AGENT')];
    const [free, mine, theirs, gone] = await tickets(4);
    const ids = [free, mine, theirs, gone].map(String);
    await desk.bulk.bulkAssignTickets(desk.admin, { ids: [ids[1] ?? ''], assigneeId: agent.id });
    await desk.bulk.bulkAssignTickets(desk.admin, { ids: [ids[2] ?? ''], assigneeId: other.id });
    await desk.mutations.deleteTicket(desk.admin, ids[3] ?? '');
    const outcomes = await desk.bulk.bulkAssignTickets(agent, { ids, assigneeId: agent.id });
    expect(codes(outcomes)).toEqual(['OPEN', 'OPEN', 'FORBIDDEN', 'NOT_FOUND']);
    expect(outcomes.map(({ ticket }) => ticket?.assigneeId)).toEqual([agent.id, agent.id, undefined, undefined]);
  });

  it.each([0, 101])('of %i ids is refused as a whole', async (count) => {
    const ids = Array.from({ length: count }, () => v7());
    const refused = { code: 'VALIDATION_FAILED', details: { fields: [{ path: 'ids' }] } };
    expect(await failure(toWork(ids))).toMatchObject(refused);
  });
});

describe('when the time runs out', () => {
  it('answers at once, and tells what was done, what was begun and what was not', async () => {
    const ids = await tickets(7);
    const held = ids.slice(1, 5);
    const release = await hold(held);
    const time = new AbortController();
    const running = toWork(ids, time.signal);
    await until(async () => (await waiting()) === 4);
    time.abort();
    const outcomes = await running;
    expect(codes(outcomes)).toEqual(['IN_PROGRESS', ...Array(6).fill('TIMEOUT')]);
    const begun = outcomes.map((each) => each.ticket === null && /while/.test((each.error as Error).message));
    expect(begun).toEqual([false, true, true, true, true, false, false]);
    await release();
    await until(async () => (await statuses(held)).every((status) => status === 'IN_PROGRESS'));
    expect(await statuses(ids.slice(5))).toEqual(['OPEN', 'OPEN']);
  });

  it('a server still answers with the results', async () => {
    await using server = await startTestServer({ env: { OPERATION_TIMEOUT_SECONDS: '1' } });
    const { createClient } = await server.admin.ask<{ createClient: { id: string } }>(
      'mutation { createClient(input: { name: "Acme" }) { id } }',
    );
    const made = await server.admin.ask<{ a: { id: string }; b: { id: string } }>(
      `mutation ($c: ID!) { a: createTicket(input: { clientId: $c, title: "A", description: "" }) { id }
        b: createTicket(input: { clientId: $c, title: "B", description: "" }) { id } }`,
      { c: createClient.id },
    );
    // A transaction of somebody else holds the first one for longer than that.
    const holding = server.sql(
      `DO $$ BEGIN PERFORM FROM tickets WHERE id = '${made.a.id}' FOR UPDATE; PERFORM pg_sleep(1.5); END $$`,
    );
    await eventually(
      () => server.sql('SELECT FROM tickets WHERE id = $1 FOR UPDATE SKIP LOCKED', [made.a.id]),
      (rows) => rows.length === 0,
    );
    const { bulkAssignTickets } = await server.admin.ask(
      `mutation ($ids: [ID!]!) { bulkAssignTickets(ids: $ids) { id errorCode errorMessage ticket { reference } } }`,
      { ids: [made.a.id, made.b.id] },
    );
    expect(bulkAssignTickets).toEqual([
      { id: made.a.id, ticket: null, errorCode: 'TIMEOUT', errorMessage: expect.stringContaining('read it again') },
      { id: made.b.id, ticket: { reference: expect.stringMatching(/^TSP-/) }, errorCode: null, errorMessage: null },
    ]);
    await holding;
  });
});

it('all bulk mutations together take a few connections and leave the rest of the pool to others', async () => {
  const ids = await tickets(12);
  const release = await hold(ids);
  const running = [toWork(ids.slice(0, 6)), toWork(ids.slice(6))];
  await until(async () => (await waiting()) === 4);
  // The pool has 10: one holds the tickets, four wait for them, and the look at who waits takes one.
  const free = await Promise.all(Array.from({ length: 4 }, () => desk.db.pool.connect()));
  expect(await waiting()).toBe(4);
  for (const client of free) client.release();
  await release();
  expect(new Set((await Promise.all(running)).flatMap(codes))).toEqual(new Set(['IN_PROGRESS']));
});
