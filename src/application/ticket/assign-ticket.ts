import type { Actor } from '../../domain/actor.ts';
import { invalid } from '../../domain/domain-error.ts';
import { checkKept, checkVersion, type Ticket } from '../../domain/ticket.ts';
import { assign } from '../../domain/ticket-changes.ts';
import { asUuid } from '../../domain/uuid.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import { changeVisible } from './find-ticket.ts';
import type { Assignees, TicketStore } from './ports.ts';

interface Input {
  readonly id: string;
  /** null: nobody. */
  readonly assigneeId?: string | null | undefined;
  readonly expectedVersion?: number | null | undefined;
}

/** Gives a ticket to an active user, or to nobody. An agent may take an unassigned one and release their own. */
export const assignTicket =
  (deps: { tickets: TicketStore; assignees: Assignees; clock: Clock; newId: NewId }) =>
  async (actor: Actor, input: Input): Promise<Ticket> => {
    const assigneeId = input.assigneeId ? (asUuid(input.assigneeId) ?? null) : null;
    if (input.assigneeId && !(assigneeId && (await deps.assignees.isActive(assigneeId)))) {
      throw invalid('assigneeId', 'There is no such active user. Ask "users(active: true)" for their ids.');
    }
    return changeVisible(deps.tickets, actor, input.id, ({ ticket }) => {
      authorise(actor, 'ticket.assign', { ...ticket, nextAssigneeId: assigneeId });
      checkVersion(ticket, input.expectedVersion);
      checkKept(ticket);
      return assign(ticket, assigneeId, { actor, now: deps.clock.now(), newId: deps.newId });
    });
  };
