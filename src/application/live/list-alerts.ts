import type { Actor } from '../../domain/actor.ts';
import type { ClientTier } from '../../domain/enums.ts';
import type { LoggedEvent } from '../../domain/event.ts';
import { type SlaAlert, type SlaAlertKind, toAlert } from '../../domain/sla-alert.ts';
import type { Ticket } from '../../domain/ticket.ts';
import { authorise } from '../authorise.ts';
import { checkFirst, type Page } from '../page.ts';
import { visible } from '../ticket/find-ticket.ts';
import { isKeptCursor, positionIn, refuseExpired } from './event-cursor.ts';
import type { EventLog } from './ports.ts';

interface AlertsQuery {
  readonly first: number;
  readonly after?: string | null | undefined;
  readonly kinds?: readonly SlaAlertKind[] | null | undefined;
  readonly tier?: ClientTier | null | undefined;
}

/** Alerts that are kept, oldest first, with the subscription's cursors; an agent gets those of tickets that they hold now. */
export const listAlerts =
  (deps: { log: EventLog }) =>
  async (actor: Actor, query: AlertsQuery): Promise<Page<SlaAlert>> => {
    authorise(actor, 'desk.read');
    const first = checkFirst(query.first);
    const after = await positionIn(deps.log, query.after);
    const { kinds = null, tier = null } = query;
    const page = await deps.log.alerts({ actor, kinds, tier, first, after: after ?? 0 });
    if (after !== null && !isKeptCursor(query.after)) await refuseExpired(deps.log, after, null);
    const items = page.items.flatMap(({ cursor, node }) => {
      const alert = toAlert(node);
      return alert ? [{ cursor, node: alert }] : [];
    });
    return { ...page, items };
  };

/** A ticket's events that are kept, oldest first, for an actor who may know of it; null else. */
export const ticketHistory =
  (deps: { log: EventLog }) =>
  async (
    actor: Actor,
    ticket: Ticket,
    query: { first: number; after?: string | null | undefined },
  ): Promise<Page<LoggedEvent> | null> => {
    const first = checkFirst(query.first);
    if (!visible(actor, ticket)) return null;
    const after = await positionIn(deps.log, query.after);
    const page = await deps.log.history(ticket.id, first, after ?? 0);
    if (after !== null) await refuseExpired(deps.log, after, ticket.id);
    return page;
  };
