import type { Actor } from '../../domain/actor.ts';
import { DomainError, notFound } from '../../domain/domain-error.ts';
import { type ImportProcess, isOpen, isPastResuming, RESUMABLE_DAYS, resumed } from '../../domain/import-process.ts';
import { authorise } from '../authorise.ts';
import type { Clock, Logger } from '../runtime.ts';
import type { ImportJobs, ImportStore } from './ports.ts';

export interface ResumeImportDeps {
  readonly imports: ImportStore;
  readonly jobs: ImportJobs;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Lets a cancelled import go on where it stopped. Again: returns it as it is. CONFLICT when it has ended otherwise, or was
 * cancelled more than 30 days ago.
 */
export const resumeImport =
  (deps: ResumeImportDeps) =>
  async (actor: Actor, id: string): Promise<ImportProcess> => {
    authorise(actor, 'import.manage');
    const found = await deps.imports.find(id);
    if (!found) throw notFound('import', id);
    if (isPastResuming(found, deps.clock.now())) {
      const message = `This import was cancelled more than ${RESUMABLE_DAYS} days ago: upload its file again.`;
      throw new DomainError('CONFLICT', message, {});
    }
    const process = await resumeCancelled(deps, found);
    if (isOpen(process.status)) return process;
    const message = `This import has ended (${process.status}); only a cancelled one can be resumed.`;
    throw new DomainError('CONFLICT', message, {});
  };

/** The import, queued again if it is cancelled; any other stays as it is. */
export async function resumeCancelled(deps: ResumeImportDeps, process: ImportProcess): Promise<ImportProcess> {
  if (process.status !== 'CANCELLED') return queuedAgain(deps, process);
  const now = deps.clock.now();
  const change = await deps.imports.change(process.id, now, (cancelled) => resumed(cancelled, now));
  return queuedAgain(deps, change?.process ?? process);
}

async function queuedAgain(deps: ResumeImportDeps, process: ImportProcess): Promise<ImportProcess> {
  if (process.status === 'QUEUED') await queueReading(deps, process.id);
  return process;
}

/** Queues the reading of an import. A lost hint costs a moment, not the import: what is queued is looked for at intervals. */
export async function queueReading(deps: Pick<ResumeImportDeps, 'jobs' | 'logger'>, importId: string): Promise<void> {
  try {
    await deps.jobs.read(importId);
  } catch (error) {
    deps.logger.warn({ importId, err: error }, 'import could not be queued; it will be picked up by the next round');
  }
}
