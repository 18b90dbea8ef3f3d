import type { Actor } from '../../domain/actor.ts';
import { catchUp } from '../../domain/sla-detection.ts';
import { after, type Ticket } from '../../domain/ticket.ts';
import { remove } from '../../domain/ticket-changes.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import { changeVisible } from './find-ticket.ts';
import type { TicketStore } from './ports.ts';

/** Soft-deletes a ticket: it leaves the lists and never alerts. Deleting a deleted one returns it as it is. */
export const deleteTicket =
  (deps: { tickets: TicketStore; clock: Clock; newId: NewId }) =>
  async (actor: Actor, id: string): Promise<Ticket> => {
    authorise(actor, 'ticket.delete');
    return changeVisible(deps.tickets, actor, id, (state) => {
      const context = { actor, now: deps.clock.now(), newId: deps.newId };
      return after(catchUp(state, context), (current) => remove(current, context));
    });
  };
