import { getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { cutSheet } from '../../application/import/cut-sheet.ts';
import { WorkbookError } from '../../application/workbook-reader.ts';
import { readCsv } from '../csv/read-csv.ts';
import { fileKind } from './file-kind.ts';
import { readWorkbook } from './read-workbook.ts';
import type { FromWorker, ReadingTask } from './workbook-messages.ts';

const port = parentPort;
if (!port) throw new Error('workbook-worker runs only as a worker thread');

/** The niceness of this thread: whoever waits for an answer goes first. */
const NICENESS = 10;

try {
  // Only Linux has priorities of threads; elsewhere this would be the whole process.
  if (process.platform === 'linux' && getPriority() < NICENESS) setPriority(NICENESS);
} catch {
  // A sandbox that forbids it forbids no reading.
}

const task = workerData as ReadingTask;
let credit = task.piecesInFlight;
let creditCame = () => {};
port.on('message', () => {
  credit += 1;
  creditCame();
});

const post = (message: FromWorker) => port.postMessage(message);
try {
  const isCsv = (await fileKind(task.path)) === 'csv';
  const batches = isCsv ? readCsv(task.path, task.batchRows) : readWorkbook(task.path, task.batchRows, task.limits);
  for await (const piece of task.plan ? cutSheet(batches, task.plan) : batches) {
    while (credit === 0) {
      await new Promise<void>((resolve) => {
        creditCame = resolve;
      });
    }
    credit -= 1;
    post({ kind: 'piece', piece });
  }
  post({ kind: 'end' });
} catch (error) {
  // A class does not survive the way between threads, so the fault of the file goes as its sentence;
  // nor do an error's own properties, such as the operating system's code.
  if (error instanceof WorkbookError) post({ kind: 'refused', message: error.message });
  else post({ kind: 'failed', error, properties: { ...(error as object) } });
} finally {
  port.close();
}
