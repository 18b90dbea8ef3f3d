import type { Actor } from '../../domain/actor.ts';
import { authorise } from '../authorise.ts';
import { checkFirst, type Page } from '../page.ts';
import type { DeadLetter, DeadLetterStore } from './ports.ts';

export interface DeadLetterPage {
  /** null: of every import. */
  readonly importId: string | null;
  readonly first: number;
  readonly after: string | null;
}

/** A page of dead letters (`first`: 1-100), oldest first; FORBIDDEN for agents. */
export const listDeadLetters =
  (deps: { readonly deadLetters: DeadLetterStore }) =>
  async (actor: Actor, page: DeadLetterPage): Promise<Page<DeadLetter>> => {
    authorise(actor, 'import.manage');
    return deps.deadLetters.list({ ...page, first: checkFirst(page.first) });
  };
