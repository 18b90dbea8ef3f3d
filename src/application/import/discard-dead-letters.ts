import type { Actor } from '../../domain/actor.ts';
import { notFound } from '../../domain/domain-error.ts';
import { authorise } from '../authorise.ts';
import type { DeadLetterStore, ImportStore } from './ports.ts';

/** Deletes dead letters of an import, all or those of `ids`, and returns how many; the counters stay. NOT_FOUND for an unknown import or id. */
export const discardDeadLetters =
  (deps: { readonly imports: ImportStore; readonly deadLetters: DeadLetterStore }) =>
  async (actor: Actor, importId: string, ids: readonly string[] | null): Promise<number> => {
    authorise(actor, 'import.manage');
    if (!(await deps.imports.find(importId))) throw notFound('import', importId);
    const { discarded, unknown } = await deps.deadLetters.discard(importId, ids);
    if (unknown.length > 0) throw notFound('dead letter of this import', unknown.join(', '));
    return discarded;
  };
