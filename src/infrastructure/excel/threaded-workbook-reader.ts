import { Worker } from 'node:worker_threads';
import type { CutPiece, CutPlan, SheetCutter } from '../../application/import/cut-sheet.ts';
import {
  type SheetBatch,
  WorkbookError,
  type WorkbookReader,
  type WorkbookReadOptions,
} from '../../application/workbook-reader.ts';
import { spoolFile } from '../spool/upload-spool.ts';
import { DEFAULT_LIMITS, type WorkbookLimits } from './workbook-limits.ts';
import type { FromWorker, ReadingTask } from './workbook-messages.ts';

export interface ThreadedReaderSettings {
  /** How long one reading may keep its consumer waiting, all together, in milliseconds. The consumer's own time is free. Default 5 minutes. */
  readonly timeoutMs?: number;
  /** The JavaScript heap of the reading thread, in MB. Default 128. Shared texts lie outside of it and have their own limit. */
  readonly heapMb?: number;
  readonly limits?: Partial<WorkbookLimits>;
}

const DEFAULT_TIMEOUT_MS = 5 * 60_000;
const DEFAULT_HEAP_MB = 128;

/** Enough for the thread to read on while the consumer stores, and little enough to bound the memory of waiting pieces. */
const PIECES_IN_FLIGHT = 3;

/** Rows that the thread reads before they are cut. */
const CUT_BATCH_ROWS = 500;

/** Reads each workbook or CSV file in a thread of its own, so that neither time nor memory spent on a file is felt elsewhere. */
export class ThreadedWorkbookReader implements WorkbookReader, SheetCutter {
  readonly #timeoutMs: number;
  readonly #heapMb: number;
  readonly #limits: WorkbookLimits;

  constructor(settings: ThreadedReaderSettings = {}) {
    this.#timeoutMs = settings.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#heapMb = settings.heapMb ?? DEFAULT_HEAP_MB;
    this.#limits = { ...DEFAULT_LIMITS, ...settings.limits };
  }

  read(path: string, { signal, batchRows }: WorkbookReadOptions): AsyncGenerator<SheetBatch, void, undefined> {
    return this.#run<SheetBatch>({ path, batchRows, plan: null }, signal);
  }

  cut(path: string, plan: CutPlan, signal: AbortSignal): AsyncGenerator<CutPiece, void, undefined> {
    return this.#run<CutPiece>({ path, batchRows: CUT_BATCH_ROWS, plan }, signal);
  }

  async *#run<Piece extends SheetBatch | CutPiece>(
    what: Pick<ReadingTask, 'path' | 'batchRows' | 'plan'>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Piece, void, undefined> {
    const spool = await spoolFile(async () => {});
    try {
      yield* this.#read<Piece>({ ...what, heldAt: spool.path }, signal);
    } finally {
      await spool.remove();
    }
  }

  async *#read<Piece extends SheetBatch | CutPiece>(
    what: Pick<ReadingTask, 'path' | 'batchRows' | 'plan' | 'heldAt'>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Piece, void, undefined> {
    signal?.throwIfAborted();
    const task: ReadingTask = { ...what, limits: this.#limits, piecesInFlight: PIECES_IN_FLIGHT };
    const worker = startWorker(task, this.#heapMb);
    const inbox = new Inbox(this.#timeoutMs);
    const abort = () => {
      inbox.abandon(signal?.reason);
      void worker.terminate();
    };
    signal?.addEventListener('abort', abort, { once: true });
    worker.on('message', (message: FromWorker) => inbox.put(message));
    worker.on('messageerror', (error) => inbox.fail(error));
    worker.on('error', (error) => inbox.fail(workerFailure(error)));
    worker.on('exit', (code) =>
      inbox.fail(new Error(`The thread that reads the workbook ended early (exit code ${code}).`)),
    );
    try {
      for (;;) {
        const message = await inbox.take();
        if (message.kind === 'end') return;
        if (message.kind === 'refused') throw new WorkbookError(message.message);
        if (message.kind === 'failed') throw Object.assign(Object(message.error), message.properties);
        yield message.piece as Piece;
        worker.postMessage('next');
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      await worker.terminate();
    }
  }
}

function startWorker(task: ReadingTask, heapMb: number): Worker {
  const script = import.meta.url.endsWith('.ts') ? './workbook-worker.dev.mjs' : './workbook-worker.js';
  return new Worker(new URL(script, import.meta.url), {
    workerData: task,
    name: 'workbook-reader',
    // Flags of the process (a loader, a debugger) are not for this thread.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16 },
  });
}

function workerFailure(error: unknown): unknown {
  const outOfMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return outOfMemory ? new WorkbookError('The file is refused: reading it needs more memory than is allowed.') : error;
}

/** The messages that came and were not taken yet, in order, and the failure that comes after them. Only waiting costs time. */
class Inbox {
  readonly #messages: FromWorker[] = [];
  #remainingMs: number;
  #failure: { readonly error: unknown } | null = null;
  #wake: () => void = () => {};

  constructor(timeoutMs: number) {
    this.#remainingMs = timeoutMs;
  }

  put(message: FromWorker): void {
    if (this.#failure) return;
    this.#messages.push(message);
    this.#wake();
  }

  /** The first failure counts: what follows is only the thread falling apart. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  /** Like `fail`, but at once: what already came is of no interest any more. */
  abandon(error: unknown): void {
    this.#messages.length = 0;
    this.fail(error);
  }

  /** The next message; when there is none, the failure, or a WorkbookError once the time for waiting is used up. */
  async take(): Promise<FromWorker> {
    for (;;) {
      const message = this.#messages.shift();
      if (message) return message;
      if (this.#failure) throw this.#failure.error;
      if (this.#remainingMs <= 0)
        throw new WorkbookError('The file is refused: reading it takes longer than is allowed.');
      await this.#wait();
    }
  }

  async #wait(): Promise<void> {
    const since = performance.now();
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, this.#remainingMs);
    });
    clearTimeout(timer);
    this.#remainingMs -= performance.now() - since;
  }
}
