import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toEventCursor } from '../src/application/live/event-cursor.ts';
import type { LoggedEvent } from '../src/domain/event.ts';
import { failure, MINUTE, until } from './support/desk.ts';
import { alerts, events, take, told } from './support/live.ts';
import { DAY, deskWithRetention, KEPT_DAYS, type Retention } from './support/retention.ts';

const LONG = (KEPT_DAYS + 1) * DAY;

let retention: Retention;
let client: string;
beforeEach(async () => {
  retention = await deskWithRetention();
  client = (await retention.desk.client('VIP')).id;
});
afterEach(() => retention[Symbol.asyncDispose]());

/** The ids of everything that a list has, page by page. */
async function pages<T extends { id: string }>(
  read: (
    after: string | null,
  ) => Promise<{ items: readonly { cursor: string; node: T }[]; hasNextPage: boolean } | null>,
): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const page = await read(after);
    ids.push(...(page?.items ?? []).map(({ node }) => node.id));
    after = page?.items.at(-1)?.cursor ?? null;
    if (!page?.hasNextPage) return ids;
  }
}

const idsOf = (logged: readonly LoggedEvent[]) => logged.map(({ id }) => id);

describe('after pruning, a cursor', () => {
  it('of a subscription is expired when anything behind it may be gone, and good when it is younger', async () => {
    const { desk, closedTicket, pruneAll } = retention;
    await desk.hub.start();
    const old = await desk.live.eventCursor(desk.admin);
    await closedTicket(client);
    const open = await desk.ticket(client);
    desk.advance(LONG);
    const young = await desk.live.eventCursor(desk.admin);
    await desk.mutations.addComment(desk.admin, { ticketId: open.id, body: 'Still.', internal: false });
    await pruneAll();
    expect(await failure(events(desk, desk.admin, old))).toMatchObject({ code: 'CURSOR_EXPIRED' });
    expect(await failure(alerts(desk, desk.admin, {}, old))).toMatchObject({ code: 'CURSOR_EXPIRED' });
    const resumed = await events(desk, desk.admin, young);
    const [comment] = (await desk.events(open.id)).slice(-1);
    expect((await take(resumed, 1)).map(told)).toEqual([comment?.id]);
    await resumed.return?.();
  });

  it('of one ticket that has kept its events replays them, however old; of one that has not it is expired', async () => {
    const { desk, closedTicket, pruneAll } = retention;
    await desk.hub.start();
    const open = await desk.ticket(client);
    const closed = await closedTicket(client);
    await desk.logUpdates(open.id, 250);
    const start = toEventCursor(0);
    const { position = 0 } = (await desk.events(open.id)).at(-1) ?? {};
    await until(() => desk.hub.position >= position);
    // Under way while the floor rises above it: the second batch is read after the pruning.
    const stream = await events(desk, desk.admin, start, open.id);
    const first = await take(stream, 1);
    desk.advance(LONG);
    await closedTicket(client);
    desk.advance(LONG);
    await pruneAll();
    expect(await desk.stores.log.floor()).toBeGreaterThan(position);
    const rest = await take(stream, 250);
    expect([...first, ...rest].map(told)).toEqual(idsOf(await desk.events(open.id)));
    await stream.return?.();
    expect(await failure(events(desk, desk.admin, start, closed))).toMatchObject({ code: 'CURSOR_EXPIRED' });
  });

  it('pages through the history of a long-open ticket, which is whole', async () => {
    const { desk, closedTicket, pruneAll } = retention;
    const open = await desk.ticket(client);
    for (let i = 0; i < 3; i += 1) {
      await desk.mutations.addComment(desk.admin, { ticketId: open.id, body: `Note ${i}`, internal: false });
    }
    await closedTicket(client);
    desk.advance(LONG);
    await pruneAll();
    const history = (after: string | null) => desk.queries.ticketHistory(desk.admin, open, { first: 2, after });
    expect(await pages(history)).toEqual(idsOf(await desk.events(open.id)));
  });

  it('pages through the alerts that are kept, but does not pretend that an older one has missed nothing', async () => {
    const { desk, pruneAll } = retention;
    const old = await desk.live.eventCursor(desk.admin);
    const open: string[] = [];
    const closed: string[] = [];
    for (let i = 0; i < 4; i += 1) {
      open.push((await desk.ticket(client)).id);
      closed.push((await desk.ticket(client)).id);
    }
    desk.advance(121 * MINUTE);
    await desk.jobs.detectBreaches();
    for (const id of closed) await desk.mutations.changeTicketStatus(desk.admin, { id, status: 'CLOSED' });
    const list = (after: string | null) => desk.live.listAlerts(desk.admin, { first: 2, after });
    const all = await pages(list);
    desk.advance(LONG);
    expect(await pruneAll()).toMatchObject({ tickets: 4, kept: 0 });
    const kept = await pages(list);
    expect(kept).toHaveLength(all.length / 2);
    expect(all).toEqual(expect.arrayContaining(kept));
    expect(await failure(list(old))).toMatchObject({ code: 'CURSOR_EXPIRED' });

    const { items } = await list(null);
    const between = items.at(-1)?.cursor ?? '';
    expect(await failure(alerts(desk, desk.admin, {}, between))).toMatchObject({ code: 'CURSOR_EXPIRED' });
    expect(await (await list(null)).totalCount()).toBe(kept.length);
  });
});

