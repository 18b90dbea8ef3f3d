import ExcelJS from 'exceljs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CellValue } from '../src/domain/sheet-row.ts';
import { ThreadedWorkbookWriter } from '../src/infrastructure/excel/threaded-workbook-writer.ts';
import { writeWorkbook } from '../src/infrastructure/excel/write-workbook.ts';
import { readWithSaxes } from './support/saxes-oracle.ts';
import { readBytes, type Scratch, scratchFolder } from './support/sheets.ts';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await scratchFolder();
});
afterAll(() => scratch.clean());

type Rows = readonly (readonly CellValue[])[];

const columnsUnder = (headers: readonly string[]) => headers.map((header) => ({ header, width: 12, wraps: false }));

async function* pagesOf(rows: Rows, size: number): AsyncGenerator<Rows> {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}

/** The bytes of a workbook, written in this thread. */
async function written(headers: readonly string[], rows: Rows, page = 3): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const sheet = { name: 'Rejected <rows>', columns: columnsUnder(headers) };
  await writeWorkbook(sheet, pagesOf(rows, page), (bytes) => void pieces.push(bytes));
  return Buffer.concat(pieces);
}

async function openedByExceljs(bytes: Buffer): Promise<ExcelJS.Worksheet> {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(bytes as unknown as ArrayBuffer);
  const [sheet] = book.worksheets;
  if (!sheet) throw new Error('no sheet');
  return sheet;
}

/** The rows without blank cells at their ends and without those that are blank altogether, numbered as in the sheet. */
function expected(rows: Rows) {
  return rows.flatMap((row, index) => {
    const values = row.slice(0, row.findLastIndex((value) => value !== null && value !== '') + 1);
    const blank = (value: CellValue) => (value === '' ? null : value);
    return values.length === 0 ? [] : [{ rowNumber: index + 2, values: values.map(blank) }];
  });
}

const DATES = { min: new Date('1899-12-31T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true };
const pieces = fc.constantFrom(
  ...['_', '_x', '_x0041_', '_x005F_', '_x000', 'x0041_', '0041', 'D_', '\r', '\n', '\t', '\0', '\x0b', '\x1f', '\x7f'],
  ...[
    '\ud83d',
    '\ude00',
    '\ufffe',
    '\uffff',
    '&',
    '&amp;',
    '<',
    '>',
    '"',
    ']]>',
    '=',
    '+',
    '-',
    '@',
    ' ',
    'é',
    '印',
    '😀',
  ],
);
const nastyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.oneof(pieces, fc.string({ maxLength: 2 })), { maxLength: 12 }).map((each) => each.join('')),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 }).map((units) => String.fromCharCode(...units)),
);
const cell: fc.Arbitrary<CellValue> = fc.oneof(
  { weight: 5, arbitrary: nastyText },
  fc.constant(null),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  fc.integer(),
  fc.date(DATES),
  fc.constantFrom('#N/A', '#DIV/0!', '#VALUE!', '#REF!', '#NAME?', '#NUM!', '#NULL!').map((error) => ({ error })),
);

