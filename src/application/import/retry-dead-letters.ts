import type { Actor } from '../../domain/actor.ts';
import { DomainError, notFound } from '../../domain/domain-error.ts';
import { type ImportProcess, retrying } from '../../domain/import-process.ts';
import { authorise } from '../authorise.ts';
import type { Clock, Logger } from '../runtime.ts';
import type { CountRows, DeadLetterStore, ImportJobs, ImportStore } from './ports.ts';
import { queueWaitingRows } from './queue-waiting-work.ts';

export interface RetryDeadLettersDeps {
  readonly imports: ImportStore;
  readonly deadLetters: DeadLetterStore;
  readonly jobs: ImportJobs;
  readonly clock: Clock;
  readonly countRows: CountRows;
  readonly logger: Logger;
}

/**
 * Tries dead letters of an import again, each once: all of them, or those of `ids`. The import runs meanwhile.
 * NOT_FOUND for an unknown import or id; CONFLICT while it is not finished or when it has no dead letter, since a caller
 * who asks for a retry of nothing looks at something that has changed.
 */
export const retryDeadLetters =
  (deps: RetryDeadLettersDeps) =>
  async (actor: Actor, importId: string, ids: readonly string[] | null): Promise<ImportProcess> => {
    authorise(actor, 'import.manage');
    if (!(await deps.imports.find(importId))) throw notFound('import', importId);
    const now = deps.clock.now();
    const outcome = await deps.deadLetters.release(importId, ids, now, (process) => retrying(process, now));
    if (outcome.kind === 'unknown') throw notFound('dead letter of this import', outcome.ids.join(', '));
    if (outcome.kind === 'refused') throw refused(outcome.process);
    deps.countRows('retried', outcome.released);
    await queueWaitingRows(deps, importId).catch((error: unknown) => {
      deps.logger.warn({ importId, err: error }, 'rows could not be queued; they will be picked up by the next round');
    });
    return outcome.process;
  };

function refused(process: ImportProcess): DomainError {
  const message =
    process.status === 'COMPLETED_WITH_ERRORS'
      ? 'This import has no dead letters left to retry.'
      : `This import is ${process.status}; dead letters can be retried once it has ended as COMPLETED_WITH_ERRORS.`;
  return new DomainError('CONFLICT', message, {});
}
