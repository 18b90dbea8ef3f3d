import { v7 } from 'uuid';
import { afterEach, describe, expect, it } from 'vitest';
import { fromEventCursor } from '../src/application/live/event-cursor.ts';
import { type EventListener, LiveHub } from '../src/application/live/live-hub.ts';
import { LiveSubscription } from '../src/application/live/live-subscription.ts';
import type { EventLog } from '../src/application/live/ports.ts';
import { SlowSubscriberError } from '../src/application/live/slow-subscriber-error.ts';
import type { DeliveredAlert, DeliveredTicketEvent } from '../src/application/live/subscribe.ts';
import type { Actor } from '../src/domain/actor.ts';
import type { LoggedEvent } from '../src/domain/event.ts';
import { createDesk, failure, MINUTE, type TestDesk, until } from './support/desk.ts';

const open: TestDesk[] = [];
afterEach(async () => {
  for (const desk of open.splice(0)) await desk[Symbol.asyncDispose]();
});

/** A desk whose hub follows the log. */
async function liveDesk(options: Parameters<typeof createDesk>[0] = {}): Promise<TestDesk> {
  const desk = await createDesk(options);
  open.push(desk);
  await desk.hub.start();
  return desk;
}

const events = (desk: TestDesk, actor: Actor, after: string | null = null, ticketId: string | null = null) =>
  desk.subscriptions.ticketEvents({ actor, after }, ticketId);
const alerts = (
  desk: TestDesk,
  actor: Actor,
  filter: Partial<Parameters<TestDesk['subscriptions']['slaAlerts']>[1]> = {},
  after: string | null = null,
) => desk.subscriptions.slaAlerts({ actor, after }, { kinds: null, tier: null, ...filter });

/** The next `count` things of a subscription. */
async function take<T>(from: AsyncIterator<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const { done, value } = await from.next();
    if (done) throw new Error(`It ended after ${taken.length} of ${count}.`);
    taken.push(value);
  }
  return taken;
}

const told = ({ event }: DeliveredTicketEvent) => event.id;
const typeOf = ({ event }: DeliveredTicketEvent) => event.type;
const aboutTicket = ({ alert }: DeliveredAlert) => alert.ticketId;