describe('a workbook that is written', () => {
  it('gives back every cell as it was, to our reader and to one that shares nothing with it', async () => {
    const row = fc.array(cell, { maxLength: 8 });
    const HEADERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 9 }), async (rows) => {
        const bytes = await written(HEADERS, rows);
        const { headers, rows: read } = await readBytes(scratch, bytes);
        expect(headers).toEqual(HEADERS);
        expect(read).toEqual(expected(rows));
        expect(await readWithSaxes(bytes)).toEqual(expected(rows));
      }),
      { numRuns: 150 },
    );
  });

  it('holds texts of any length that a cell has, and rows of any width, in pages of any size', async () => {
    const long = '\r&_x0041_😀'.repeat(2_978);
    const wide = Array.from({ length: 16_384 }, (_, index) => (index % 7 === 0 ? index : `text ${index}`));
    const headers = wide.map((_, index) => `h${index}`);
    const rows = [[long, 1], wide, [], [null, long]];
    expect(long.length).toBe(32_758);
    for (const page of [1, 100]) {
      const read = await readBytes(scratch, await written(headers, rows, page));
      expect(read).toEqual({ headerRow: 1, headers, rows: expected(rows) });
    }
  });

  it('never gives a text to Excel as a formula, and keeps numbers that are texts from becoming numbers', async () => {
    const dangerous = ['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', '=HYPERLINK("http://x","y")', '00123', '1e5'];
    const harmless = ['a=1', ' =1', '2026-03-01', 'plain', '123'];
    const bytes = await written(
      ['=header', 'b'],
      [...dangerous, ...harmless].map((text) => [text]),
    );
    const sheet = await openedByExceljs(bytes);
    for (const [index, text] of dangerous.entries()) {
      const { value, numFmt, type } = sheet.getCell(index + 2, 1);
      expect({ value, numFmt, type }).toEqual({
        value: text.replace('\r', '_x000D_'),
        numFmt: '@',
        type: ExcelJS.ValueType.String,
      });
    }
    for (const index of harmless.keys()) expect(sheet.getCell(dangerous.length + index + 2, 1).numFmt).not.toBe('@');
    expect(sheet.getCell('A1').numFmt).toBe('@');
  });

  it('has what is beyond its columns under no header, up to the last column of Excel', async () => {
    const row = ['a', null, 'beyond', ...Array.from({ length: 16_384 }, () => null), 'nowhere'];
    const sheet = await openedByExceljs(await written(['a'], [row]));
    expect([sheet.getCell('A2').value, sheet.getCell('C2').value, sheet.getCell('C1').value]).toEqual([
      'a',
      'beyond',
      null,
    ]);
    expect(sheet.autoFilter).toBe('A1:A2');
    expect(sheet.columnCount).toBe(3);
  });

  it('writes what Excel has no cell for as the error that Excel shows in its place', async () => {
    const rows = [
      [new Date('0001-01-01T00:00:00Z'), new Date(Number.NaN), { error: 'a formula without a saved value' }],
    ];
    const read = await readBytes(scratch, await written(['a', 'b', 'c'], rows));
    expect(read.rows[0]?.values).toEqual([{ error: '#NUM!' }, { error: '#NUM!' }, { error: '#VALUE!' }]);
  });

  it('is formatted: a bold header that stays in sight, a filter, widths, and lines that wrap', async () => {
    const columns = [
      { header: 'when', width: 20, wraps: false },
      { header: 'reason', width: 60, wraps: true },
    ];
    const pieces: Uint8Array[] = [];
    const rows: Rows = [
      [new Date('2026-03-01T09:30:00Z'), 'one\ntwo'],
      [null, '=three'],
    ];
    await writeWorkbook({ name: 'Rejected rows', columns }, pagesOf(rows, 10), (bytes) => void pieces.push(bytes));
    const sheet = await openedByExceljs(Buffer.concat(pieces));
    expect(sheet.name).toBe('Rejected rows');
    expect(sheet.autoFilter).toBe('A1:B3');
    expect(sheet.views[0]).toMatchObject({ state: 'frozen', ySplit: 1 });
    expect([sheet.getColumn(1).width, sheet.getColumn(2).width]).toEqual([20, 60]);
    expect(sheet.getCell('A1').font).toMatchObject({ bold: true });
    expect(sheet.getCell('A2').font.bold).toBeUndefined();
    expect([sheet.getCell('A2').value, sheet.getCell('A2').numFmt]).toEqual([rows[0]?.[0], 'yyyy-mm-dd hh:mm:ss']);
    expect(sheet.getCell('B2').alignment).toMatchObject({ wrapText: true, vertical: 'top' });
    expect(sheet.getCell('B3').alignment).toMatchObject({ wrapText: true });
  });
});

describe('the thread that writes', () => {
  const writer = new ThreadedWorkbookWriter();
  const sheet = { name: 'Rejected rows', columns: columnsUnder(['a', 'b']) };
  const rows = Array.from({ length: 5_000 }, (_, index): CellValue[] => [
    `row ${index} \ud83d`,
    new Date(index * 1_000),
  ]);

  it('writes the same bytes as when it is done here', async () => {
    const bytes: Uint8Array[] = [];
    for await (const piece of writer.write(sheet, pagesOf(rows, 700), new AbortController().signal)) bytes.push(piece);
    const read = await readBytes(scratch, Buffer.concat(bytes));
    expect(read.rows).toEqual(expected(rows));
  });

  it('asks for pages only as its bytes are taken, and stops when it is left', async () => {
    let asked = 0;
    let left = false;
    async function* endless(): AsyncGenerator<Rows> {
      try {
        for (;;) {
          asked += 1;
          yield rows;
        }
      } finally {
        left = true;
      }
    }
    const bytes = writer.write(sheet, endless(), new AbortController().signal)[Symbol.asyncIterator]();
    for (let taken = 0; taken < 3; taken += 1) expect((await bytes.next()).done).toBe(false);
    expect(asked).toBeLessThan(10);
    await bytes.return?.();
    expect(left).toBe(true);
  });

  it('stops when it is told to, and passes on what goes wrong with a page', async () => {
    const stop = new AbortController();
    async function* stopping(): AsyncGenerator<Rows> {
      yield rows;
      stop.abort(new Error('gone'));
      yield rows;
    }
    const all = async (pages: AsyncIterable<Rows>, signal = new AbortController().signal) => {
      for await (const _ of writer.write(sheet, pages, signal)) {
        // Taken, and that is all.
      }
    };
    await expect(all(stopping(), stop.signal)).rejects.toThrow('aborted');
    await expect(all(pagesOf(rows, 1), AbortSignal.abort(new Error('gone before')))).rejects.toThrow('gone before');
    async function* failing(): AsyncGenerator<Rows> {
      yield rows;
      throw new Error('the store is away');
    }
    await expect(all(failing())).rejects.toThrow('the store is away');
    async function* impossible(): AsyncGenerator<Rows> {
      yield [[Symbol.iterator as unknown as string]];
    }
    await expect(all(impossible())).rejects.toThrow('could not be cloned');
  });
});
