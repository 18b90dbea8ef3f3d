import { Worker } from 'node:worker_threads';
import ExcelJS from 'exceljs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkbookReader } from '../src/application/workbook-reader.ts';
import type { CellValue } from '../src/domain/sheet-row.ts';
import { columnName } from '../src/infrastructure/excel/cell-reference.ts';
import { readWorkbook } from '../src/infrastructure/excel/read-workbook.ts';
import { ThreadedWorkbookReader } from '../src/infrastructure/excel/threaded-workbook-reader.ts';
import { DEFAULT_LIMITS } from '../src/infrastructure/excel/workbook-limits.ts';
import { readWithSaxes } from './support/saxes-oracle.ts';
import { readSheet, type Scratch, scratchFolder } from './support/sheets.ts';
import { type WorkbookParts, workbookEntries, zip } from './support/zip.ts';

const reader = new ThreadedWorkbookReader();
/** What the thread runs, without the thread: the many small files would mostly measure its start. */
const here: WorkbookReader = { read: (path, { batchRows }) => readWorkbook(path, batchRows, DEFAULT_LIMITS) };
let scratch: Scratch;
let files = 0;

beforeAll(async () => {
  scratch = await scratchFolder();
});
afterAll(() => scratch.clean());

async function readBytes(bytes: Buffer) {
  files += 1;
  return readSheet(here, await scratch.write(`${files}.xlsx`, bytes));
}

function readParts(parts: WorkbookParts) {
  return readBytes(zip(workbookEntries(parts)));
}

