import type { Actor } from '../../domain/actor.ts';
import type { TicketStatus } from '../../domain/enums.ts';
import type { changeTicketStatus } from './change-ticket-status.ts';
import { type EachTicketDeps, eachTicket, type TicketOutcome } from './each-ticket.ts';

interface Input {
  readonly ids: readonly string[];
  readonly status: TicketStatus;
}

/** Moves each of the tickets to `status` as changeTicketStatus does, each on its own. See eachTicket for outcomes and the time limit. */
export const bulkChangeTicketStatus =
  (deps: EachTicketDeps & { readonly changeTicketStatus: ReturnType<typeof changeTicketStatus> }) =>
  (actor: Actor, { ids, status }: Input, nearlyOver?: AbortSignal): Promise<TicketOutcome[]> =>
    eachTicket(ids, (id) => deps.changeTicketStatus(actor, { id, status }), { ...deps, nearlyOver });
