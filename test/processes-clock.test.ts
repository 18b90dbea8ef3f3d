import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDesk, type TestDesk } from './support/desk.ts';
import { startBreaches, startImport } from './support/fault-round.ts';
import { Fleet } from './support/fleet.ts';
import { followAlerts, followEvents } from './support/follow.ts';
import { eventually } from './support/server.ts';
import { ServerPlace } from './support/server-place.ts';

const AHEAD_MS = 5 * 60_000;
const AHEAD = {
  NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'support', 'five-minutes-ahead.mjs'))}`,
};
const TICKETS = 40;
const PROMISE_MS = 24 * 3_600_000;
/** What a busy machine may cost; a clock that counts would cost 300,000. */
const GENEROUS_MS = 60_000;

const place = new ServerPlace();
let desk: TestDesk;
let fleet: Fleet;
let token: string;
beforeAll(async () => {
  desk = await createDesk({ realTime: true });
  fleet = new Fleet(place, desk.url, { IMPORT_CHUNK_ROWS: '50' });
  await fleet.start(['api', 'worker'], AHEAD);
  token = await fleet.token(desk.admin);
});
afterAll(async () => {
  await Promise.all([...fleet.apis, ...fleet.workers].map((member) => fleet.stop(member)));
  await desk[Symbol.asyncDispose]();
});

it('a process that is five minutes ahead says so', () => {
  for (const member of [...fleet.apis, ...fleet.workers]) {
    const told = member
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { msg: string; aheadMs?: number })
      .find(({ aheadMs }) => aheadMs !== undefined);
    expect(Math.abs((told?.aheadMs ?? 0) - AHEAD_MS)).toBeLessThan(1_000);
    expect(told?.msg).toContain("this machine's clock is not the database's");
  }
});

it('a worker that is five minutes ahead does not escalate five minutes early', async () => {
  const feed = followAlerts(fleet.caller(token), null, ['BREACHED']);
  await startBreaches(desk, TICKETS, 2_000);
  for (const { slaAlerts: alert } of await feed.take(TICKETS)) {
    const [due, detected] = [Date.parse(alert.dueAt), Date.parse(alert.detectedAt)];
    expect(detected).toBeGreaterThanOrEqual(due);
    expect(detected - due).toBeLessThan(GENEROUS_MS);
    // Heard of by a clock that is right.
    expect(Date.now()).toBeGreaterThanOrEqual(due);
  }
  await feed.stop();
});

it('an API that is five minutes ahead starts clocks at the right time, and takes tokens for as long as they hold', async () => {
  const { id } = await desk.client('NORMAL');
  const input = { clientId: id, title: 'Printer on fire', description: 'It smokes.', priority: 3 };
  const { eventCursor } = await fleet.caller(token).ask<{ eventCursor: string }>('{ eventCursor }');
  const feed = followEvents(fleet.caller(await fleet.token(desk.admin, 240)), eventCursor);
  const query = 'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { createdAt sla { dueAt } } }';
  const before = Date.now();
  const { createTicket: ticket } = await fleet
    .caller(token)
    .ask<{ createTicket: { createdAt: string; sla: { dueAt: string } } }>(query, { input });
  expect(Math.abs(Date.parse(ticket.createdAt) - before)).toBeLessThan(GENEROUS_MS);
  expect(Date.parse(ticket.sla.dueAt) - Date.parse(ticket.createdAt)).toBe(PROMISE_MS);
  // By the machine's clock its four minutes were over before they began.
  expect((await feed.next()).ticketEvents.type).toBe('ticket.created');
  await feed.stop();
});

it('beside a worker whose clock is right an import is written once: the queues go by clocks, the rows do not', async () => {
  await fleet.startOne('worker');
  const imports = await startImport(desk, fleet.caller(token), 1_000, 1);
  await eventually(imports.isOver, Boolean);
  const ledger = await imports.ledger();
  expect(ledger).toEqual({ acknowledged: 1_000, found: 1_000, lost: 0, repeated: 0 });
});
