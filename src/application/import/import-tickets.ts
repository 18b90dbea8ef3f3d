import type { Actor } from '../../domain/actor.ts';
import {
  type ImportProcess,
  isPastResuming,
  resumed,
  sanitiseFilename,
  superseded,
} from '../../domain/import-process.ts';
import { authorise } from '../authorise.ts';
import type { Clock, Logger, NewId } from '../runtime.ts';
import type { ImportJobs, ImportStore, UploadStore } from './ports.ts';

export interface ImportTicketsDeps {
  readonly uploads: UploadStore;
  readonly imports: ImportStore;
  readonly jobs: ImportJobs;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly logger: Logger;
  /** The largest file that is taken, in bytes. */
  readonly maxBytes: number;
}

/** A file as it comes in. */
export interface IncomingFile {
  readonly filename: string;
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Keeps the file and queues its import. The same bytes again give the import that exists, unless that one failed; a
 * cancelled one goes on, for 30 days. PAYLOAD_TOO_LARGE beyond `maxBytes`; no import is made then, nor when the client goes away.
 */
export const importTickets =
  (deps: ImportTicketsDeps) =>
  async (actor: Actor, file: IncomingFile): Promise<ImportProcess> => {
    authorise(actor, 'import.manage');
    const uploadId = deps.newId();
    const stored = await deps.uploads.save(uploadId, file.content, deps.maxBytes);
    const { process, isNew } = await createFrom(deps, actor, uploadId, file.filename, stored);
    const open = isNew ? process : await resumeIfCancelled(deps, process);
    if (open.status === 'QUEUED') await queueReading(deps, open.id);
    return open;
  };

async function createFrom(
  deps: ImportTicketsDeps,
  actor: Actor,
  uploadId: string,
  filename: string,
  stored: { readonly sizeBytes: number; readonly sha256: string },
): Promise<{ readonly process: ImportProcess; readonly isNew: boolean }> {
  let isKept = false;
  try {
    const row = {
      ...stored,
      id: deps.newId(),
      uploadId,
      filename: sanitiseFilename(filename),
      uploadedById: actor.id,
      createdAt: deps.clock.now(),
    };
    let result = await deps.imports.create(row);
    if (isPastResuming(result.process, row.createdAt)) {
      await deps.imports.change(result.process.id, row.createdAt, (process) => superseded(process, row.createdAt));
      result = await deps.imports.create(row);
    }
    isKept = result.isNew;
    return result;
  } finally {
    if (!isKept) await deps.uploads.remove(uploadId);
  }
}

async function resumeIfCancelled(deps: ImportTicketsDeps, process: ImportProcess): Promise<ImportProcess> {
  if (process.status !== 'CANCELLED') return process;
  const now = deps.clock.now();
  const change = await deps.imports.change(process.id, now, (cancelled) => resumed(cancelled, now));
  return change?.process ?? process;
}

/** A lost hint costs a moment, not the import: what is queued is looked for at intervals. */
async function queueReading(deps: ImportTicketsDeps, importId: string): Promise<void> {
  try {
    await deps.jobs.read(importId);
  } catch (error) {
    deps.logger.warn({ importId, err: error }, 'import could not be queued; it will be picked up by the next round');
  }
}
