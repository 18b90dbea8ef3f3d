import type { Actor } from '../../domain/actor.ts';
import type { assignTicket } from './assign-ticket.ts';
import { type EachTicketDeps, eachTicket, type TicketOutcome } from './each-ticket.ts';

interface Input {
  readonly ids: readonly string[];
  /** null: nobody. */
  readonly assigneeId?: string | null | undefined;
}

/** Gives each of the tickets to `assigneeId` as assignTicket does, each on its own. See eachTicket for outcomes and the time limit. */
export const bulkAssignTickets =
  (deps: EachTicketDeps & { readonly assignTicket: ReturnType<typeof assignTicket> }) =>
  (actor: Actor, { ids, assigneeId }: Input, nearlyOver?: AbortSignal): Promise<TicketOutcome[]> =>
    eachTicket(ids, (id) => deps.assignTicket(actor, { id, assigneeId }), { ...deps, nearlyOver });