/** The values of a sheet with the headers A to Z in row 1 and the given rows below. */
async function valuesOf(rows: string, parts: WorkbookParts = {}): Promise<readonly (readonly CellValue[])[]> {
  const headers = Array.from({ length: 26 }, (_, index) => `<c t="inlineStr"><is><t>${columnName(index)}</t></is></c>`);
  const sheet = await readParts({ ...parts, rows: `<row r="1">${headers.join('')}</row>${rows}` });
  return sheet.rows.map(({ values }) => values);
}

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
    expect((await readBytes(bytes)).rows).toEqual([
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

describe('cells', () => {
  it('of shared text: runs joined, phonetic hints left out, escapes decoded, space kept', async () => {
    const sharedStrings =
      '<si><t>plain</t></si><si><r><rPr><b/></rPr><t xml:space="preserve">Łó </t></r><r><t>dź</t></r></si>' +
      '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si>' +
      '<si><t>a_x000D_&#10;b _x005F_x000D_</t></si><si><t/></si><si/><si><t><![CDATA[<b>&]]></t></si><si><t>_xD83D_</t></si>';
    const cells = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => `<c t="s"><v>${index}</v></c>`).join('');
    expect(await valuesOf(`<row>${cells}</row>`, { sharedStrings })).toEqual([
      ['plain', 'Łó dź', '東京', 'a\r\nb _x000D_', null, null, '<b>&', '\uD83D'],
    ]);
  });

  it('of inline text, also as runs', async () => {
    const rows =
      '<row><c t="inlineStr"><is><r><t>a</t></r><r><rPr/><t> b</t></r></is></c><c t="inlineStr"><is/></c>' +
      '<c t="inlineStr"><is><t>x_x0041_</t><rPh><t>no</t></rPh></is></c></row>';
    expect(await valuesOf(rows)).toEqual([['a b', null, 'xA']]);
  });

  it('of formulas have their saved value, and an error when there is none', async () => {
    const rows =
      '<row><c t="str"><f>A&amp;"ż"</f><v>aż</v></c><c><f>1+1</f><v>2</v></c><c t="b"><f>TRUE</f><v>1</v></c>' +
      '<c><f>NOW()</f></c><c t="str"><f>""</f><v></v></c><c t="e"><f>1/0</f><v>#DIV/0!</v></c></row>';
    expect(await valuesOf(rows)).toEqual([
      ['aż', 2, true, { error: 'a formula without a saved value' }, null, { error: '#DIV/0!' }],
    ]);
  });

  it('that contradict their type are errors that show what they hold', async () => {
    const rows =
      '<row><c><v>abc</v></c><c><v>0x10</v></c><c t="b"><v>yes</v></c><c t="d"><v>soon</v></c><c t="q"><v>1</v></c></row>';
    expect(await valuesOf(rows)).toEqual([['abc', '0x10', 'yes', 'soon', '1'].map((error) => ({ error }))]);
  });

  it('are dates by their style, built in or custom, and only then', async () => {
    const styles =
      '<numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="0.0&quot;d&quot;"/></numFmts>' +
      '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>' +
      '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf/></cellXfs>' +
      '<dxfs><dxf><numFmt numFmtId="0" formatCode="yyyy"/></dxf></dxfs>';
    const cells = ['', ' s="0"', ' s="1"', ' s="2"', ' s="3"', ' s="4"', ' s="99"'];
    const rows = `<row>${cells.map((style) => `<c${style}><v>45000.25</v></c>`).join('')}</row>`;
    const date = new Date('2023-03-15T06:00:00Z');
    expect(await valuesOf(rows, { styles })).toEqual([[45000.25, 45000.25, date, date, 45000.25, 45000.25, 45000.25]]);
    const workbook = '<workbookPr date1904="1"/><sheets><sheet name="T" sheetId="1" r:id="rId1"/></sheets>';
    const in1904 = (await valuesOf(rows, { styles, workbook }))[0]?.[2];
    expect(in1904).toEqual(new Date('2027-03-16T06:00:00Z'));
  });

  it('of the ISO date kind are dates; a day that never was is an error', async () => {
    const styles = '<cellXfs><xf/><xf numFmtId="22"/></cellXfs>';
    const rows =
      '<row><c t="d"><v>2026-03-01T09:30:00</v></c><c s="1"><v>60</v></c><c s="1"><v>-1</v></c><c s="1"/></row>';
    expect(await valuesOf(rows, { styles })).toEqual([
      [new Date('2026-03-01T09:30:00Z'), { error: '60' }, { error: '-1' }],
    ]);
  });
});

describe('sheets', () => {
  const text = (value: string, place = '') => `<c ${place} t="inlineStr"><is><t>${value}</t></is></c>`;

  it('may be sparse, and leave out the places of rows and cells', async () => {
    const rows =
      `<row r="3">${text('a', 'r="B3"')}${text('b', 'r="D3"')}</row><row r="4"/>` +
      `<row>${text('1')}${text('2')}<c/>${text('4')}</row><row r="9">${text('z', 'r="D9"')}</row><row><c r="C10"><v>5</v></c></row>`;
    const sheet = await readParts({ rows });
    expect(sheet).toEqual({
      headerRow: 3,
      headers: [null, 'a', null, 'b'],
      rows: [
        // Column A has no header.
        { rowNumber: 5, values: [null, '2', null, '4'] },
        { rowNumber: 9, values: [null, null, null, 'z'] },
      ],
    });
  });

  it('are taken in the order of their tabs: the first that is visible and has cells, wherever it lies', async () => {
    const type = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
    const link = (id: string, kind: string, target: string) =>
      `<Relationship Target="${target}" Type="${type}/${kind}" Id="${id}"/>`;
    const sheet = (value: string) => `<worksheet><sheetData><row>${text(value)}</row></sheetData></worksheet>`;
    const read = await readParts({
      workbook:
        '<sheets><sheet name="h" sheetId="4" state="hidden" r:id="a"/><sheet name="v" sheetId="3" state="veryHidden" r:id="a"/>' +
        '<sheet name="c" sheetId="2" r:id="b"/><sheet name="yes" sheetId="9" r:id="c"/><sheet name="n" sheetId="1" r:id="a"/></sheets>',
      links:
        link('a', 'worksheet', 'worksheets/sheet1.xml') +
        link('b', 'chartsheet', 'chartsheets/sheet1.xml') +
        link('c', 'worksheet', '/Odd%20place/Sheet.XML'),
      more: [
        { name: 'xl/worksheets/sheet1.xml', data: sheet('wrong') },
        { name: 'odd place/sheet.xml', data: sheet('right') },
      ],
    });
    expect(read.headers).toEqual(['right']);
  });

  it('may have prefixes on every element, a byte order mark, and parts reached by ../', async () => {
    const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
    const type = 'http://purl.oclc.org/ooxml/officeDocument/relationships';
    const read = await readBytes(
      zip([
        {
          name: '_rels/.rels',
          data: `<p:Relationships xmlns:p="u"><p:Relationship Id="x" Type="${type}/officeDocument" Target="/book/main.xml"/></p:Relationships>`,
        },
        {
          name: 'book/main.xml',
          data: `\uFEFF<x:workbook xmlns:x="${main}" xmlns:q="${type}"><x:sheets><x:sheet name="ż" sheetId="1" q:id="s1"/></x:sheets></x:workbook>`,
        },
        {
          name: 'book/_rels/main.xml.rels',
          data:
            `<Relationships><Relationship Id="s1" Type="${type}/worksheet" Target="./../sheets/one.xml"/>` +
            `<Relationship Id="s2" Type="${type}/sharedStrings" Target="..\\texts.xml"/></Relationships>`,
        },
        {
          name: 'sheets/one.xml',
          deflate: true,
          data: `<x:worksheet xmlns:x="${main}"><x:sheetData><x:row x:no="1" r="1"><x:c t="s"><x:v>0</x:v></x:c></x:row></x:sheetData></x:worksheet>`,
        },
        { name: 'texts.xml', data: `<x:sst xmlns:x="${main}"><x:si><x:t>żółw</x:t></x:si></x:sst>` },
      ]),
    );
    expect(read.headers).toEqual(['żółw']);
  });

  it('may touch the last row and column that Excel has', async () => {
    const rows = `<row r="1">${text('a', 'r="A1"')}${text('last', 'r="XFD1"')}</row><row r="1048576">${text('z', 'r="XFD1048576"')}</row>`;
    const { headers, rows: read } = await readParts({ rows });
    expect([headers.length, headers[16_383]]).toEqual([16_384, 'last']);
    expect([read[0]?.rowNumber, read[0]?.values[16_383]]).toEqual([1_048_576, 'z']);
  });

  it('may be nothing but a header', async () => {
    expect(await readParts({ rows: `<row>${text('only')}</row>` })).toEqual({
      headerRow: 1,
      headers: ['only'],
      rows: [],
    });
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
      'texts take more than 1 MB of memory',
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
        expect((await readBytes(bytes)).rows).toEqual(await readWithSaxes(bytes));
      }),
      { numRuns: 40 },
    );
  });
});
