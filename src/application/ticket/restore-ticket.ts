import type { Actor } from '../../domain/actor.ts';
import { catchUp } from '../../domain/sla-detection.ts';
import { after, type Ticket } from '../../domain/ticket.ts';
import { restore } from '../../domain/ticket-changes.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import { changeVisible } from './find-ticket.ts';
import type { TicketStore } from './ports.ts';

/** Takes a deletion back; a due instant that passed meanwhile breaches at once, with the true instant (docs/sla.md). */
export const restoreTicket =
  (deps: { tickets: TicketStore; clock: Clock; newId: NewId }) =>
  async (actor: Actor, id: string): Promise<Ticket> => {
    authorise(actor, 'ticket.delete');
    return changeVisible(deps.tickets, actor, id, (state) => {
      const context = { actor, now: deps.clock.now(), newId: deps.newId };
      // Still deleted it is moved to the policy in force, as the background does: whichever comes first, the outcome is the same.
      const moved = after(catchUp(state, context), (ticket) => restore(ticket, context));
      return after(moved, (ticket) => catchUp({ ...state, ticket }, context));
    });
  };
