import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDesk, type TestDesk } from './support/desk.ts';
import { Fleet, metricOf } from './support/fleet.ts';
import { followEvents } from './support/follow.ts';
import { historyWorkbook, importCalls } from './support/import-calls.ts';
import { ledgerOf, printLedger, spread, sum } from './support/ledger.ts';
import { ResumingSubscriber } from './support/resuming-subscriber.ts';
import { eventually } from './support/server.ts';
import { ServerPlace } from './support/server-place.ts';
import { SteadyLoad } from './support/steady-load.ts';

const ROWS = 6_000;
const BAD = 60;
const CHANGES = 150;
const SUBSCRIBERS = 200;
const CREATE = `mutation ($input: CreateTicketInput!) { createTicket(input: $input) { id } }`;

const place = new ServerPlace();
let desk: TestDesk;
let fleet: Fleet;
let token: string;
let clientId: string;
beforeAll(async () => {
  desk = await createDesk({ realTime: true });
  clientId = (await desk.client('NORMAL')).id;
  fleet = new Fleet(place, desk.url, { IMPORT_CHUNK_ROWS: '50' });
  await fleet.start(['api', 'api', 'worker', 'worker']);
  token = await fleet.token(desk.admin);
});
afterAll(async () => {
  await Promise.all([...fleet.apis, ...fleet.workers].map((member) => fleet.stop(member)));
  await desk[Symbol.asyncDispose]();
});

const cursorNow = async () => (await fleet.caller(token).ask<{ eventCursor: string }>('{ eventCursor }')).eventCursor;

/** Ids of all events of tickets after a cursor's moment, in the order of the log. */
async function logged(since: Date): Promise<string[]> {
  const { rows } = await desk.db.pool.query<{ id: string }>(
    `SELECT id FROM event_log WHERE type LIKE 'ticket.%' AND occurred_at >= $1 ORDER BY position`,
    [since],
  );
  return rows.map(({ id }) => id);
}

describe('two API processes and two workers on one database', () => {
  it('tell a subscriber of one API what happens through the other, in order and once', async () => {
    const [first, second] = [fleet.caller(token, 0), fleet.caller(token, 1)];
    const began = new Date();
    const feed = followEvents(second, await cursorNow());
    const latencies: number[] = [];
    const heard: string[] = [];
    for (let i = 0; i < CHANGES; i++) {
      const sentAt = performance.now();
      const input = {
        id: randomUUID(),
        clientId,
        title: `Change ${i}`,
        description: 'Through the other.',
        priority: 3,
      };
      await first.ask(CREATE, { input });
      const { ticketEvents: event } = await feed.next();
      latencies.push(performance.now() - sentAt);
      heard.push(event.id);
      expect(event.ticketId).toBe(input.id);
    }
    expect(heard).toEqual(await logged(began));
    await feed.stop();
    const { median, p99, max } = spread(latencies);
    console.info(
      `from sending to one API to hearing of it from the other: median ${median} ms, p99 ${p99} ms, max ${max} ms`,
    );
    expect(median).toBeLessThan(250);
  });

  it('share the work of an import that was uploaded to one of them', async () => {
    const { upload, lastState } = importCalls(fleet.caller(token, 1));
    const began = await upload(await historyWorkbook(ROWS, BAD));
    expect(await lastState(began.id)).toMatchObject({ status: 'COMPLETED_WITH_ERRORS', succeededRows: ROWS - BAD });
    const rows = await Promise.all(
      fleet.workers.map((worker) => metricOf(worker, 'import_rows_total', 'outcome="succeeded"')),
    );
    console.info(`of ${ROWS - BAD} rows the workers wrote ${rows.join(' and ')}`);
    expect(rows[0] ?? 0).toBeGreaterThan(0);
    expect(rows[1] ?? 0).toBeGreaterThan(0);
    expect((rows[0] ?? 0) + (rows[1] ?? 0)).toBe(ROWS - BAD);
  });

  it('close the sockets of a user whom another process shuts out', async () => {
    const agent = await desk.person('AGENT');
    const feed = followEvents(fleet.caller(await fleet.token(agent), 1), null);
    await eventually(
      () => metricOf(fleet.apiAt(1), 'subscribers'),
      (count) => count > 0,
    );
    const sentAt = performance.now();
    await fleet
      .caller(token, 0)
      .ask('mutation ($id: ID!) { setUserActive(id: $id, active: false) { id } }', { id: agent.id });
    expect(await feed.ended).toMatchObject({ kind: 'closed', code: 4403 });
    console.info(`shut out on one API, cut off on the other after ${Math.round(performance.now() - sentAt)} ms`);
  });

  it('are restarted one after the other under load: nothing acknowledged is lost, nothing heard twice', async () => {
    const began = new Date();
    const cursor = await cursorNow();
    const subscribers = Array.from(
      { length: SUBSCRIBERS },
      (_, n) => new ResumingSubscriber((connection) => fleet.apiAt(n + connection).origin, token, cursor),
    );
    await Promise.all(subscribers.map((subscriber) => subscriber.start()));
    const load = new SteadyLoad({ caller: (n) => fleet.caller(token, n), clientId, clients: 3, pauseMs: 120 });
    for (const member of [...fleet.workers, ...fleet.apis]) {
      await fleet.startOne(member.role);
      expect(await fleet.stop(member)).toMatchObject({ code: 0, signal: null, stderr: '' });
    }
    await load.stop();

    const { rows } = await desk.db.pool.query<{ id: string }>('SELECT id FROM tickets WHERE created_at >= $1', [began]);
    const tickets = ledgerOf(
      load.acknowledged,
      rows.map(({ id }) => id),
    );
    printLedger('rolling restart, mutations', tickets, { refusedAndSentAgain: load.refused });
    expect(tickets).toEqual({ acknowledged: tickets.acknowledged, found: tickets.acknowledged, lost: 0, repeated: 0 });

    const events = await logged(began);
    const all = (subscriber: ResumingSubscriber) => subscriber.heard.length >= events.length;
    await eventually(async () => subscribers.every(all), Boolean);
    for (const subscriber of subscribers) subscriber.stop();
    const ledger = sum(
      subscribers.map(({ heard }) =>
        ledgerOf(
          events,
          heard.map(({ id }) => id),
        ),
      ),
    );
    const connections = subscribers.reduce((total, each) => total + each.connections, 0);
    printLedger(`rolling restart, ${SUBSCRIBERS} subscribers`, ledger, { connections });
    for (const { heard } of subscribers) expect(heard.map(({ id }) => id)).toEqual(events);
    expect(connections).toBeGreaterThan(SUBSCRIBERS);
  }, 90_000);
});
