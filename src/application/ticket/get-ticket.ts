import type { Actor } from '../../domain/actor.ts';
import { invalid } from '../../domain/domain-error.ts';
import { parseReference, type Ticket } from '../../domain/ticket.ts';
import { asUuid } from '../../domain/uuid.ts';
import { authorise } from '../authorise.ts';
import { visible } from './find-ticket.ts';
import type { TicketStore } from './ports.ts';

/** One ticket by id or by reference ("TSP-1042"), exactly one of the two; null when the actor can know of none. */
export const getTicket =
  (deps: { tickets: TicketStore }) =>
  async (
    actor: Actor,
    by: { id?: string | null | undefined; reference?: string | null | undefined },
  ): Promise<Ticket | null> => {
    authorise(actor, 'desk.read');
    const { id, reference } = by;
    if ((id ?? null) !== null && (reference ?? null) !== null)
      throw invalid('reference', 'Give either id or reference, not both.');
    if (typeof id === 'string') {
      const uuid = asUuid(id);
      return uuid ? visible(actor, (await deps.tickets.byIds([uuid]))[0] ?? null) : null;
    }
    if (typeof reference !== 'string') throw invalid('id', 'Give an id or a reference.');
    const number = parseReference(reference);
    return number === null ? null : visible(actor, await deps.tickets.byNumber(number));
  };
