import { describe, expect, it } from 'vitest';
import type { EventType } from '../src/domain/event.ts';
import type { Caller } from '../src/interfaces/graphql/caller.ts';
import { type Answer, startEdge } from './support/edge-server.ts';
import { expectedTexts, type Listener, listenTo, type Wanted } from './support/heard.ts';
import { ALERT_DATA, type LiveWorld, liveWorld } from './support/live-world.ts';
import { Dice } from './support/simulation-random.ts';
import { patience, replayable, seeds } from './support/soak.ts';

const ALERTS = `subscription ($after: String, $kinds: [SlaAlertKind!], $tier: ClientTier) {
  slaAlerts(after: $after, kinds: $kinds, tier: $tier) {
    id cursor kind tier dueAt ticket { id version allowedTransitions assignee { id name } sla { remainingSeconds } } } }`;
const EVENTS = `subscription ($ticketId: ID, $after: String) {
  ticketEvents(after: $after, ticketId: $ticketId) { ...Told } } fragment Told on TicketEvent {
    id type cursor ticketId at: occurredAt ticket { title number assignee { name } client { name } } }`;
const PERSONAL = 'subscription ($after: String) { ticketEvents(after: $after) { id ticket { description } } }';
const TYPES: readonly [EventType, ...EventType[]] = [
  'ticket.updated',
  'ticket.deleted',
  'ticket.assigned',
  'sla.at_risk',
  'sla.breached',
  'sla.escalated',
  'client.created',
];
const ROLES = ['ADMIN', 'SUPERVISOR', 'AGENT'] as const;

function anyWish(dice: Dice, world: LiveWorld): Wanted {
  const ticketId = [...world.tickets.keys()][0] ?? '';
  return dice.pick<Wanted>([
    { query: ALERTS, variables: {} },
    { query: ALERTS, variables: { kinds: ['BREACHED', 'ESCALATED'] } },
    { query: ALERTS, variables: { tier: 'VIP' } },
    { query: ALERTS, variables: { tier: 'NORMAL', kinds: null } },
    { query: EVENTS, variables: {} },
    { query: EVENTS, variables: { ticketId } },
    { query: PERSONAL, variables: {} },
  ]);
}

/** Agents are few, so that tickets are theirs. */
const AGENTS = ['good-AGENT-a', 'good-AGENT-b', 'good-AGENT-c'] as const;

describe('whoever subscribes, whenever, beside whomever', () => {
  it.each(seeds(4, 60))(
    'is told exactly what it would be told alone with its rights, in order, without gap or repeat (%i)',
    (seed) =>
      replayable(seed, async () => {
        const dice = new Dice(seed);
        const lags = new Dice(seed + 1);
        const world = await liveWorld({ turns: () => lags.below(8) });
        await using edge = await startEdge({ schema: world.schema, createContext: world.createContext as never });
        for (let i = 0; i < 6; i += 1) world.putTicket();
        let listeners: Listener[] = [];
        const come = async (after: number | null, role = dice.pick([...ROLES])): Promise<void> => {
          const name = role === 'AGENT' ? dice.pick([...AGENTS]) : undefined;
          const wanted = anyWish(dice, world);
          // Whoever may not know of a ticket is refused, which is no matter of this test.
          const isRefused = role === 'AGENT' && world.tickets.get(`${wanted.variables.ticketId}`)?.deletedAt;
          if (!isRefused) listeners.push(await listenTo(edge, world, role, wanted, after, name));
        };
        for (let step = 0; step < 6; step += 1) {
          for (const { id } of world.tickets.values()) {
            const assigneeId = dice.pick([null, ...AGENTS]);
            const deletedAt = dice.chance(0.2) ? new Date(0) : null;
            world.putTicket({ id, assigneeId, deletedAt, version: step + 1 });
          }
          const leaving = listeners.filter(() => dice.chance(0.15));
          listeners = listeners.filter((each) => !leaving.includes(each));
          await Promise.all(leaving.map((each) => each.leave()));
          for (let i = 0; i < 4; i += 1) await come(null);
          for (let burst = dice.within(1, 5); burst > 0; burst -= 1) {
            for (let i = dice.within(1, 12); i > 0; i -= 1) {
              const subject = dice.any([...world.tickets.keys()]) ?? null;
              const tier = dice.pick(['VIP', 'NORMAL']);
              world.append(dice.pick(TYPES), subject, { ...ALERT_DATA, tier });
            }
            world.tell();
            if (dice.chance(0.5)) await come(dice.within(0, world.events.length));
            if (dice.chance(0.2)) await change(dice.any(listeners.filter(({ actor }) => !actor.id.includes('AGENT'))));
          }
          for (const listener of listeners) await hasHeard(world, listener);
        }
        expect(world.groups.size.groups).toBeGreaterThan(0);
        await Promise.all(listeners.map((each) => each.leave()));
        expect(world.groups.size).toEqual({ groups: 0, members: 0 });
        expect(world.hub.size).toBe(0);
        await world.close();

        /** Its sessions end, it signs in with another role, and goes on after the last event that it was told of. */
        async function change(old: Listener | undefined): Promise<void> {
          if (!old) return;
          listeners = listeners.filter((each) => each !== old);
          edge.endSessionsOf(old.actor.id);
          expect((await old.closed).code).toBe(4403);
          const expected = await expectedTexts(world, old);
          expect(old.texts).toEqual(expected.slice(0, old.texts.length));
          const last = world.events.findLast(({ id }) => old.texts.at(-1)?.includes(id));
          await come(last?.position ?? old.after, dice.pick([...ROLES]));
        }
      }),
    patience(30_000),
  );
});

