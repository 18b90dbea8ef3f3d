import type { Actor } from '../../domain/actor.ts';
import { throwIfInvalid } from '../../domain/domain-error.ts';
import { checkKept, checkVersion, type Ticket } from '../../domain/ticket.ts';
import { edit } from '../../domain/ticket-changes.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import { checkTicketFields } from './check-ticket-fields.ts';
import { changeVisible } from './find-ticket.ts';
import type { TicketStore } from './ports.ts';

export interface UpdateTicketInput {
  readonly id: string;
  readonly expectedVersion?: number | null | undefined;
  readonly title?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly priority?: number | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
}

/** Changes the named fields of a ticket; what is left out or null stays. CONFLICT when it is deleted or past `expectedVersion`. */
export const updateTicket =
  (deps: { tickets: TicketStore; clock: Clock; newId: NewId }) =>
  async (actor: Actor, input: UpdateTicketInput): Promise<Ticket> => {
    authorise(actor, 'ticket.write');
    const fields = checkTicketFields({
      title: input.title ?? undefined,
      description: input.description ?? undefined,
      priority: input.priority ?? undefined,
      tags: input.tags ?? undefined,
    });
    throwIfInvalid(fields.problems);
    return changeVisible(deps.tickets, actor, input.id, ({ ticket }) => {
      checkVersion(ticket, input.expectedVersion);
      checkKept(ticket);
      return edit(ticket, fields.value, { actor, now: deps.clock.now(), newId: deps.newId });
    });
  };
