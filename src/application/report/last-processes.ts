import type { Actor } from '../../domain/actor.ts';
import type { ImportProcess } from '../../domain/import-process.ts';
import { authorise } from '../authorise.ts';
import type { ImportStore } from '../import/ports.ts';
import { checkFirst } from '../page.ts';

/** The newest imports (`limit`: 1-100), newest first. Throws FORBIDDEN, and VALIDATION_FAILED for a limit that is none. */
export const lastProcesses =
  (deps: { readonly imports: Pick<ImportStore, 'list'> }) =>
  async (actor: Actor, input: { readonly limit: number }): Promise<ImportProcess[]> => {
    authorise(actor, 'report.read');
    const page = await deps.imports.list({ first: checkFirst(input.limit, 100, 'limit'), after: null });
    return page.items.map((item) => item.node);
  };