describe('following the log', () => {
  it('replays what lies after the cursor, over many batches, and goes on live', async () => {
    const desk = await liveDesk();
    const client = await desk.client();
    const after = await desk.live.eventCursor(desk.admin);
    const ticket = await desk.ticket(client.id);
    await desk.logUpdates(ticket.id, 450);
    const stream = await events(desk, desk.admin, after);
    const replayed = await take(stream, 451);
    const next = stream.next();
    await desk.mutations.deleteTicket(desk.admin, ticket.id);
    const { value } = await next;
    const all = [...replayed.map(told), value?.event.id];
    expect(all).toEqual((await desk.events(ticket.id)).map(({ id }) => id));
    await stream.return?.();
  });

  it('leaves no gap and no repeat for subscribers that join at any moment between concurrent writers', async () => {
    const desk = await liveDesk();
    await desk.connectAll();
    const client = await desk.client();
    const start = await desk.live.eventCursor(desk.admin);
    const streams: AsyncIterator<DeliveredTicketEvent>[] = [];
    const cursors: string[] = [];
    const received: Promise<string[]>[] = [];
    const writing = Promise.all(
      Array.from({ length: 6 }, async (_, writer) => {
        for (let i = 0; i < 25; i += 1) {
          const ticket = await desk.ticket(client.id, { title: `${writer}-${i}` });
          if (i % 3 === 0) await desk.mutations.changeTicketStatus(desk.admin, { id: ticket.id, status: 'PENDING' });
          if (i % 4 !== writer % 4) continue;
          const after = i % 8 === 0 ? start : await desk.live.eventCursor(desk.admin);
          const stream = await events(desk, desk.admin, after);
          streams.push(stream);
          cursors.push(after);
          received.push(untilMarked(stream));
        }
      }),
    );
    await writing;
    await desk.ticket(client.id, { title: 'the end' });
    const log = (await desk.events()).filter(({ type }) => type.startsWith('ticket.'));
    for (const [i, ids] of (await Promise.all(received)).entries()) {
      const after = fromEventCursor(cursors[i]) ?? 0;
      expect(ids).toEqual(log.filter(({ position }) => position > after).map(({ id }) => id));
    }
    expect(received.length).toBeGreaterThan(20);
    for (const stream of streams) await stream.return?.();
    expect(desk.hub.size).toBe(0);

    async function untilMarked(stream: AsyncIterator<DeliveredTicketEvent>): Promise<string[]> {
      const ids: string[] = [];
      for (;;) {
        const [next] = await take(stream, 1);
        if (!next) return ids;
        ids.push(next.event.id);
        if (next.ticket?.title === 'the end') return ids;
      }
    }
  });

  it('hears nothing of the past without a cursor', async () => {
    const desk = await liveDesk();
    const client = await desk.client();
    const before = await desk.ticket(client.id);
    const { position = 0 } = (await desk.events(before.id)).at(-1) ?? {};
    await until(() => desk.hub.position >= position);
    const stream = await events(desk, desk.admin);
    const next = stream.next();
    const ticket = await desk.ticket(client.id);
    expect((await next).value?.event.subjectId).toBe(ticket.id);
    await stream.return?.();
  });

  it('reaches subscribers of another process by the wake-up between them', async () => {
    const desk = await liveDesk();
    const client = await desk.client();
    const far = desk.open(2);
    const stream = await events(desk, desk.admin);
    const next = stream.next();
    const id = v7();
    await far.transaction(async (tx) =>
      tx.append([
        {
          id,
          type: 'ticket.updated',
          subjectId: (await desk.ticket(client.id)).id,
          actorId: null,
          from: null,
          to: null,
          occurredAt: desk.clock.now(),
          data: null,
        },
      ]),
    );
    await next;
    expect((await take(stream, 1)).map(told)).toEqual([id]);
    await far.close();
    await stream.return?.();
  });

  it('misses no event that is committed while it ends a reading, and survives a lost connection', async () => {
    const desk = await liveDesk();
    const client = await desk.client();
    const stream = await events(desk, desk.admin);
    for (let i = 0; i < 60; i += 1) {
      // One at a time, each as soon as the last was delivered: the moments at which the hub goes to rest.
      const [, { value }] = await Promise.all([desk.ticket(client.id), stream.next()]);
      expect(value?.event.type).toBe('ticket.created');
    }
    await desk.db.pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'techsupport-wake-up' AND datname = current_database()",
    );
    const [, { value }] = await Promise.all([desk.ticket(client.id), stream.next()]);
    expect(value?.event.type).toBe('ticket.created');
    await stream.return?.();
  });

  it('refuses an expired cursor, also when the events are pruned while it replays', async () => {
    const desk = await liveDesk();
    const client = await desk.client();
    const after = await desk.live.eventCursor(desk.admin);
    const ticket = await desk.ticket(client.id);
    await desk.logUpdates(ticket.id, 250);
    const { position = 0 } = (await desk.events(ticket.id)).at(-1) ?? {};
    await until(() => desk.hub.position >= position);
    const stream = await events(desk, desk.admin, after);
    await take(stream, 10);
    await desk.db.pool.query('DELETE FROM event_log WHERE position < $1', [position]);
    await take(stream, 190);
    expect(await failure(stream.next())).toMatchObject({ code: 'CURSOR_EXPIRED' });
    expect(await failure(events(desk, desk.admin, after))).toMatchObject({ code: 'CURSOR_EXPIRED' });
  });
});

describe('an idle subscription', () => {
  it('ends at once when it is returned, and what waits for its next event is told', async () => {
    const desk = await liveDesk();
    const stream = await alerts(desk, desk.admin);
    const waiting = stream.next();
    expect(desk.hub.size).toBe(1);
    expect(await stream.return?.()).toEqual({ done: true, value: undefined });
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(desk.hub.size).toBe(0);
  });
});

describe('a slow subscriber', () => {
  it('is cut off once its backlog is full, without holding up another one, and resumes by its cursor', async () => {
    const desk = await liveDesk({ maxBacklog: 10 });
    const client = await desk.client();
    const after = await desk.live.eventCursor(desk.admin);
    const slow = await events(desk, desk.admin);
    const quick = await events(desk, desk.admin);
    const ids: string[] = [];
    for (let i = 0; i < 12; i += 1) {
      const [delivered] = await Promise.all([take(quick, 1), desk.ticket(client.id)]);
      ids.push(...delivered.map(told));
    }
    await expect(slow.next()).rejects.toThrow(expect.objectContaining({ name: 'SlowSubscriberError' }));
    expect(desk.hub.size).toBe(1);
    const resumed = await events(desk, desk.admin, after);
    expect((await take(resumed, 12)).map(told)).toEqual(ids);
    await resumed.return?.();
    await quick.return?.();
  });
});

