import type { Actor } from '../../domain/actor.ts';
import type { TicketStatus } from '../../domain/enums.ts';
import { catchUp } from '../../domain/sla-detection.ts';
import { after, checkKept, checkVersion, type Ticket } from '../../domain/ticket.ts';
import { changeStatus } from '../../domain/ticket-changes.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import { changeVisible } from './find-ticket.ts';
import type { TicketStore } from './ports.ts';

interface Input {
  readonly id: string;
  readonly status: TicketStatus;
  readonly expectedVersion?: number | null | undefined;
}

/**
 * Moves a ticket along the transition table. A breach whose instant has passed is recorded first, so that a change that comes a
 * moment later cannot hide it. CONFLICT (deleted, or past `expectedVersion`) is checked before ILLEGAL_TRANSITION.
 */
export const changeTicketStatus =
  (deps: { tickets: TicketStore; clock: Clock; newId: NewId }) =>
  async (actor: Actor, { id, status, expectedVersion }: Input): Promise<Ticket> => {
    authorise(actor, 'ticket.write');
    return changeVisible(deps.tickets, actor, id, (state) => {
      checkVersion(state.ticket, expectedVersion);
      checkKept(state.ticket);
      const context = { actor, now: deps.clock.now(), newId: deps.newId };
      return after(catchUp(state, context), (ticket) => changeStatus(ticket, status, state.policyInForce, context));
    });
  };
