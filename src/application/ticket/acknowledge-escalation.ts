import type { Actor } from '../../domain/actor.ts';
import { acknowledge } from '../../domain/escalation.ts';
import { catchUp } from '../../domain/sla-detection.ts';
import { after, checkKept, type Ticket } from '../../domain/ticket.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import { changeVisible } from './find-ticket.ts';
import type { TicketStore } from './ports.ts';

/**
 * A supervisor takes on the escalation of the present cycle, at whatever level it has reached, and stops its ladder. Again: returns
 * the ticket. Nothing to acknowledge, or a deleted ticket: CONFLICT.
 */
export const acknowledgeEscalation =
  (deps: { tickets: TicketStore; clock: Clock; newId: NewId }) =>
  async (actor: Actor, ticketId: string): Promise<Ticket> => {
    authorise(actor, 'escalation.acknowledge');
    return changeVisible(deps.tickets, actor, ticketId, (state) => {
      checkKept(state.ticket);
      const context = { actor, now: deps.clock.now(), newId: deps.newId };
      return after(catchUp(state, context), (ticket) => acknowledge(ticket, actor.id, context));
    });
  };
