import { randomUUID } from 'node:crypto';
import { Breath } from '../../src/application/breath.ts';
import { toEventCursor } from '../../src/application/live/event-cursor.ts';
import { subscribeImportProgress } from '../../src/application/live/import-progress.ts';
import { LiveGroups } from '../../src/application/live/live-groups.ts';
import { LiveHub } from '../../src/application/live/live-hub.ts';
import type { EventLog } from '../../src/application/live/ports.ts';
import { subscribeSlaAlerts, subscribeTicketEvents } from '../../src/application/live/subscribe.ts';
import { TicketSnapshots } from '../../src/application/live/ticket-snapshots.ts';
import type { TicketStore } from '../../src/application/ticket/ports.ts';
import { composeSchema } from '../../src/compose-schema.ts';
import type { Actor } from '../../src/domain/actor.ts';
import type { EventType, LoggedEvent } from '../../src/domain/event.ts';
import type { ImportProcess } from '../../src/domain/import-process.ts';
import { startClock } from '../../src/domain/sla-clock.ts';
import { SEEDED_POLICIES, type SlaPolicy } from '../../src/domain/sla-policy.ts';
import type { Ticket } from '../../src/domain/ticket.ts';
import type { Caller } from '../../src/interfaces/graphql/caller.ts';
import type { GraphqlContext } from '../../src/interfaces/graphql/context.ts';
import { LiveSubscriptionResolver } from '../../src/interfaces/graphql/live/live-subscription-resolver.ts';
import { createLoaders } from '../../src/interfaces/graphql/loaders.ts';

const NOW = new Date('2026-03-02T09:00:00.250Z');
const [SEEDED] = SEEDED_POLICIES;
const POLICY = { ...SEEDED, version: 1, changedAt: NOW } as unknown as SlaPolicy;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * What subscriptions stand on, in memory: a log that grows when it is told to, tickets and an import that are what was last put there.
 * Use cases, hub, groups and schema are the real ones. In it `Ticket.description` is who asks, so that results are personal.
 * Reading tickets takes so many `turns` of the event loop.
 */
