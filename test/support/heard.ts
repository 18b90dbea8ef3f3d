import { execute, getOperationAST, parse } from 'graphql';
import { toEventCursor } from '../../src/application/live/event-cursor.ts';
import type { Actor } from '../../src/domain/actor.ts';
import type { Role } from '../../src/domain/enums.ts';
import type { LoggedEvent } from '../../src/domain/event.ts';
import { toAlert } from '../../src/domain/sla-alert.ts';
import type { startEdge } from './edge-server.ts';
import { type LiveWorld, mayHear } from './live-world.ts';

type Edge = Awaited<ReturnType<typeof startEdge>>;

/** A subscription as its client sends it, but for the cursor. */
export interface Wanted {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A client with one subscription, and what it was told: the messages as they came. */
export interface Listener {
  readonly actor: Actor;
  readonly wanted: Wanted;
  readonly id: string;
  /** The position that it began after. */
  after: number;
  readonly texts: string[];
  /** Whether everything that was sent to it has arrived. */
  arrived(): Promise<void>;
  leave(): Promise<void>;
  readonly closed: Promise<{ readonly code: number }>;
}

let made = 0;

/** Signs somebody in, with as little as the protocol asks for, and subscribes. `after` null: without a cursor. */
export async function listenTo(
  edge: Edge,
  world: LiveWorld,
  role: Role,
  wanted: Wanted,
  after: number | null,
  name?: string,
): Promise<Listener> {
  made += 1;
  const userId = name ?? `good-${role}-${made}`;
  const socket = await edge.socket({ authorization: `Bearer ${userId}` });
  const texts: string[] = [];
  const pongs: (() => void)[] = [];
  socket.raw.on('message', (data) => {
    const text = String(data);
    if (text.startsWith('{"type":"pong"')) pongs.shift()?.();
    else texts.push(text);
  });
  // Some choose their ids, most count.
  const id = made % 3 === 0 ? `own "${made}" ä` : '1';
  const cursor = after === null ? null : toEventCursor(after);
  const before = world.hub.size;
  socket.subscribe(id, wanted.query, { ...wanted.variables, after: cursor });
  const listener: Listener = {
    actor: { id: userId, role },
    wanted,
    id,
    after: after ?? world.events.length,
    texts,
    closed: socket.closed,
    async arrived() {
      const pong = new Promise<void>((resolve) => pongs.push(resolve));
      socket.send({ type: 'ping' });
      await Promise.race([pong, socket.closed]);
    },
    async leave() {
      socket.send({ type: 'complete', id });
      await this.arrived();
      socket.raw.close();
      await socket.closed;
    },
  };
  if (after === null) while (world.hub.size === before) await listener.arrived();
  return listener;
}

/** The messages that somebody with these rights, all alone, would be sent for the events after its cursor, with tickets as they are now. */
export async function expectedTexts(world: LiveWorld, listener: Listener): Promise<string[]> {
  const { actor, wanted, id, after } = listener;
  const document = parse(wanted.query);
  const selection = getOperationAST(document)?.selectionSet.selections[0];
  const isAlert = selection?.kind === 'Field' && selection.name.value === 'slaAlerts';
  const context = () =>
    world.createContext({
      actor,
      requestId: 'alone',
      ip: '127.0.0.1',
      origin: 'http://alone',
      authenticationError: null,
    });
  const texts: string[] = [];
  for (const event of world.events.slice(after)) {
    const rootValue = toldOf(world, listener, event, isAlert);
    if (rootValue === null) continue;
    const { schema } = world;
    const payload = await execute({
      schema,
      document,
      variableValues: wanted.variables,
      contextValue: context(),
      rootValue,
    });
    texts.push(JSON.stringify({ id, type: 'next', payload }));
  }
  return texts;
}

function toldOf(world: LiveWorld, { actor, wanted }: Listener, event: LoggedEvent, isAlert: boolean): unknown {
  const { kinds, tier, ticketId } = wanted.variables as { kinds?: string[]; tier?: string; ticketId?: string };
  const ticket = world.tickets.get(event.subjectId ?? '');
  const may = mayHear(actor, event, ticket, isAlert);
  if (!may || (ticketId !== undefined && ticketId !== event.subjectId)) return null;
  if (!isAlert) return /^(ticket|sla)\./.test(event.type) ? { event, ticket: may === 'bare' ? null : ticket } : null;
  const alert = toAlert(event);
  if (!alert || (kinds && !kinds.includes(alert.kind)) || (tier && alert.tier !== tier)) return null;
  return { alert, ticket };
}
