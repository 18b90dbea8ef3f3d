import { failed, started } from '../../domain/import-process.ts';
import type { Clock, Logger } from '../runtime.ts';
import { WorkbookError } from '../workbook-reader.ts';
import type { SheetCutter } from './cut-sheet.ts';
import type { FinishImport } from './finish-import.ts';
import type { ChunkStore, DeadLetterStore, ImportJobs, ImportStore, OpenImport, Pause, UploadStore } from './ports.ts';
import { queueWaitingWork } from './queue-waiting-work.ts';

/** How many uncommitted chunks the reading may be ahead of the writing: it bounds what is stored, and progress stays live. */
const MAX_AHEAD = 40;
const LOOK_AGAIN_MS = 50;
/** A cancelled import is noticed within this time, wherever the reading is. */
const WATCH_MS = 500;

export interface ReadFileDeps {
  readonly imports: ImportStore;
  readonly chunks: ChunkStore;
  readonly deadLetters: DeadLetterStore;
  readonly uploads: UploadStore;
  readonly cutter: SheetCutter;
  readonly jobs: ImportJobs;
  readonly finish: FinishImport;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly logger: Logger;
  /** Told when a file is begun, of which chunks are to be written soon. */
  readonly onReading?: () => void;
  /** Whether an error says that a store cannot be reached for now. */
  readonly isAway: (error: unknown) => boolean;
  /** Rows in one chunk. */
  readonly chunkRows: number;
}

export interface ReadRun {
  /** The process is stopping: leave the rest to the next run. */
  readonly signal: AbortSignal;
  /** An unexpected error now, but for a store's being away, means that the file cannot be read: fail the import instead of throwing. */
  readonly isLast: boolean;
}

/** The reading was stopped on purpose: there is nothing to report. */
class Stopped extends Error {}

/**
 * Reads an upload to its end and queues its rows in chunks, never far ahead of what is written. A repeat goes on where the
 * last one stopped. A file that is at fault fails the import with a sentence that says why.
 */
export const readFile =
  (deps: ReadFileDeps) =>
  async (importId: string, run: ReadRun): Promise<void> => {
    const now = deps.clock.now();
    await deps.imports.change(importId, now, (process) => started(process, now));
    const open = await deps.chunks.open(importId);
    if (!open) return;
    // What an earlier run left behind, so that a resumed import does not wait for the next round.
    await queueWaitingWork(deps, importId);
    if (open.isCut) return deps.finish(importId);

    const stop = new AbortController();
    const onStopping = () => stop.abort(new Stopped());
    run.signal.addEventListener('abort', onStopping, { once: true });
    if (run.signal.aborted) onStopping();
    const watching = watch(deps, importId, stop);
    try {
      await readToEnd(deps, open, stop.signal);
    } catch (error) {
      if (stop.signal.aborted || error instanceof Stopped) return;
      if (error instanceof WorkbookError) await fail(deps, importId, error.message);
      // What a store that is away holds up is no fault of the file: the next round goes on.
      else if (run.isLast && !deps.isAway(error)) await failUnexpectedly(deps, importId, error);
      else throw error;
    } finally {
      run.signal.removeEventListener('abort', onStopping);
      stop.abort(new Stopped());
      await watching;
    }
    await deps.finish(importId);
  };

async function readToEnd(deps: ReadFileDeps, open: OpenImport, signal: AbortSignal): Promise<void> {
  const { id, mapping } = open.process;
  deps.onReading?.();
  const file = await deps.uploads.spool(open.uploadId, signal);
  try {
    // The cut must stay the same for all of a file, also when the setting has changed since it was begun.
    const chunkRows = open.chunkRows ?? deps.chunkRows;
    const plan = { choices: mapping ?? [], chunkRows, from: open.chunks };
    for await (const piece of deps.cutter.cut(file.path, plan, signal)) {
      if (piece.kind === 'header') {
        await deps.chunks.saveHeader(id, piece.headers, piece.fields);
      } else if (piece.kind === 'chunk') {
        await waitForRoom(deps, id, signal);
        await deps.chunks.addChunks(id, [piece.chunk]);
        await deps.jobs.chunks(id, [piece.chunk.seq]);
      } else {
        signal.throwIfAborted();
        await deps.chunks.saveTotal(id, piece.totalRows);
      }
    }
  } finally {
    await file.remove();
  }
}

async function waitForRoom(deps: ReadFileDeps, id: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const { isRunning, uncommitted } = await deps.chunks.backlog(id);
    if (!isRunning) throw new Stopped();
    if (uncommitted < MAX_AHEAD) return;
    await deps.pause(LOOK_AGAIN_MS, signal);
  }
}

/** Stops the reading when the import runs no longer; a look that fails is left to the next one. */
async function watch(deps: ReadFileDeps, id: string, stop: AbortController): Promise<void> {
  while (!stop.signal.aborted) {
    try {
      await deps.pause(WATCH_MS, stop.signal);
      const { isRunning } = await deps.chunks.backlog(id);
      if (!isRunning) stop.abort(new Stopped());
    } catch (error) {
      if (!stop.signal.aborted) deps.logger.warn({ importId: id, err: error }, 'could not look after a running import');
    }
  }
}

async function fail(deps: ReadFileDeps, importId: string, reason: string): Promise<void> {
  const now = deps.clock.now();
  await deps.imports.change(importId, now, (process) => failed(process, reason, now));
}

async function failUnexpectedly(deps: ReadFileDeps, importId: string, error: unknown): Promise<void> {
  deps.logger.error({ importId, err: error }, 'import failed: its file could not be read');
  await fail(deps, importId, 'The file could not be read because of an error in the server; upload it again.');
}
