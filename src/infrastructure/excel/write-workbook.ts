import type { SheetColumn } from '../../application/workbook-writer.ts';
import { type CellValue, columnName } from '../../domain/sheet-row.ts';

import { cellXml, KINDS, LOOKS, type Look, textToXml } from './cell-xml.ts';
import { MAX_COLUMNS } from './workbook-limits.ts';
import { ZipWriter } from './zip-writer.ts';

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const LINKS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** The first number of formats of one's own. */
const DATE_FORMAT = 164;
const NUMBER_FORMATS = { general: 0, date: DATE_FORMAT, text: 49 };

/** Markup is handed on in pieces of about this many characters. */
const PIECE = 64 * 1024;

type Rows = readonly (readonly CellValue[])[];

/**
 * Writes a workbook as `WorkbookWriter.write` says, in this thread. The next page is asked for when the markup of this one is
 * packed; what is packed goes to `sink`.
 */
export async function writeWorkbook(
  sheet: { readonly name: string; readonly columns: readonly SheetColumn[] },
  pages: AsyncIterable<Rows>,
  sink: (bytes: Uint8Array) => void,
): Promise<void> {
  const zip = new ZipWriter(sink);
  for (const [name, content] of fixedParts(sheet.name)) await zip.add(name, [XML + content]);
  await zip.add('xl/worksheets/sheet1.xml', sheetXml(sheet.columns, pages));
  zip.end();
}

async function* sheetXml(columns: readonly SheetColumn[], pages: AsyncIterable<Rows>): AsyncGenerator<string> {
  const names = columns.map((_, index) => columnName(index));
  const looks = columns.map(({ wraps }): Look => (wraps ? 'wrapped' : 'plain'));
  yield `${XML}<worksheet xmlns="${MAIN}">${FROZEN_HEADER}<sheetFormatPr defaultRowHeight="15"/>${widths(columns)}<sheetData>`;
  const headers = columns.map(({ header }) => header);
  const asHeader = columns.map((): Look => 'header');
  yield* rowXml(1, headers, names, asHeader);
  let row = 1;
  for await (const rows of pages) {
    let piece = '';
    for (const values of rows) {
      row += 1;
      for (const markup of rowXml(row, values, names, looks)) {
        piece += markup;
        if (piece.length < PIECE) continue;
        yield piece;
        piece = '';
      }
    }
    yield piece;
  }
  yield `</sheetData><autoFilter ref="A1:${names.at(-1) ?? 'A'}${row}"/></worksheet>`;
}

/** The markup of a row in pieces: it may have thousands of long cells. */
function* rowXml(
  row: number,
  values: readonly CellValue[],
  names: readonly string[],
  looks: readonly Look[],
): Generator<string> {
  let piece = `<row r="${row}">`;
  const width = Math.min(values.length, MAX_COLUMNS);
  for (let index = 0; index < width; index += 1) {
    const name = names[index] ?? columnName(index);
    piece += cellXml(`${name}${row}`, values[index] ?? null, looks[index] ?? 'plain');
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}</row>`;
}

const FROZEN_HEADER =
  '<sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>';

function widths(columns: readonly SheetColumn[]): string {
  const each = columns.map(({ width }, index) => {
    const number = index + 1;
    return `<col min="${number}" max="${number}" width="${width}" customWidth="1"/>`;
  });
  return `<cols>${each.join('')}</cols>`;
}

/** Every part but the sheet. */
function fixedParts(sheetName: string): readonly (readonly [string, string])[] {
  const link = (id: string, kind: string, target: string) =>
    `<Relationship Id="${id}" Type="${LINKS}/${kind}" Target="${target}"/>`;
  const links = (...each: string[]) =>
    `<Relationships xmlns="${PACKAGE}/relationships">${each.join('')}</Relationships>`;
  const part = (name: string, type: string) => `<Override PartName="${name}" ContentType="${TYPES}.${type}+xml"/>`;
  const types = [
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
    '<Default Extension="xml" ContentType="application/xml"/>',
    part('/xl/workbook.xml', 'sheet.main'),
    part('/xl/styles.xml', 'styles'),
    part('/xl/worksheets/sheet1.xml', 'worksheet'),
  ];
  const sheets = `<sheets><sheet name="${textToXml(sheetName)}" sheetId="1" r:id="rId1"/></sheets>`;
  return [
    ['[Content_Types].xml', `<Types xmlns="${PACKAGE}/content-types">${types.join('')}</Types>`],
    ['_rels/.rels', links(link('rId1', 'officeDocument', 'xl/workbook.xml'))],
    ['xl/workbook.xml', `<workbook xmlns="${MAIN}" xmlns:r="${LINKS}">${sheets}</workbook>`],
    [
      'xl/_rels/workbook.xml.rels',
      links(link('rId1', 'worksheet', 'worksheets/sheet1.xml'), link('rId2', 'styles', 'styles.xml')),
    ],
    ['xl/styles.xml', stylesXml()],
  ];
}

/** A cell format for each look and kind, in the order of `styleOf`. */
function stylesXml(): string {
  const formats = LOOKS.flatMap((look) =>
    KINDS.map((kind) => {
      const font = look === 'header' ? 1 : 0;
      const quote = kind === 'text' ? ' quotePrefix="1"' : '';
      const wrap = look === 'wrapped' ? ' wrapText="1"' : '';
      return `<xf numFmtId="${NUMBER_FORMATS[kind]}" fontId="${font}" fillId="0" borderId="0" xfId="0"${quote} applyNumberFormat="1" applyFont="1" applyAlignment="1"><alignment vertical="top"${wrap}/></xf>`;
    }),
  );
  const font = (bold: string) => `<font>${bold}<sz val="11"/><name val="Calibri"/><family val="2"/></font>`;
  return `<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="${DATE_FORMAT}" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="2">${font('')}${font('<b/>')}</fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="${formats.length}">${formats.join('')}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
}
