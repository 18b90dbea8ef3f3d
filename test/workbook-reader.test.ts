import { Worker } from 'node:worker_threads';
import ExcelJS from 'exceljs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CellValue } from '../src/domain/sheet-row.ts';
import { ThreadedWorkbookReader } from '../src/infrastructure/excel/threaded-workbook-reader.ts';
import { readWithSaxes } from './support/saxes-oracle.ts';
import { readBytes, readSheet, type Scratch, scratchFolder } from './support/sheets.ts';

const reader = new ThreadedWorkbookReader();
let scratch: Scratch;

beforeAll(async () => {
  scratch = await scratchFolder();
});
afterAll(() => scratch.clean());

const HARD_TEXTS = [
  'Łódź',
  'größer',
  '印刷機が壊れた',
  '😀👩‍👩‍👧',
  'Ünïcödé\u00a0',
  'مرحبا',
  'a\tb',
  'x\ny',
  '<&>"\'',
  '_x00_',
  ' lead',
];

function hardText(row: number, column: number): string {
  return `${HARD_TEXTS[(row * 7 + column) % HARD_TEXTS.length]} ${row}·${column}`;
}

function hardRow(row: number): CellValue[] {
  const at = new Date(Date.UTC(2024, 0, 1) + row * 61_001);
  return [hardText(row, 0), hardText(row, 1), row, row / 7, row % 2 === 0, at, hardText(row, 6), `same ${row % 10}`];
}

const HARD_HEADERS = ['č1', 'č2', 'n', 'x', 'b', 'd', 'č3', 's'];

async function streamedByExceljs(path: string, rows: number, useSharedStrings: boolean): Promise<void> {
  const book = new ExcelJS.stream.xlsx.WorkbookWriter({ filename: path, useSharedStrings, useStyles: true });
  const sheet = book.addWorksheet('Größe & 印');
  sheet.getColumn(6).numFmt = 'yyyy-mm-dd hh:mm:ss';
  sheet.addRow(HARD_HEADERS).commit();
  for (let row = 2; row <= rows; row += 1) sheet.addRow(hardRow(row)).commit();
  sheet.commit();
  await book.commit();
}

describe('what exceljs writes comes back as it was', () => {
  it.each([true, false])('streamed, with text in every script (shared: %s)', async (shared) => {
    const path = scratch.path(`streamed-${shared}.xlsx`);
    await streamedByExceljs(path, 3000, shared);
    const sheet = await readSheet(reader, path);
    expect(sheet.headerRow).toBe(1);
    expect(sheet.headers).toEqual(HARD_HEADERS);
    expect(sheet.rows).toEqual(
      Array.from({ length: 2999 }, (_, index) => ({ rowNumber: index + 2, values: hardRow(index + 2) })),
    );
  });

  it('written at once, with rich text, links, formulas and errors', async () => {
    const book = new ExcelJS.Workbook();
    const sheet = book.addWorksheet('One');
    sheet.addRow(['a', 'b', 'c', 'd', 'e', 'f']);
    sheet.addRow([
      { richText: [{ font: { bold: true }, text: 'Łó' }, { text: 'dź' }] },
      { text: 'link', hyperlink: 'https://example.com' },
      { formula: 'UPPER("ż")', result: 'Ż' },
      { formula: 'NOW()', result: new Date('2026-03-01T09:30:00Z') },
      { error: '#N/A' },
      { formula: '1/0', result: { error: '#DIV/0!' } },
    ]);
    sheet.getCell('D2').numFmt = 'dd/mm/yyyy hh:mm';
    const bytes = Buffer.from(await book.xlsx.writeBuffer());
    expect((await readBytes(scratch, bytes)).rows).toEqual([
      {
        rowNumber: 2,
        values: ['Łódź', 'link', 'Ż', new Date('2026-03-01T09:30:00Z'), { error: '#N/A' }, { error: '#DIV/0!' }],
      },
    ]);
  });

  it('every time, also while all cores are busy', async () => {
    const path = scratch.path('busy.xlsx');
    await streamedByExceljs(path, 2500, true);
    const quiet = await readSheet(reader, path, 333);
    const burners = Array.from({ length: 2 }, () => new Worker('for (;;);', { eval: true }));
    try {
      const busy = await Promise.all(
        Array.from({ length: 4 }, (_, index) => readSheet(reader, path, 100 + 77 * index)),
      );
      for (const sheet of busy) expect(sheet).toEqual(quiet);
    } finally {
      await Promise.all(burners.map((burner) => burner.terminate()));
    }
    expect(quiet.rows.at(-1)).toEqual({ rowNumber: 2500, values: hardRow(2500) });
  });
});

