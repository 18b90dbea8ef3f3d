import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { v7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventLogPruner } from '../src/infrastructure/postgres/event-log-pruner.ts';
import { eventLog } from '../src/infrastructure/postgres/schema/event-log.ts';
import { DAY, deskWithRetention, KEPT_DAYS, type Retention } from './support/retention.ts';

let retention: Retention;
let client: string;
beforeEach(async () => {
  retention = await deskWithRetention();
  client = (await retention.desk.client()).id;
});
afterEach(() => retention[Symbol.asyncDispose]());

/** How many events the log has of each ticket, settled or not. */
const left = (ids: readonly string[]) =>
  Promise.all(ids.map((id) => retention.desk.db.sql.$count(eventLog, eq(eventLog.subjectId, id))));

describe('pruning the event log', () => {
  it('is off unless a number of days is set', async () => {
    const { desk, closedTicket, pruneAll } = retention;
    const id = await closedTicket(client);
    desk.advance(10_000 * DAY);
    expect(await pruneAll({ retentionDays: 0 })).toEqual({ events: 0, tickets: 0, kept: 0 });
    expect(await left([id])).toEqual([3]);
  });

  it('removes all events of tickets that were closed that long ago and quiet since, and of no others', async () => {
    const { desk, closedTicket, pruneAll } = retention;
    const { admin, mutations } = desk;
    const closed = await closedTicket(client);
    const deleted = await closedTicket(client);
    await mutations.deleteTicket(admin, deleted);
    const open = (await desk.ticket(client)).id;
    const resolved = (await desk.ticket(client)).id;
    await mutations.changeTicketStatus(admin, { id: resolved, status: 'RESOLVED' });
    // It can be restored and go on.
    const deletedOpen = (await desk.ticket(client)).id;
    await mutations.deleteTicket(admin, deletedOpen);
    const talkedOf = await closedTicket(client);
    const young = (await desk.ticket(client)).id;
    await desk.logUpdates(randomUUID(), 2);

    desk.advance(1 * DAY);
    await mutations.changeTicketStatus(admin, { id: young, status: 'CLOSED' });
    await mutations.addComment(admin, { ticketId: talkedOf, body: 'Once more.', internal: false });
    const before = await desk.events();
    desk.advance((KEPT_DAYS - 1) * DAY + 1);

    expect(await pruneAll()).toEqual({ events: 7, tickets: 2, kept: 0 });
    const gone = new Set([closed, deleted]);
    const kept = before.filter(({ subjectId }) => subjectId === null || !gone.has(subjectId));
    expect(await desk.events()).toEqual(kept);
    expect(await left([open, resolved, deletedOpen, talkedOf, young])).toEqual([1, 2, 2, 4, 3]);
    expect(retention.told).toEqual([
      { fields: { events: 7, tickets: 2 }, message: 'removed the events of tickets that were closed long ago' },
    ]);
    expect(retention.counts.reduce((sum, each) => sum + each, 0)).toBe(7);
    // A day later the other two are as old.
    desk.advance(DAY);
    expect(await pruneAll()).toMatchObject({ events: 7, tickets: 2 });
    expect(await left([talkedOf, young])).toEqual([0, 0]);
  });

  it('leaves what the reports have not read', async () => {
    const { desk, closedTicket, project, prune } = retention;
    const first = await closedTicket(client);
    await project();
    const second = await closedTicket(client);
    desk.advance((KEPT_DAYS + 1) * DAY);
    await prune({ isProjecting: false })();
    expect(await left([first, second])).toEqual([0, 3]);
  });

  it('leaves what an open transaction may still write below', async () => {
    const { desk, closedTicket, pruneAll } = retention;
    const slow = await desk.db.pool.connect();
    await slow.query('BEGIN');
    await slow.query("INSERT INTO event_log (id, type, occurred_at) VALUES ($1, 'ticket.updated', now())", [v7()]);
    const id = await closedTicket(client);
    desk.advance((KEPT_DAYS + 1) * DAY);
    await pruneAll();
    expect(await left([id])).toEqual([3]);
    await slow.query('ROLLBACK');
    slow.release();
    await pruneAll();
    expect(await left([id])).toEqual([0]);
  });

  it('goes on where it was broken off, and begins a new round after some hours only', async () => {
    const { desk, closedTicket, project, prune, counts } = retention;
    const ids = [await closedTicket(client)];
    // More than one slice.
    await desk.logUpdates(randomUUID(), 600);
    ids.push(await closedTicket(client));
    await project();
    desk.advance((KEPT_DAYS + 1) * DAY);
    const aborted = new AbortController();
    aborted.abort();
    await prune()(aborted.signal);
    expect(await left(ids)).toEqual([3, 3]);
    await prune()(undefined, 1);
    expect(await left(ids)).toEqual([0, 3]);
    await prune()();
    expect(await left(ids)).toEqual([0, 0]);
    expect(counts).toEqual([3, 3]);

    const later = await closedTicket(client);
    await project();
    desk.advance((KEPT_DAYS + 1) * DAY);
    await prune()();
    const last = await closedTicket(client);
    desk.advance(3_600_000);
    await desk.db.pool.query("UPDATE tickets SET closed_at = '2020-01-01' WHERE id = $1", [last]);
    await project();
    await prune()();
    expect(counts).toEqual([3, 3, 3]);
    expect(await left([later, last])).toEqual([0, 3]);
  });

  it('is done once by several processes at a time', async () => {
    const { desk, closedTicket, project, prune, counts } = retention;
    const ids: string[] = [];
    for (let i = 0; i < 20; i += 1) {
      ids.push(await closedTicket(client));
      await desk.logUpdates(randomUUID(), 100);
    }
    await project();
    desk.advance((KEPT_DAYS + 1) * DAY);
    const runs = await Promise.all(Array.from({ length: 4 }, () => prune()()));
    // Whoever finds another one at it leaves; a later run takes up what is left.
    await prune()();
    expect(counts.reduce((sum, each) => sum + each, 0)).toBe(60);
    expect(runs.reduce((sum, { events }) => sum + events, 0)).toBeLessThanOrEqual(60);
    expect(new Set(await left(ids))).toEqual(new Set([0]));
  });

  it('holds up no writer and no reader while it removes, and is held up by none', async () => {
    const { desk, closedTicket, project } = retention;
    const id = await closedTicket(client);
    await project();
    desk.advance((KEPT_DAYS + 1) * DAY);
    const pruner = new EventLogPruner(desk.db);
    const place = (await pruner.begin(desk.clock.now(), desk.clock.now())) ?? 0;
    const { position = 0 } = (await desk.events(id)).at(-1) ?? {};
    const open = await desk.db.pool.connect();
    await open.query('BEGIN');
    await open.query("INSERT INTO event_log (id, type, occurred_at) VALUES ($1, 'ticket.updated', now())", [v7()]);
    expect(await pruner.remove({ tickets: [id], upTo: position, after: place, last: position })).toBe(3);
    await open.query('ROLLBACK');

    // The same statement as the pruner's, not yet committed.
    const other = await closedTicket(client);
    await open.query('BEGIN');
    await open.query('DELETE FROM event_log WHERE subject_id = $1', [other]);
    await desk.mutations.addComment(desk.admin, { ticketId: other, body: 'Meanwhile.', internal: false });
    expect(await desk.typesOf(other)).toEqual([
      'ticket.created',
      'ticket.commented',
      'ticket.status_changed',
      'ticket.commented',
    ]);
    await open.query('COMMIT');
    open.release();
    expect(await desk.typesOf(other)).toEqual(['ticket.commented']);
  });
});
