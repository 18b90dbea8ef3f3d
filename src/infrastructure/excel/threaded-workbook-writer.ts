import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SheetColumn, WorkbookWriter } from '../../application/workbook-writer.ts';
import type { CellValue } from '../../domain/sheet-row.ts';
import type { FromWriter, ToWriter, WritingTask } from './writer-messages.ts';

/** A page and its markup; of a page that one hostile row fills, that is some ten megabytes. */
const HEAP_MB = 128;

/** Writes each workbook in a thread of its own, so that whoever calls it answers others meanwhile. */
export class ThreadedWorkbookWriter implements WorkbookWriter {
  async *write(
    sheet: { readonly name: string; readonly columns: readonly SheetColumn[] },
    pages: AsyncIterable<readonly (readonly CellValue[])[]>,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    signal.throwIfAborted();
    const worker = startWorker({ name: sheet.name, columns: sheet.columns });
    const post = (page: ToWriter) => worker.postMessage(page);
    const stop = () => void worker.terminate();
    signal.addEventListener('abort', stop, { once: true });
    const coming = pages[Symbol.asyncIterator]();
    try {
      // Throws what ends the thread, and when `signal` is aborted.
      for await (const [event] of on(worker, 'message', { signal, close: ['exit'] })) {
        const message = event as FromWriter;
        if (message.kind === 'end') return;
        if (message.kind === 'bytes') {
          yield message.bytes;
        } else {
          const { done, value } = await coming.next();
          post(done ? null : value);
        }
      }
      throw new Error('The thread that writes the workbook ended early.');
    } finally {
      signal.removeEventListener('abort', stop);
      await Promise.all([worker.terminate(), coming.return?.()]);
    }
  }
}

function startWorker(task: WritingTask): Worker {
  const script = import.meta.url.endsWith('.ts') ? './writer-worker.dev.mjs' : './writer-worker.js';
  return new Worker(new URL(script, import.meta.url), {
    workerData: task,
    name: 'workbook-writer',
    // Flags of the process (a loader, a debugger) are not for this thread.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 16 },
  });
}
