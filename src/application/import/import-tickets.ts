import type { Actor } from '../../domain/actor.ts';
import { type MappingInput, parseMapping } from '../../domain/import-mapping.ts';
import { type ImportProcess, isPastResuming, sanitiseFilename, superseded } from '../../domain/import-process.ts';
import { authorise } from '../authorise.ts';
import type { Clock, Logger, NewId } from '../runtime.ts';
import type { ImportJobs, ImportStore, NewImport, UploadStore } from './ports.ts';
import { queueReading, resumeCancelled } from './resume-import.ts';

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

/** How a file is to be imported. */
export interface ImportOptions {
  /** Judge every row and store none. */
  readonly dryRun: boolean;
  /** What its columns are, where their headers do not say it. */
  readonly mapping: readonly MappingInput[] | null;
}

/**
 * Keeps the file and queues its import. The same bytes with the same options again give the import that exists, unless that
 * one failed; a cancelled one goes on, for 30 days. VALIDATION_FAILED for a mapping that makes no sense. PAYLOAD_TOO_LARGE
 * beyond `maxBytes`; no import is made then, nor when the client goes away.
 */
export const importTickets =
  (deps: ImportTicketsDeps) =>
  async (actor: Actor, file: IncomingFile, options: ImportOptions = PLAIN): Promise<ImportProcess> => {
    authorise(actor, 'import.manage');
    const mapping = parseMapping(options.mapping);
    const uploadId = deps.newId();
    const stored = await deps.uploads.save(uploadId, file.content, deps.maxBytes);
    const wanted = { ...stored, uploadId, filename: file.filename, dryRun: options.dryRun, mapping };
    const { process, isNew } = await createFrom(deps, actor, wanted);
    if (!isNew) return resumeCancelled(deps, process);
    await queueReading(deps, process.id);
    return process;
  };

const PLAIN: ImportOptions = { dryRun: false, mapping: null };

async function createFrom(
  deps: ImportTicketsDeps,
  actor: Actor,
  wanted: Omit<NewImport, 'id' | 'uploadedById' | 'createdAt'>,
): Promise<{ readonly process: ImportProcess; readonly isNew: boolean }> {
  const { uploadId } = wanted;
  let isKept = false;
  try {
    const row = {
      ...wanted,
      id: deps.newId(),
      filename: sanitiseFilename(wanted.filename),
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