describe('a subscriber of a hub that is told by hand', () => {
  it('is not taken for stalled by a burst after a quiet hour, but is when it takes nothing while events wait', async () => {
    let now = 0;
    let tell: EventListener = () => undefined;
    const hub = {
      position: 0,
      listen: (listener: EventListener) => {
        tell = listener;
        return () => undefined;
      },
    };
    const log = {} as EventLog;
    const deps = { log, hub, maxBacklog: 100, now: () => now, prefetch: async () => undefined };
    const stream = new LiveSubscription(deps, { types: null, subjectId: null }, null, async (event) => event.position);
    const at = (position: number) => ({ position, type: 'ticket.updated', subjectId: null }) as LoggedEvent;
    const waiting = stream.next();
    now += 3_600_000;
    tell(at(1));
    tell(at(2));
    expect(await waiting).toEqual({ done: false, value: 1 });
    tell(at(3));
    expect([await stream.next(), await stream.next()]).toEqual([
      { done: false, value: 2 },
      { done: false, value: 3 },
    ]);
    tell(at(4));
    now += 60_000;
    tell(at(5));
    await expect(stream.next()).rejects.toThrow(SlowSubscriberError);
  });
});

describe('rights at delivery', () => {
  it('gives an agent the alerts of tickets that they hold at that moment, live and in replay', async () => {
    const desk = await liveDesk();
    const [agent, other] = [await desk.person('AGENT'), await desk.person('AGENT')];
    const client = await desk.client('VIP');
    const after = await desk.live.eventCursor(desk.admin);
    const mine = await desk.ticket(client.id, { assigneeId: agent.id });
    const lost = await desk.ticket(client.id, { assigneeId: agent.id });
    const gained = await desk.ticket(client.id, { assigneeId: other.id });
    const deleted = await desk.ticket(client.id, { assigneeId: agent.id });
    const stream = await alerts(desk, agent);
    const everything = await alerts(desk, desk.admin);
    await desk.mutations.assignTicket(desk.admin, { id: lost.id, assigneeId: other.id });
    await desk.mutations.assignTicket(desk.admin, { id: gained.id, assigneeId: agent.id });
    await desk.mutations.deleteTicket(desk.admin, deleted.id);
    const taken = Promise.all([take(everything, 3), take(stream, 2)]);
    desk.advance(120 * MINUTE);
    await desk.jobs.detectBreaches();
    const [ofAll, ofAgent] = await taken;
    expect(ofAll.map(aboutTicket)).toEqual([mine.id, lost.id, gained.id]);
    expect(ofAgent.map(aboutTicket)).toEqual([mine.id, gained.id]);

    await desk.mutations.assignTicket(desk.admin, { id: mine.id, assigneeId: null });
    desk.advance(1_000);
    const replay = await alerts(desk, agent, {}, after);
    expect((await take(replay, 1)).map(aboutTicket)).toEqual([gained.id]);
    for (const each of [stream, everything, replay]) await each.return?.();
  });

  it('tells an agent of a deletion without the ticket, and of nothing more until it is restored', async () => {
    const desk = await liveDesk();
    const agent = await desk.person('AGENT');
    const ticket = await desk.ticket((await desk.client()).id);
    const { position = 0 } = (await desk.events(ticket.id)).at(-1) ?? {};
    await until(() => desk.hub.position >= position);
    const stream = await events(desk, agent);
    const lead = await events(desk, desk.admin, null, ticket.id);
    await desk.mutations.deleteTicket(desk.admin, ticket.id);
    const [deletion] = await take(stream, 1);
    expect(deletion).toMatchObject({ event: { type: 'ticket.deleted' }, ticket: null });
    expect((await take(lead, 1))[0]?.ticket?.id).toBe(ticket.id);
    await desk.mutations.restoreTicket(desk.admin, ticket.id);
    expect((await take(stream, 1)).map(typeOf)).toEqual(['ticket.restored']);
    await stream.return?.();
    await lead.return?.();
  });

  it('is as if there were no ticket for an agent who asks for the events of a deleted one', async () => {
    const desk = await liveDesk();
    const agent = await desk.person('AGENT');
    const ticket = await desk.ticket((await desk.client()).id);
    await desk.mutations.deleteTicket(desk.admin, ticket.id);
    expect(await failure(events(desk, agent, null, ticket.id))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failure(events(desk, desk.admin, null, v7()))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failure(events(desk, desk.admin, null, 'none'))).toMatchObject({ code: 'NOT_FOUND' });
    expect(desk.hub.size).toBe(0);
  });
});

