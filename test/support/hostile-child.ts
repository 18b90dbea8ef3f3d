// A process that reads the files it is told to, one after the other, and says what each of them cost.
import { existsSync, readdirSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type SheetBatch, WorkbookError } from '../../src/application/workbook-reader.ts';
import type { SheetRow } from '../../src/domain/sheet-row.ts';
import { readCsv } from '../../src/infrastructure/csv/read-csv.ts';
import { fileKind } from '../../src/infrastructure/excel/file-kind.ts';
import { ThreadedWorkbookReader } from '../../src/infrastructure/excel/threaded-workbook-reader.ts';
import type { Reading, ReadingOrder } from './hostile-reading.ts';
import { readerHere } from './sheets.ts';

type HeaderBatch = Extract<SheetBatch, { kind: 'header' }>;

const BATCH_ROWS = 500;
const SAMPLE_MS = 3;

/** What the system lists in a folder of its own; nothing where it has none. */
function countIn(folder: string): number {
  return existsSync(folder) ? readdirSync(folder).length : 0;
}

async function* batchesOf({ path, isThreaded, settings }: ReadingOrder): AsyncGenerator<SheetBatch> {
  if (isThreaded) yield* new ThreadedWorkbookReader(settings).read(path, { batchRows: BATCH_ROWS });
  else if ((await fileKind(path)) === 'csv') yield* readCsv(path, BATCH_ROWS);
  else yield* readerHere.read(path, { batchRows: BATCH_ROWS });
}

async function read(order: ReadingOrder): Promise<Reading> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let most = before;
  const look = () => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const lag = monitorEventLoopDelay({ resolution: 1 });
  lag.enable();
  const timer = setInterval(look, SAMPLE_MS);
  const cpu = process.cpuUsage();
  let rowCount = 0;
  const rows: SheetRow[] = [];
  let header: HeaderBatch | null = null;
  let refusal: string | null = null;
  let fault: string | null = null;
  try {
    for await (const batch of batchesOf(order)) {
      if (batch.kind === 'header') {
        header = batch;
      } else {
        rowCount += batch.rows.length;
        if (order.isKept) rows.push(...batch.rows);
      }
    }
  } catch (error) {
    if (error instanceof WorkbookError) refusal = error.message;
    else fault = error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error);
  }
  clearInterval(timer);
  lag.disable();
  look();
  const { user, system } = process.cpuUsage(cpu);
  const cost = {
    cpuMs: (user + system) / 1000,
    moreMb: (most - before) / 2 ** 20,
    lagMs: Number.isNaN(lag.max) ? 0 : lag.max / 1e6,
    left: {
      files: countIn('/proc/self/fd'),
      threads: countIn('/proc/self/task'),
      mb: process.memoryUsage.rss() / 2 ** 20,
    },
  };
  const sheet =
    order.isKept && refusal === null && header ? { headerRow: header.rowNumber, headers: header.headers, rows } : null;
  return { rowCount, sheet, refusal, fault, ...cost };
}

process.on('message', (order: ReadingOrder) => {
  void read(order).then((reading) => process.send?.(reading));
});
process.send?.('ready');