export async function liveWorld({ maxBacklog = 10_000, turns = (): number => 0 } = {}) {
  const events: LoggedEvent[] = [];
  const tickets = new Map<string, Ticket>();
  const reads: string[][] = [];
  let process: ImportProcess | null = null;
  let news: () => void = () => undefined;
  let now = NOW.getTime();
  const log: EventLog = {
    settled: async () => events.length,
    head: async () => events.length,
    floor: async () => 0,
    isWhole: async () => true,
    read: async ({ types, subjectId }, after, upTo, limit) =>
      events
        .slice(after, upTo)
        .filter((event) => types?.includes(event.type) ?? true)
        .filter((event) => subjectId === null || event.subjectId === subjectId)
        .slice(0, limit),
    byId: async () => null,
    history: () => Promise.reject(new Error('Nobody asks.')),
    alerts: () => Promise.reject(new Error('Nobody asks.')),
  };
  const byIds = async (ids: readonly string[]) => {
    reads.push([...ids]);
    for (let left = turns(); left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
    return ids.map((id) => tickets.get(id) ?? null);
  };
  const store = { byIds } as TicketStore;
  const wakeUp = {
    announce: () => undefined,
    onNews: (listener: () => void) => {
      news = listener;
      return () => undefined;
    },
  };
  const hub = new LiveHub({ log, wakeUp, logger: silent });
  await hub.start();
  const clock = () => now;
  const groups = new LiveGroups({ hub, maxBacklog, now: clock, breath: new Breath(250) });
  const snapshots = new TicketSnapshots(store, clock);
  const live = { log, hub, groups, tickets: store, snapshots, maxBacklog, now: clock };
  const subscriptions = {
    slaAlerts: subscribeSlaAlerts(live),
    ticketEvents: subscribeTicketEvents(live),
    importProgress: subscribeImportProgress({ ...live, imports: { find: async () => process } }),
  };
  const schema = composeSchema([new LiveSubscriptionResolver()]);
  const ticketType = schema.getType('Ticket');
  if (!ticketType || !('getFields' in ticketType)) throw new Error('There is no type Ticket.');
  const description = ticketType.getFields().description;
  if (description && 'resolve' in description)
    description.resolve = (_: unknown, __: unknown, { actor }: GraphqlContext) => `asked by ${actor?.id}`;

  const person = (id: string) => ({
    id,
    email: id,
    name: `Name of ${id}`,
    role: 'AGENT',
    active: true,
    createdAt: NOW,
  });
  const createContext = (caller: Caller): GraphqlContext => ({
    ...caller,
    loaders: createLoaders({
      tickets: byIds,
      users: async (ids) => ids.map((id) => person(id) as never),
      clients: async (ids) => ids.map((id) => ({ id, name: 'Client', tier: 'VIP', createdAt: NOW })),
      openTickets: async (ids) => ids.map(() => 0),
      escalations: async (ids) => ids.map(() => []),
      endedCycles: async (ids) => ids.map(() => []),
      policyVersion: async () => POLICY,
      now: () => NOW,
    }),
    subscriptions,
    errorWorkbookUrl: (id) => `${caller.origin}/${id}`,
  });

  return {
    schema,
    createContext,
    hub,
    groups,
    events,
    tickets,
    /** The ids of each statement that read tickets. */
    reads,
    subscriptions,
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
    cursor: () => toEventCursor(events.length),
    get process(): ImportProcess | null {
      return process;
    },
    setProcess(changes: Partial<ImportProcess>): ImportProcess {
      process = { ...(process ?? newProcess()), ...changes };
      return process;
    },
    putTicket(changes: Partial<Ticket> = {}): Ticket {
      const known = changes.id === undefined ? undefined : tickets.get(changes.id);
      const ticket = { ...(known ?? newTicket(tickets.size)), ...changes };
      tickets.set(ticket.id, ticket);
      return ticket;
    },
    /** Logs an event about a subject; nobody is told before `tell`. */
    append(type: EventType, subjectId: string | null, data: LoggedEvent['data'] = ALERT_DATA): LoggedEvent {
      const position = events.length + 1;
      const id = randomUUID();
      const event = { id, type, subjectId, actorId: null, from: null, to: null, occurredAt: NOW, data, position };
      events.push(event);
      return event;
    },
    tell: () => news(),
    close: () => hub.stop(),
  };
}

export type LiveWorld = Awaited<ReturnType<typeof liveWorld>>;

export const ALERT_DATA = {
  tier: 'VIP',
  action: null,
  escalationLevel: 0,
  dueAt: NOW.toISOString(),
  detectedAt: NOW.toISOString(),
  cycle: 1,
};

function newTicket(n: number): Ticket {
  return {
    id: randomUUID(),
    number: 1_001 + n,
    title: `Ticket ${n} "ä"`,
    description: '',
    status: 'OPEN',
    priority: 3,
    tags: ['vpn'],
    clientId: randomUUID(),
    assigneeId: null,
    createdById: randomUUID(),
    createdAt: NOW,
    updatedAt: NOW,
    resolvedAt: null,
    closedAt: null,
    deletedAt: null,
    version: 1,
    clock: startClock(POLICY, NOW, 1, 'Opened'),
  };
}

function newProcess(): ImportProcess {
  return {
    id: randomUUID(),
    filename: 'a.xlsx',
    sizeBytes: 1,
    sha256: '0'.repeat(64),
    status: 'RUNNING',
    headers: null,
    fields: null,
    dryRun: false,
    mapping: null,
    totalRows: null,
    succeededRows: 0,
    failedRows: 0,
    retriedRows: 0,
    error: null,
    uploadedById: randomUUID(),
    createdAt: NOW,
    startedAt: NOW,
    finishedAt: null,
    workingSince: NOW,
  };
}

/** What an actor may be told of an event about a ticket, by access.md: the value that the schema's resolvers get; null: nothing. */
export function mayHear(
  actor: Actor,
  event: LoggedEvent,
  ticket: Ticket | undefined,
  isAlert: boolean,
): boolean | 'bare' {
  const isLead = actor.role !== 'AGENT';
  if (isAlert) return ticket !== undefined && (isLead || (!ticket.deletedAt && ticket.assigneeId === actor.id));
  if (ticket && (isLead || !ticket.deletedAt)) return true;
  return event.type === 'ticket.deleted' ? 'bare' : false;
}
