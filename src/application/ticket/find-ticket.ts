import { may } from '../../domain/access.ts';
import type { Actor } from '../../domain/actor.ts';
import { notFound } from '../../domain/domain-error.ts';
import type { Ticket, TicketState } from '../../domain/ticket.ts';
import { asUuid } from '../../domain/uuid.ts';
import type { TicketStore } from './ports.ts';

/** The ticket when the actor may know of it; else null, as for one that does not exist. */
export function visible(actor: Actor, ticket: Ticket | null): Ticket | null {
  return ticket && may(actor, 'desk.read', ticket) ? ticket : null;
}

/**
 * Runs `rule` on the locked ticket with this id, as `TicketStore.change` does, for an actor who may know of it; a ticket that
 * is not there, or is as if absent for the actor, is NOT_FOUND.
 */
export async function changeVisible(
  tickets: TicketStore,
  actor: Actor,
  id: string,
  rule: Parameters<TicketStore['change']>[1],
): Promise<Ticket> {
  const uuid = asUuid(id);
  const guarded = (state: TicketState) => {
    if (!visible(actor, state.ticket)) throw notFound('ticket', id);
    return rule(state);
  };
  const changed = uuid ? await tickets.change(uuid, guarded) : null;
  if (!changed) throw notFound('ticket', id);
  return changed;
}