describe('alerts', () => {
  it('come filtered by kind and tier, the same in the query as in the subscription', async () => {
    const desk = await liveDesk();
    const [vip, normal] = [await desk.client('VIP'), await desk.client('NORMAL')];
    const streams = {
      all: await alerts(desk, desk.admin),
      breaches: await alerts(desk, desk.admin, { kinds: ['BREACHED'] }),
      normal: await alerts(desk, desk.admin, { tier: 'NORMAL' }),
    };
    const taken = Promise.all([take(streams.all, 5), take(streams.breaches, 2), take(streams.normal, 2)]);
    const tickets = [await desk.ticket(vip.id), await desk.ticket(normal.id)];
    for (const minutes of [90, 120, 1_080, 1_440]) {
      desk.setTime(new Date((tickets[0]?.createdAt.getTime() ?? 0) + minutes * MINUTE));
      await desk.jobs.detectBreaches();
    }
    await desk.mutations.acknowledgeEscalation(desk.admin, tickets[0]?.id ?? '');
    const short = ({ alert }: DeliveredAlert) => `${alert.tier} ${alert.kind} ${alert.action} ${alert.escalationLevel}`;
    const [all, breaches, ofNormal] = await taken;
    expect(all.map(short)).toEqual([
      'VIP AT_RISK null 0',
      'VIP BREACHED ESCALATE 1',
      'NORMAL AT_RISK null 0',
      'NORMAL BREACHED NOTIFY_SUPERVISOR 0',
      'VIP ACKNOWLEDGED null 1',
    ]);
    expect(breaches.map(short)).toEqual([short(all[1] as never), short(all[3] as never)]);
    expect(ofNormal.map(short)).toEqual([short(all[2] as never), short(all[3] as never)]);

    const listed = await desk.live.listAlerts(desk.admin, { first: 100 });
    expect(listed.items.map(({ node }) => node)).toEqual(all.map(({ alert }) => alert));
    expect(await listed.totalCount()).toBe(5);
    const some = await desk.live.listAlerts(desk.admin, {
      first: 1,
      kinds: ['BREACHED'],
      after: listed.items[1]?.cursor,
    });
    expect(some).toMatchObject({ items: [{ node: { id: all[3]?.alert.id } }], hasNextPage: false });
    for (const stream of Object.values(streams)) await stream.return?.();
  });

  it('of an agent are those of tickets that they hold now, in the query too', async () => {
    const desk = await liveDesk();
    const agent = await desk.person('AGENT');
    const vip = await desk.client('VIP');
    const mine = await desk.ticket(vip.id, { assigneeId: agent.id });
    await desk.ticket(vip.id);
    desk.advance(500 * MINUTE);
    await desk.jobs.detectBreaches();
    const listed = await desk.live.listAlerts(agent, { first: 10 });
    expect(listed.items.map(({ node }) => node.ticketId)).toEqual([mine.id]);
    expect(await listed.totalCount()).toBe(1);
  });
});

it('reads on after the log could not be read', async () => {
  const desk = await createDesk();
  open.push(desk);
  let broken = true;
  let news: () => void = () => undefined;
  const { log } = desk.stores;
  const hub = new LiveHub({
    log: new Proxy(log, {
      get: (target, name) => {
        if (name === 'read' && broken) {
          broken = false;
          return () => Promise.reject(new Error('broken'));
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }),
    wakeUp: {
      announce: () => undefined,
      onNews: (listener) => {
        news = listener;
        return () => undefined;
      },
    },
    logger: { info: () => undefined, warn: () => news(), error: () => undefined },
  });
  await hub.start();
  const heard = new Promise((resolve) => hub.listen(resolve));
  const client = await desk.client();
  news();
  expect(await heard).toMatchObject({ type: 'client.created', subjectId: client.id });
  await hub.stop();
});
