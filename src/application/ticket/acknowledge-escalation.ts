import type { Actor } from '../../domain/actor.ts';
import { DomainError, notFound } from '../../domain/domain-error.ts';
import { alert } from '../../domain/sla-detection.ts';
import { checkKept, type Ticket } from '../../domain/ticket.ts';
import { asUuid } from '../../domain/uuid.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import type { TicketStore } from './ports.ts';

/** A supervisor has seen the escalation of the present cycle. Again: returns the ticket. Nothing to acknowledge: CONFLICT. */
export const acknowledgeEscalation =
  (deps: { tickets: TicketStore; clock: Clock; newId: NewId }) =>
  async (actor: Actor, ticketId: string): Promise<Ticket> => {
    authorise(actor, 'escalation.acknowledge');
    const now = deps.clock.now();
    const id = asUuid(ticketId);
    const done = id
      ? await deps.tickets.acknowledge(id, actor.id, now, ({ ticket }) => {
          const dueAt = ticket.clock.breachedAt ?? ticket.clock.dueAt ?? now;
          return alert({ actor, now, newId: deps.newId }, ticket, 'sla.acknowledged', now, dueAt, null);
        })
      : null;
    if (!done) throw notFound('ticket', ticketId);
    if (done.outcome === 'deleted') checkKept(done.ticket);
    if (done.outcome === 'nothing') {
      throw new DomainError('CONFLICT', 'This ticket has no escalation to acknowledge in its present SLA cycle.', {
        currentVersion: done.ticket.version,
      });
    }
    return done.ticket;
  };
