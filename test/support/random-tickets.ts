import { v7 } from 'uuid';
import type { TicketFilter, TicketListQuery, TicketSort } from '../../src/application/ticket/ports.ts';
import type { Actor } from '../../src/domain/actor.ts';
import type { ClientTier, TicketStatus } from '../../src/domain/enums.ts';
import { parseReference, type Ticket } from '../../src/domain/ticket.ts';
import { createDesk, MINUTE, type TestDesk } from './desk.ts';

const TITLES = [
  'Printer on fire',
  'PRINTER jam',
  '100% CPU',
  '100 CPU',
  'snake_case',
  'snakeXcase',
  'back\\slash',
  'ÄRGER im Büro',
];
export const TAGS = ['vpn', 'mail', 'Straße'];

type Clients = ReadonlyMap<string, { readonly name: string; readonly tier: ClientTier }>;

export interface RandomTickets {
  readonly desk: TestDesk;
  /** An AGENT who holds some of the tickets. */
  readonly agent: Actor;
  readonly clients: Clients;
  /** All of them as they are stored, the deleted ones too. */
  readonly all: readonly Ticket[];
  /** Lists them to the admin, or to `actor`: the newest 100, unless `query` says otherwise. */
  readonly list: (
    filter?: TicketFilter,
    query?: Partial<TicketListQuery>,
    actor?: Actor,
  ) => ReturnType<TestDesk['queries']['listTickets']>;
  /** The ids of the tickets that `list` shows, in its order. */
  readonly idsOf: (...query: Parameters<RandomTickets['list']>) => Promise<string[]>;
}

/** A desk with 90 tickets of every kind, the same ones each time but for their ids. */
export async function createRandomTickets(): Promise<RandomTickets> {
  const desk = await createDesk();
  const clients = new Map<string, { name: string; tier: ClientTier }>();
  const agent = await desk.person('AGENT');
  let random = 3;
  const roll = (below: number) => {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((random / 2 ** 31) * below);
  };
  for (const [name, tier] of [
    ['Acme 50%', 'VIP'],
    ['Müller & Söhne', 'NORMAL'],
    ['acme_two', 'NORMAL'],
  ] as const) {
    const client = await desk.client(tier, name);
    clients.set(client.id, { name, tier });
  }
  const clientIds = [...clients.keys()];
  for (let i = 0; i < 90; i += 1) {
    // Now and then several at the same instant: ties are broken by id.
    desk.advance(roll(3) === 0 ? 0 : roll(40) * MINUTE);
    const ticket = await desk.ticket(clientIds[roll(3)] ?? '', {
      id: i % 2 === 0 ? v7() : crypto.randomUUID(),
      title: `${TITLES[roll(TITLES.length)]}`,
      description: roll(4) === 0 ? 'It smells of Öl' : '',
      priority: 1 + roll(4),
      tags: TAGS.filter(() => roll(3) === 0),
      assigneeId: [null, agent.id, desk.admin.id][roll(3)] ?? null,
    });
    const steps: TicketStatus[][] = [
      [],
      ['IN_PROGRESS'],
      ['PENDING'],
      ['RESOLVED'],
      ['CLOSED'],
      ['RESOLVED', 'IN_PROGRESS'],
    ];
    for (const status of steps[roll(steps.length)] ?? []) {
      desk.advance(roll(20) * MINUTE);
      await desk.mutations.changeTicketStatus(desk.admin, { id: ticket.id, status });
    }
    if (roll(10) === 0) await desk.mutations.deleteTicket(desk.admin, ticket.id);
    if (i % 20 === 0) await desk.jobs.detectBreaches();
  }
  const { rows } = await desk.db.pool.query<{ id: string }>('SELECT id FROM tickets');
  const all = await Promise.all(rows.map(({ id }) => desk.stored(id)));
  const list: RandomTickets['list'] = (filter = {}, query = {}, actor = desk.admin) =>
    desk.queries.listTickets(actor, {
      filter,
      sort: 'CREATED_AT',
      direction: 'DESC',
      first: 100,
      after: null,
      page: null,
      ...query,
    });
  const idsOf: RandomTickets['idsOf'] = async (...query) => (await list(...query)).items.map(({ node }) => node.id);
  return { desk, agent, clients, all, list, idsOf };
}

/** What a filter means, said without a database. */
export function matches(ticket: Ticket, filter: TicketFilter, clients: Clients): boolean {
  const { clock } = ticket;
  const client = clients.get(ticket.clientId);
  const shown = clock.breachedAt ? 'BREACHED' : clock.state;
  const due = clock.dueAt?.getTime() ?? Number.POSITIVE_INFINITY;
  const search = filter.search?.trim().toLowerCase();
  const texts = `${ticket.title} ${ticket.description}`.toLowerCase();
  return (
    (filter.includeDeleted === true || !ticket.deletedAt) &&
    (!filter.status || filter.status.includes(ticket.status)) &&
    (!filter.priority || filter.priority.includes(ticket.priority)) &&
    (!filter.clientId || ticket.clientId === filter.clientId) &&
    (!filter.tier || client?.tier === filter.tier) &&
    (!filter.assigneeId || ticket.assigneeId === filter.assigneeId) &&
    (typeof filter.unassigned !== 'boolean' || (ticket.assigneeId === null) === filter.unassigned) &&
    (!filter.slaState || filter.slaState.includes(shown)) &&
    (!filter.dueBefore || due < filter.dueBefore.getTime()) &&
    (!filter.from || ticket.createdAt >= filter.from) &&
    (!filter.to || ticket.createdAt < filter.to) &&
    (!filter.tag || ticket.tags.includes(filter.tag)) &&
    (!search ||
      (search.length >= 3 && (texts.includes(search) || (client?.name.toLowerCase().includes(search) ?? false))) ||
      ticket.number === parseReference(search))
  );
}

/** The ids in an order of the list. */
export function sorted(tickets: readonly Ticket[], sort: TicketSort, direction: 'ASC' | 'DESC'): string[] {
  const value = (t: Ticket): number =>
    ({
      CREATED_AT: t.createdAt.getTime(),
      UPDATED_AT: t.updatedAt.getTime(),
      DUE_AT: t.clock.dueAt?.getTime() ?? Number.POSITIVE_INFINITY,
      PRIORITY: t.priority,
      NUMBER: t.number,
    })[sort];
  const compared = (a: Ticket, b: Ticket) =>
    value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : a.id < b.id ? -1 : 1;
  const ids = tickets.toSorted(compared).map(({ id }) => id);
  return direction === 'ASC' ? ids : ids.reverse();
}
