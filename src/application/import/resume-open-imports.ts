import type { FinishImport } from './finish-import.ts';
import type { ChunkStore, DeadLetterStore, ImportJobs, ImportStore } from './ports.ts';
import { queueWaitingWork } from './queue-waiting-work.ts';

export interface ResumeOpenImportsDeps {
  readonly imports: ImportStore;
  readonly chunks: ChunkStore;
  readonly deadLetters: DeadLetterStore;
  readonly jobs: ImportJobs;
  readonly finish: FinishImport;
}

/** Queues again whatever open imports still need, so that a lost queue or a killed worker costs time only. Run at start and at intervals. */
export const resumeOpenImports = (deps: ResumeOpenImportsDeps) => async (): Promise<void> => {
  for (const id of await deps.imports.openIds()) {
    const open = await deps.chunks.open(id);
    if (!open) continue;
    if (!open.isCut || open.process.status === 'QUEUED') await deps.jobs.read(id);
    await queueWaitingWork(deps, id);
    await deps.finish(id);
  }
};