async function hasHeard(world: LiveWorld, listener: Listener): Promise<void> {
  const expected = await expectedTexts(world, listener);
  while (listener.texts.length < expected.length) {
    const had = listener.texts.length;
    await listener.arrived();
    if (listener.texts.length === had) await new Promise((resolve) => setImmediate(resolve));
  }
  await listener.arrived();
  expect(listener.texts).toEqual(expected);
  // What tickets are from now on is not what they were then.
  listener.after = world.events.length;
  listener.texts.length = 0;
}

it('reads and executes once for a hundred subscribers, whatever ids and cursors they chose', async () => {
  const world = await liveWorld();
  const contexts: unknown[] = [];
  const createContext = (caller: Caller) => {
    contexts.push(caller);
    return world.createContext(caller);
  };
  await using edge = await startEdge({ schema: world.schema, createContext: createContext as never });
  const { id } = world.putTicket();
  world.append('ticket.updated', id);
  world.tell();
  const wanted = { query: EVENTS, variables: {} };
  const listeners: Listener[] = [];
  for (let i = 0; i < 100; i += 1) listeners.push(await listenTo(edge, world, 'ADMIN', wanted, i % 2 ? null : 0));
  for (const listener of listeners) await hasHeard(world, listener);
  expect(world.groups.size).toEqual({ groups: 1, members: 100 });
  expect(world.hub.size).toBe(100);
  const before = { reads: world.reads.length, contexts: contexts.length };
  world.append('ticket.updated', id);
  world.tell();
  for (const listener of listeners) await hasHeard(world, listener);
  // Of the context there is one for each group; it is made at its first event.
  expect(world.reads.length - before.reads).toBe(1);
  expect(contexts.length - before.contexts).toBe(1);
  await world.close();
});

it('tells everyone how an import stands when they come, then each state once, then the end', async () => {
  const world = await liveWorld();
  await using edge = await startEdge({ schema: world.schema, createContext: world.createContext as never });
  const { id } = world.setProcess({ succeededRows: 0 });
  const query = 'subscription ($id: ID!) { importProgress(id: $id) { status succeededRows errorWorkbookUrl } }';
  const sockets = [];
  const progress = (changes: Parameters<LiveWorld['setProcess']>[0]) => {
    world.setProcess(changes);
    for (let same = 0; same < 3; same += 1) world.append('import.progressed', id, null);
    world.tell();
  };
  const shown = (status: string, succeededRows: number) => ({
    type: 'next',
    id: '1',
    payload: { data: { importProgress: { status, succeededRows, errorWorkbookUrl: null } } },
  });
  for (let rows = 1; rows <= 5; rows += 1) {
    for (const role of ['ADMIN', 'SUPERVISOR', 'ADMIN']) {
      const socket = await edge.socket({ authorization: `Bearer good-${role}-x` });
      sockets.push(socket);
      socket.subscribe('1', query, { id });
      expect(await socket.next()).toEqual(shown('RUNNING', rows - 1));
    }
    progress({ succeededRows: rows });
    for (const socket of sockets) expect(await socket.next()).toEqual(shown('RUNNING', rows));
  }
  expect(world.groups.size).toEqual({ groups: 2, members: 15 });
  progress({ status: 'COMPLETED' });
  for (const socket of sockets) {
    expect(await socket.next()).toEqual(shown('COMPLETED', 5));
    expect(await socket.next()).toEqual({ type: 'complete', id: '1' });
    socket.raw.close();
  }
  expect(world.hub.size).toBe(0);
  await world.close();
});

it('tells each of its own request what went wrong for all, and goes on', async () => {
  const world = await liveWorld();
  await using edge = await startEdge({ schema: world.schema, createContext: world.createContext as never });
  const query = 'subscription { ticketEvents { id ticket { title client { tier } } } }';
  const sockets = await Promise.all([1, 2, 3].map((n) => edge.socket({ authorization: `Bearer good-ADMIN-${n}` })));
  for (const socket of sockets) socket.subscribe('1', query);
  await expect.poll(() => world.hub.size).toBe(3);
  const ticket = world.putTicket({ title: null as never });
  world.append('ticket.updated', ticket.id);
  world.tell();
  const told = await Promise.all(sockets.map((socket) => socket.next()));
  const requests = told.map(({ payload }) => (payload as Answer).errors?.[0]?.extensions.requestId);
  expect(new Set(requests).size).toBe(3);
  expect(told[0]).toMatchObject({
    payload: { errors: [{ extensions: { code: 'INTERNAL' }, path: expect.any(Array) }] },
  });
  world.putTicket({ id: ticket.id, title: 'Named' });
  const { id } = world.append('ticket.updated', ticket.id);
  world.tell();
  for (const socket of sockets)
    expect(await socket.next()).toMatchObject({
      payload: { data: { ticketEvents: { id, ticket: { title: 'Named' } } } },
    });
  await world.close();
});

it('sends frames of every length as the protocol wants them', async () => {
  const world = await liveWorld();
  await using edge = await startEdge({ schema: world.schema, createContext: world.createContext as never });
  const query = 'subscription { ticketEvents { ticket { title } } }';
  const [one, other] = [
    await edge.socket({ authorization: 'Bearer good' }),
    await edge.socket({ authorization: 'Bearer good' }),
  ];
  one.subscribe('a', query);
  other.subscribe('b', query);
  await expect.poll(() => world.hub.size).toBe(2);
  for (const length of [0, 1, 20, 30, 125, 126, 8_000, 8_200, 65_400, 65_536, 300_000]) {
    const title = 'ä'.repeat(length);
    world.append('ticket.updated', world.putTicket({ title }).id);
    world.tell();
    const payload = { data: { ticketEvents: { ticket: { title } } } };
    expect(await one.next()).toEqual({ type: 'next', id: 'a', payload });
    expect(await other.next()).toEqual({ type: 'next', id: 'b', payload });
  }
  await world.close();
});
