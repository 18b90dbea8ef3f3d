import { may, peersOf } from '../../domain/access.ts';
import type { Actor } from '../../domain/actor.ts';
import { notFound } from '../../domain/domain-error.ts';
import type { ClientTier } from '../../domain/enums.ts';
import { type LoggedEvent, TICKET_EVENT_TYPES } from '../../domain/event.ts';
import { alertEventTypes, type SlaAlert, type SlaAlertKind, toAlert } from '../../domain/sla-alert.ts';
import type { Ticket } from '../../domain/ticket.ts';
import { asUuid } from '../../domain/uuid.ts';
import { authorise } from '../authorise.ts';
import type { TicketStore } from '../ticket/ports.ts';
import { resumePosition } from './event-cursor.ts';
import type { LiveGroups } from './live-groups.ts';
import type { LiveHub } from './live-hub.ts';
import { LiveSubscription } from './live-subscription.ts';
import type { LiveView } from './live-view.ts';
import type { EventLog, EventSelection } from './ports.ts';
import type { TicketSnapshots } from './ticket-snapshots.ts';

export interface LiveDeps {
  readonly log: EventLog;
  readonly hub: LiveHub;
  readonly groups: LiveGroups;
  readonly tickets: TicketStore;
  readonly snapshots: TicketSnapshots;
  readonly maxBacklog: number;
  readonly now: () => number;
}

/** Who subscribes, and the cursor to resume after; null: live only. */
export interface Subscriber {
  readonly actor: Actor;
  readonly after: string | null;
}

export interface DeliveredAlert {
  readonly alert: SlaAlert;
  readonly ticket: Ticket;
}

export interface DeliveredTicketEvent {
  readonly event: LoggedEvent;
  /** null: the subscriber may not know of the ticket (any more). */
  readonly ticket: Ticket | null;
}

/** Alerts after the cursor, then live. An agent gets only those of tickets that they hold at the moment of delivery. */
export const subscribeSlaAlerts =
  (deps: LiveDeps) =>
  async (
    subscriber: Subscriber,
    filter: { kinds: readonly SlaAlertKind[] | null; tier: ClientTier | null },
  ): Promise<LiveSubscription<DeliveredAlert>> => {
    const { actor } = subscriber;
    authorise(actor, 'desk.read');
    const selection = { types: alertEventTypes(filter.kinds), subjectId: null };
    const view = viewOfTickets(deps, selection, peersOf(actor, 'sla.alerts'), (event, ticket) => {
      const alert = toAlert(event);
      if (!alert || !ticket || (filter.tier && alert.tier !== filter.tier)) return undefined;
      return may(actor, 'sla.alerts', ticket) ? { alert, ticket } : undefined;
    });
    return follow(deps, subscriber, view);
  };

/** Events of all tickets, or of one, after the cursor, then live. An agent learns of a deletion by an event without its ticket. */
export const subscribeTicketEvents =
  (deps: LiveDeps) =>
  async (subscriber: Subscriber, ticketId: string | null): Promise<LiveSubscription<DeliveredTicketEvent>> => {
    const { actor } = subscriber;
    authorise(actor, 'desk.read');
    const subjectId = ticketId === null ? null : (asUuid(ticketId) ?? null);
    if (ticketId !== null) {
      const ticket = subjectId ? (await deps.tickets.byIds([subjectId]))[0] : null;
      if (!ticket || !may(actor, 'desk.read', ticket)) throw notFound('ticket', ticketId);
    }
    const selection = { types: TICKET_EVENT_TYPES, subjectId };
    const view = viewOfTickets(deps, selection, peersOf(actor, 'desk.read'), (event, ticket) => {
      if (ticket && may(actor, 'desk.read', ticket)) return { event, ticket };
      return event.type === 'ticket.deleted' ? { event, ticket: null } : undefined;
    });
    return follow(deps, subscriber, view);
  };

/** Each event delivered with its ticket as it is at that moment. */
function viewOfTickets<T>(
  { snapshots }: LiveDeps,
  selection: EventSelection,
  audience: string,
  deliver: (event: LoggedEvent, ticket: Ticket | null) => T | undefined,
): LiveView<T> {
  return {
    selection,
    audience,
    prefetch: (events, how) => snapshots.prefetch(events, how),
    deliver: async (event) => deliver(event, await snapshots.of(event)),
    states: null,
  };
}

/** One subscriber of a view of the log. */
export async function follow<T>(
  deps: Pick<LiveDeps, 'log' | 'hub' | 'groups' | 'maxBacklog' | 'now'>,
  { after }: Pick<Subscriber, 'after'>,
  view: LiveView<T>,
): Promise<LiveSubscription<T>> {
  const position = await resumePosition(deps.log, after, view.selection.subjectId);
  return new LiveSubscription(deps, view, position);
}
