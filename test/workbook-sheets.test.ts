import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutSheet } from '../src/application/import/cut-sheet.ts';
import type { CellValue } from '../src/domain/sheet-row.ts';
import { columnName } from '../src/domain/sheet-row.ts';
import { packText } from '../src/infrastructure/packed-text.ts';
import { readBytes, readerHere, type Scratch, scratchFolder } from './support/sheets.ts';
import { type WorkbookParts, workbookEntries, zip } from './support/zip.ts';

let scratch: Scratch;

beforeAll(async () => {
  scratch = await scratchFolder();
});
afterAll(() => scratch.clean());

function readParts(parts: WorkbookParts) {
  return readBytes(scratch, zip(workbookEntries(parts)));
}

/** The values of a sheet with the headers A to Z in row 1 and the given rows below. */
async function valuesOf(rows: string, parts: WorkbookParts = {}): Promise<readonly (readonly CellValue[])[]> {
  const headers = Array.from({ length: 26 }, (_, index) => `<c t="inlineStr"><is><t>${columnName(index)}</t></is></c>`);
  const sheet = await readParts({ ...parts, rows: `<row r="1">${headers.join('')}</row>${rows}` });
  return sheet.rows.map(({ values }) => values);
}

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
      scratch,
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

  it('may touch the last row and column that Excel has; of hundreds of columns without a header no trace is left', async () => {
    const rows = `<row r="1">${text('a', 'r="A1"')}${text('last', 'r="XFD1"')}</row><row r="1048576">${text('z', 'r="XFD1048576"')}</row>`;
    expect(await readParts({ rows })).toEqual({
      headerRow: 1,
      headers: ['a', 'last'],
      rows: [{ rowNumber: 1_048_576, values: [null, 'z'] }],
    });
  });

  it('have their columns named as they stand, also behind hundreds that have no header', async () => {
    const headers = ['A:id', 'B:client', 'C:tier', 'D:status', 'ON:created', 'OO:Created'].map((entry) => {
      const [column, name = ''] = entry.split(':');
      return text(name, `r="${column}1"`);
    });
    const rows = `<row r="1">${headers.join('')}</row><row r="2">${text('T-1', 'r="A2"')}</row>`;
    const path = await scratch.write('gap.xlsx', zip(workbookEntries({ rows })));
    const plan = { choices: [], chunkRows: 10, from: 0 };
    const cutting = async () => {
      for await (const piece of cutSheet(readerHere.read(path, { batchRows: 10 }), plan, packText)) {
        expect(piece).toMatchObject({ headers: ['id', 'client', 'tier', 'status', 'created', 'Created'] });
      }
    };
    await expect(cutting()).rejects.toThrow('The columns "created" (ON) and "Created" (OO) both stand for createdAt;');
  });

  it('may have headers that nobody sees, which are blank; a row of them is not the header', async () => {
    const row = (...values: string[]) => `<row>${values.map((value) => text(value)).join('')}</row>`;
    const rows =
      row('\u200b', '\u00ad') + row('a', '\u200b', ' \u2060 ', 'b', '\ufeff\u200d') + row('1', 'x', 'x', '2', 'x');
    expect(await readParts({ rows })).toEqual({
      headerRow: 2,
      headers: ['a', null, null, 'b'],
      rows: [{ rowNumber: 3, values: ['1', null, null, '2'] }],
    });
  });

  it('may be nothing but a header', async () => {
    expect(await readParts({ rows: `<row>${text('only')}</row>` })).toEqual({
      headerRow: 1,
      headers: ['only'],
      rows: [],
    });
  });
});