describe('limits', () => {
  it('on inflated bytes, entries, memory and time end in a sentence each', async () => {
    const path = scratch.path('limits.xlsx');
    await streamedByExceljs(path, 20_000, true);
    const read = (settings: ConstructorParameters<typeof ThreadedWorkbookReader>[0]) =>
      readSheet(new ThreadedWorkbookReader(settings), path);
    await expect(read({ limits: { partBytes: 1024 ** 2 } })).rejects.toThrow('unpacks to more than 1 MB.');
    await expect(read({ limits: { entries: 3 } })).rejects.toThrow(/holds \d+ files; at most 3 are allowed/);
    await expect(read({ limits: { sharedTextBytes: 1024 ** 2 } })).rejects.toThrow(
      'they take more than 1 MB of memory',
    );
    await expect(read({ timeoutMs: 20 })).rejects.toThrow('takes longer than is allowed');
    await expect(read({ heapMb: 6 })).rejects.toThrow('needs more memory than is allowed');
  });

  it('on time leave the consumer all the time it likes', async () => {
    const path = scratch.path('patient.xlsx');
    await streamedByExceljs(path, 300, true);
    let rows = 0;
    for await (const batch of new ThreadedWorkbookReader({ timeoutMs: 2000 }).read(path, { batchRows: 60 })) {
      await new Promise((resolve) => setTimeout(resolve, 450));
      if (batch.kind === 'rows') rows += batch.rows.length;
    }
    expect(rows).toBe(299);
  });
});

describe('a reading', () => {
  it('ends with the reason of its signal, before, during and between batches', async () => {
    const path = scratch.path('abort.xlsx');
    await streamedByExceljs(path, 3000, true);
    const reason = new Error('cancelled by hand');
    await expect(reader.read(path, { batchRows: 10, signal: AbortSignal.abort(reason) }).next()).rejects.toBe(reason);

    const waiting = new AbortController();
    const first = reader.read(path, { batchRows: 10, signal: waiting.signal }).next();
    waiting.abort(reason);
    await expect(first).rejects.toBe(reason);

    const between = new AbortController();
    const batches = reader.read(path, { batchRows: 10, signal: between.signal });
    expect((await batches.next()).value).toMatchObject({ kind: 'header' });
    expect((await batches.next()).value).toMatchObject({ kind: 'rows' });
    between.abort(reason);
    await expect(batches.next()).rejects.toBe(reason);
    expect(await batches.next()).toEqual({ done: true, value: undefined });
  });

  it('can be left at any point', async () => {
    const path = scratch.path('left.xlsx');
    await streamedByExceljs(path, 3000, true);
    for await (const batch of reader.read(path, { batchRows: 10 })) if (batch.kind === 'rows') break;
  });
});

describe('on random workbooks', () => {
  const cell: fc.Arbitrary<ExcelJS.CellValue> = fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }) },
    { weight: 1, arbitrary: fc.constantFrom(...HARD_TEXTS) },
    { weight: 2, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
    { weight: 1, arbitrary: fc.boolean() },
    {
      weight: 2,
      arbitrary: fc.date({ min: new Date('1905-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
    },
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom<ExcelJS.CellValue>({ error: '#N/A' }, { error: '#REF!' }) },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 3 })
        .map((texts) => ({ richText: texts.map((text) => ({ font: { bold: true }, text })) })),
    },
  );
  const grid = fc.array(fc.array(cell, { maxLength: 12 }), { minLength: 1, maxLength: 60 });

  it('it agrees with an independent reading by another parser', async () => {
    await fc.assert(
      fc.asyncProperty(grid, fc.boolean(), async (rows, date1904) => {
        const book = new ExcelJS.Workbook();
        book.properties.date1904 = date1904;
        const sheet = book.addWorksheet('Random');
        sheet.addRow(Array.from({ length: 12 }, (_, column) => `h${column}`));
        for (const [row, values] of rows.entries()) {
          for (const [column, value] of values.entries()) {
            if (value === null) continue;
            const target = sheet.getCell(row + 2, column + 1);
            target.value = value;
            if (value instanceof Date) target.numFmt = 'yyyy-mm-dd hh:mm:ss';
          }
        }
        const bytes = Buffer.from(await book.xlsx.writeBuffer());
        expect((await readBytes(scratch, bytes)).rows).toEqual(await readWithSaxes(bytes));
      }),
      { numRuns: 40 },
    );
  });
});
