import type { Actor } from '../../domain/actor.ts';
import { permitted } from './list-tickets.ts';
import type { TicketColumn, TicketListQuery, TicketStore, TicketTable } from './ports.ts';

/** The page of `listTickets` as a table of these columns: for whoever shows a list and needs no more of its tickets. */
export const tabulateTickets =
  (deps: { tickets: TicketStore }) =>
  async (actor: Actor, query: TicketListQuery, columns: readonly TicketColumn[]): Promise<TicketTable> =>
    deps.tickets.table(permitted(actor, query), columns);
