import type { Actor } from '../../domain/actor.ts';
import type { Ticket } from '../../domain/ticket.ts';
import { authorise } from '../authorise.ts';
import { checkFirst, type Page } from '../page.ts';
import type { Comment, CommentStore } from './ports.ts';

/** A ticket's comments, oldest first, for whoever may read the ticket. */
export const listComments =
  (deps: { comments: CommentStore }) =>
  async (
    actor: Actor,
    ticket: Ticket,
    page: { first: number; after?: string | null | undefined },
  ): Promise<Page<Comment>> => {
    authorise(actor, 'desk.read', ticket);
    return deps.comments.page(ticket.id, checkFirst(page.first), page.after ?? null);
  };
