import type { Actor } from '../../domain/actor.ts';
import { notFound, throwIfInvalid } from '../../domain/domain-error.ts';
import { checkText } from '../../domain/text.ts';
import { checkKept } from '../../domain/ticket.ts';
import { ticketEvent } from '../../domain/ticket-changes.ts';
import { asUuid } from '../../domain/uuid.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import { visible } from './find-ticket.ts';
import type { Comment, CommentStore, TicketStore } from './ports.ts';

interface Input {
  readonly ticketId: string;
  readonly body: string;
  /** Not for the client's eyes. */
  readonly internal: boolean;
}

/** Comments on a ticket. The ticket's version stays: a comment cannot conflict with a decision. */
export const addComment =
  (deps: { tickets: TicketStore; comments: CommentStore; clock: Clock; newId: NewId }) =>
  async (actor: Actor, input: Input): Promise<Comment> => {
    authorise(actor, 'ticket.write');
    const body = checkText('body', input.body, { max: 20_000, multiline: true });
    throwIfInvalid(body.problems);
    const id = asUuid(input.ticketId);
    const ticket = id ? visible(actor, (await deps.tickets.byIds([id]))[0] ?? null) : null;
    if (!ticket) throw notFound('ticket', input.ticketId);
    checkKept(ticket);
    const now = deps.clock.now();
    const comment: Comment = {
      id: deps.newId(),
      ticketId: ticket.id,
      authorId: actor.id,
      body: body.value,
      internal: input.internal,
      createdAt: now,
    };
    const event = ticketEvent({ actor, now, newId: deps.newId }, ticket, 'ticket.commented', {
      to: input.internal ? 'internal' : 'public',
      data: { commentId: comment.id },
    });
    return deps.comments.add(comment, event);
  };
