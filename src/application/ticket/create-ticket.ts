import type { Actor } from '../../domain/actor.ts';
import { notFound, throwIfInvalid } from '../../domain/domain-error.ts';
import { startClock } from '../../domain/sla-clock.ts';
import type { Ticket } from '../../domain/ticket.ts';
import { CREATED_REASON, startedUnder, ticketEvent } from '../../domain/ticket-changes.ts';
import { asUuid } from '../../domain/uuid.ts';
import { authorise } from '../authorise.ts';
import type { ClientStore } from '../client/ports.ts';
import type { Clock, NewId } from '../runtime.ts';
import type { PolicyStore } from '../sla/ports.ts';
import { checkTicketFields } from './check-ticket-fields.ts';
import { visible } from './find-ticket.ts';
import type { Assignees, TicketDraft, TicketStore } from './ports.ts';

export interface CreateTicketInput {
  /** The caller's UUID as idempotency key. */
  readonly id?: string | null | undefined;
  readonly clientId: string;
  readonly title: string;
  readonly description: string;
  readonly priority: number;
  readonly tags?: readonly string[] | null | undefined;
  readonly assigneeId?: string | null | undefined;
}

interface Deps {
  readonly tickets: TicketStore;
  readonly clients: ClientStore;
  readonly policies: PolicyStore;
  readonly assignees: Assignees;
  readonly clock: Clock;
  readonly newId: NewId;
  /** A short stable digest of a text. */
  readonly fingerprint: (text: string) => string;
}

/**
 * Opens a ticket and starts its SLA clock under the policy in force for the client's tier. The same id, caller and input again
 * returns the same ticket; anything else with that id is CONFLICT. Unknown client or assignee: VALIDATION_FAILED.
 */
export const createTicket =
  (deps: Deps) =>
  async (actor: Actor, input: CreateTicketInput): Promise<Ticket> => {
    authorise(actor, 'ticket.write');
    const fields = checkTicketFields({ ...input, tags: input.tags ?? [] });
    const problems = [...fields.problems];
    const id = input.id ? asUuid(input.id) : deps.newId();
    if (!id) problems.push({ path: 'input.id', message: 'Give a UUID, or leave the id out.' });
    const clientId = asUuid(input.clientId);
    const client = clientId ? (await deps.clients.byIds([clientId]))[0] : null;
    if (!client)
      problems.push({ path: 'input.clientId', message: 'There is no such client. Ask "clients" for their ids.' });
    const assigneeId = input.assigneeId ? (asUuid(input.assigneeId) ?? null) : null;
    if (input.assigneeId && !(assigneeId && (await deps.assignees.isActive(assigneeId)))) {
      problems.push({
        path: 'input.assigneeId',
        message: 'There is no such active user. Ask "users(active: true)" for their ids.',
      });
    }
    throwIfInvalid(problems);
    if (!id || !client) throw new Error('unreachable: the problems above were thrown');
    if (assigneeId) authorise(actor, 'ticket.assign', { assigneeId: null, nextAssigneeId: assigneeId });

    const now = deps.clock.now();
    const policy = await deps.policies.inForce(client);
    const draft: TicketDraft = {
      id,
      title: fields.value.title ?? '',
      description: fields.value.description ?? '',
      status: 'OPEN',
      priority: input.priority,
      tags: fields.value.tags ?? [],
      clientId: client.id,
      assigneeId,
      createdById: actor.id,
      createdAt: now,
      updatedAt: now,
      resolvedAt: null,
      closedAt: null,
      deletedAt: null,
      version: 1,
      clock: startClock(policy, now, 1, CREATED_REASON),
    };
    const context = { actor, now, newId: deps.newId };
    const created = ticketEvent(context, { ...draft, number: 0 }, 'ticket.created', {
      to: 'OPEN',
      data: startedUnder(draft.clock),
    });
    const fingerprint = deps.fingerprint(
      JSON.stringify([actor.id, { ...fields.value, clientId: client.id, assigneeId }]),
    );
    const stored = visible(actor, await deps.tickets.create(draft, fingerprint, [created]));
    // The same call again, after the ticket was deleted: an agent may not know of it any more.
    if (!stored) throw notFound('ticket', id);
    return stored;
  };
