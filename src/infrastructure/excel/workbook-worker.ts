import { parentPort, workerData } from 'node:worker_threads';
import { type CutPiece, cutSheet } from '../../application/import/cut-sheet.ts';
import { type SheetBatch, WorkbookError } from '../../application/workbook-reader.ts';
import { readCsv } from '../csv/read-csv.ts';
import { packText } from '../packed-text.ts';
import { held } from '../spool/held-pieces.ts';
import { stepBack } from '../thread-priority.ts';
import { fileKind } from './file-kind.ts';
import { readWorkbook } from './read-workbook.ts';
import type { FromWorker, ReadingTask } from './workbook-messages.ts';

const port = parentPort;
if (!port) throw new Error('workbook-worker runs only as a worker thread');

stepBack();
const task = workerData as ReadingTask;
let credit = task.piecesInFlight;
let creditCame = () => {};
port.on('message', () => {
  credit += 1;
  creditCame();
});

const isRows = ({ kind }: SheetBatch | CutPiece) => kind === 'rows' || kind === 'chunk';
const post = (message: FromWorker) => port.postMessage(message);
try {
  const isCsv = (await fileKind(task.path)) === 'csv';
  const batches = isCsv ? readCsv(task.path, task.batchRows) : readWorkbook(task.path, task.batchRows, task.limits);
  const pieces = task.plan ? cutSheet(batches, task.plan, packText) : batches;
  for await (const piece of held<SheetBatch | CutPiece>(pieces, task.heldAt, isRows)) {
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
