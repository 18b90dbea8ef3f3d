import { existsSync } from 'node:fs';
import { copyFile, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import ExcelJS from 'exceljs';
import { IMPORT_FIELDS } from '../../src/domain/import-columns.ts';
import { generateHistory } from '../../src/infrastructure/excel/generate/history.ts';
import { type GeneratedCell, MISTAKES } from '../../src/infrastructure/excel/generate/mistakes.ts';
import { Random } from '../../src/infrastructure/excel/generate/random.ts';
import type { Workbook } from '../../test/smoke/workbook.ts';
import type { Stage } from '../harness/benchmark.ts';

/** One row in so many has a mistake. */
const BAD_EVERY = 100;
const SEED = 33;
const NOW = new Date('2026-11-01T00:00:00Z');
const DATE_FORMAT = 'yyyy-mm-dd hh:mm:ss';
const REGIONS = ['North', 'Süd', 'Østfold', '関西', 'Île-de-France'] as const;
/** Kinds that whoever reads the file without our rules refuses as well. */
const KINDS = ['no id', 'unknown tier', 'unknown status', 'resolved before it was created', 'priority out of range'];

/**
 * A workbook of 11 columns (the ten of the format and one that is ignored), with two columns of dates, shared strings and 1 % of bad rows.
 * BENCH_SEEDS names a folder that keeps it for the next run.
 */
export async function workbookOf(stage: Stage, rows: number): Promise<Workbook> {
  const path = join(stage.folder, `${rows}.xlsx`);
  const bad = Math.floor((rows + BAD_EVERY / 2) / BAD_EVERY);
  const kept = process.env.BENCH_SEEDS ? join(process.env.BENCH_SEEDS, `import-${SEED}-${rows}.xlsx`) : null;
  if (kept && existsSync(kept)) {
    await copyFile(kept, path);
    return { path, rows, bad };
  }
  stage.say(`writing a workbook of ${rows.toLocaleString('en-US')} rows`);
  await write(path, rows);
  if (kept) {
    await mkdir(dirname(kept), { recursive: true });
    await copyFile(path, kept);
  }
  return { path, rows, bad };
}

async function write(path: string, rows: number): Promise<void> {
  const file = await open(path, 'w');
  const stream = file.createWriteStream();
  const book = new ExcelJS.stream.xlsx.WorkbookWriter({ stream, useSharedStrings: true, useStyles: true });
  const sheet = book.addWorksheet('Tickets');
  sheet.addRow([...IMPORT_FIELDS, 'Region']).commit();
  let index = 0;
  for (const log of generateHistory(rows, NOW, new Random(SEED))) {
    const kind = index % BAD_EVERY === BAD_EVERY / 2 ? KINDS[Math.floor(index / BAD_EVERY) % KINDS.length] : undefined;
    const row = { ...log, ...(kind === undefined ? {} : MISTAKES[kind]?.(log, '')) };
    const cells = IMPORT_FIELDS.map((field) => plain(row[field]));
    const written = sheet.addRow([...cells, REGIONS[index % REGIONS.length]]);
    for (const [column, cell] of cells.entries()) {
      if (cell instanceof Date) written.getCell(column + 1).numFmt = DATE_FORMAT;
    }
    written.commit();
    index += 1;
    // The writer never waits by itself for what it has written to go out.
    if (index % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  sheet.commit();
  await book.commit();
}

function plain(cell: GeneratedCell): ExcelJS.CellValue {
  return cell !== null && typeof cell === 'object' && 'asNumber' in cell ? cell.asNumber : cell;
}
