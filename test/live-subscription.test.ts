import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { fromEventCursor } from '../src/application/live/event-cursor.ts';
import type { LiveGroups } from '../src/application/live/live-groups.ts';
import { type EventListener, LiveHub } from '../src/application/live/live-hub.ts';
import { LiveSubscription } from '../src/application/live/live-subscription.ts';
import type { LiveView } from '../src/application/live/live-view.ts';
import type { EventLog } from '../src/application/live/ports.ts';
import { SlowSubscriberError } from '../src/application/live/slow-subscriber-error.ts';
import type { DeliveredTicketEvent } from '../src/application/live/subscribe.ts';
import type { LoggedEvent } from '../src/domain/event.ts';
import { failure, until } from './support/desk.ts';
import { alerts, events, liveDesk, take, told } from './support/live.ts';

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

/** Every event as its position. */
const POSITIONS: LiveView<number> = {
  selection: { types: null, subjectId: null },
  audience: 'all',
  prefetch: async () => undefined,
  deliver: async ({ position }) => position,
  states: null,
};
const LONE = { log: {} as EventLog, groups: {} as LiveGroups };

describe('a subscriber of a hub that is told by hand', () => {
  it('has the events of a burst prepared many at a time, and gets each once, in order', async () => {
    let tell: EventListener = () => undefined;
    const hub = {
      position: 0,
      listen: (listener: EventListener) => {
        tell = listener;
        return () => undefined;
      },
    };
    const prepared: LoggedEvent[][] = [];
    const prefetch = async (events: readonly LoggedEvent[]) => void prepared.push([...events]);
    const stream = new LiveSubscription(
      { ...LONE, hub, maxBacklog: 1_000, now: () => 0 },
      { ...POSITIONS, prefetch },
      null,
    );
    const burst = Array.from({ length: 350 }, (_, i) => i + 1);
    for (const position of burst) tell({ position, type: 'ticket.updated', subjectId: null } as LoggedEvent);
    const delivered: (number | undefined)[] = [];
    while (delivered.length < burst.length) delivered.push((await stream.next()).value);
    expect(delivered).toEqual(burst);
    expect(prepared.flat().map(({ position }) => position)).toEqual(burst);
    expect(prepared.length).toBeLessThanOrEqual(4);
  });

  it('has at most 200 events of the past waiting, however far back it begins', async () => {
    const head = 1_000_000;
    const reads: { after: number; limit: number; taken: number }[] = [];
    let taken = 0;
    const log = {
      floor: async () => 0,
      read: async (_: unknown, after: number, upTo: number, limit: number) => {
        reads.push({ after, limit, taken });
        const length = Math.min(limit, upTo - after);
        return Array.from({ length }, (_, i) => ({ position: after + i + 1 }) as LoggedEvent);
      },
    } as unknown as EventLog;
    const hub = { position: head, listen: () => () => undefined };
    const stream = new LiveSubscription({ ...LONE, log, hub, maxBacklog: 100, now: () => 0 }, POSITIONS, 0);
    for (; taken < 1_001; taken += 1) expect((await stream.next()).value).toBe(taken + 1);
    // Each when the one before is taken to its end, and no earlier.
    expect(reads).toEqual([0, 200, 400, 600, 800, 1_000].map((after) => ({ after, limit: 200, taken: after })));
    await stream.return?.();
  });

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
    const stream = new LiveSubscription({ ...LONE, hub, maxBacklog: 100, now: () => now }, POSITIONS, null);
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

it('reads on after the log could not be read', async () => {
  const desk = await liveDesk();
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
