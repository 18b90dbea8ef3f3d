import type { Actor } from '../../domain/actor.ts';
import { DomainError, notFound } from '../../domain/domain-error.ts';
import { cancelled, type ImportProcess } from '../../domain/import-process.ts';
import { authorise } from '../authorise.ts';
import type { Clock } from '../runtime.ts';
import type { ImportStore } from './ports.ts';

/**
 * Stops an import; what it has written stays, and an upload of the same bytes goes on from there. Again: returns it as it
 * is. CONFLICT when it has ended already.
 */
export const cancelImport =
  (deps: { readonly imports: ImportStore; readonly clock: Clock }) =>
  async (actor: Actor, id: string): Promise<ImportProcess> => {
    authorise(actor, 'import.manage');
    const now = deps.clock.now();
    const change = await deps.imports.change(id, now, (process) => cancelled(process, now));
    if (!change) throw notFound('import', id);
    const { process, hasChanged } = change;
    if (hasChanged || process.status === 'CANCELLED') return process;
    throw new DomainError(
      'CONFLICT',
      `This import has ended (${process.status}); only one that waits or runs can be cancelled.`,
      {},
    );
  };