describe('a ticket whose events are gone', () => {
  it('has an empty history, and from then on what is added to it', async () => {
    const { desk, closedTicket, pruneAll } = retention;
    const id = await closedTicket(client);
    const ticket = await desk.stored(id);
    const [created] = await desk.events(id);
    const cursor = toEventCursor(created?.position ?? 0);
    desk.advance(LONG);
    await pruneAll();
    const history = (after: string | null) => desk.queries.ticketHistory(desk.admin, ticket, { first: 10, after });
    expect((await history(null))?.items).toEqual([]);
    expect(await failure(history(cursor))).toMatchObject({ code: 'CURSOR_EXPIRED' });
    expect(await desk.stores.log.byId(created?.id ?? '')).toBeNull();
    expect(await desk.stored(id)).toEqual(ticket);
    await desk.mutations.addComment(desk.admin, { ticketId: id, body: 'Late.', internal: false });
    expect((await history(null))?.items.map(({ node }) => node.type)).toEqual(['ticket.commented']);
  });

  it('is not auditable, which is no mismatch; the history of policies stays', async () => {
    const { desk, closedTicket, pruneAll } = retention;
    await closedTicket(client);
    await desk.ticket(client);
    const policies = await desk.sla.listPolicyHistory(desk.admin, 'VIP');
    desk.advance(LONG);
    await desk.jobs.detectBreaches();
    await pruneAll();
    expect(await desk.auditAll()).toMatchObject({
      audited: 1,
      skipped: 1,
      reasons: { 'It has no events.': 1 },
      mismatched: 0,
    });
    const kept = await desk.sla.listPolicyHistory(desk.admin, 'VIP');
    expect(kept).toEqual(policies);
  });

  it('was what its log says: one that is not keeps its events, as the proof', async () => {
    const { desk, closedTicket, pruneAll, told: lines } = retention;
    const [good, bad] = [await closedTicket(client), await closedTicket(client)];
    await desk.db.pool.query("UPDATE tickets SET sla_due_at = sla_due_at + interval '1 hour' WHERE id = $1", [bad]);
    desk.advance(LONG);
    expect(await pruneAll()).toEqual({ events: 3, tickets: 1, kept: 1 });
    expect(await desk.events(good)).toEqual([]);
    expect(await desk.events(bad)).toHaveLength(3);
    expect(lines.at(-1)).toMatchObject({ fields: { tickets: 1 } });
    expect(desk.warnings.at(-1)?.message).toBe('the stored clock is not what its log says');
    expect(await pruneAll({ audit: false })).toEqual({ events: 3, tickets: 1, kept: 0 });
  });

  it('stays in the reports: also when they are rebuilt, and when a rebuild is broken off', async () => {
    const { desk, closedTicket, project, rebuild, pruneAll, logs, liveLogs } = retention;
    await closedTicket(client);
    await closedTicket(client);
    await desk.ticket(client);
    await project();
    const before = await logs();
    expect(before.map(({ status }) => status).toSorted()).toEqual(['CLOSED', 'CLOSED', 'OPEN']);
    desk.advance(LONG);
    await pruneAll();
    expect(await rebuild()).toBe(3);
    expect(await logs()).toEqual(before);
    // Nothing was read anew yet when it was broken off.
    await liveLogs.forget();
    expect(await logs()).toEqual([]);
    await project();
    expect(await logs()).toEqual(before);
    const { position, newest } = await liveLogs.place();
    expect(position).toBeGreaterThanOrEqual(newest);
  });
});
