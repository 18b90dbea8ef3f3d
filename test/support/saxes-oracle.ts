import { SaxesParser } from 'saxes';
import { fromBufferPromise } from 'yauzl';
import type { CellValue, SheetRow } from '../../src/domain/sheet-row.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/**
 * The rows below the header of a workbook by exceljs or by the product, read the slow and obvious way: the whole of each part
 * as one tree, by a parser that shares nothing with the product's. It knows only what the tests' workbooks hold: one sheet,
 * dates by format 164 and above, every cell with its place.
 */
export async function readWithSaxes(bytes: Buffer): Promise<readonly SheetRow[]> {
  const parts = await unzip(bytes);
  const shared = all(tree(parts.get('xl/sharedStrings.xml') ?? '<sst/>'), 'si').map((item) =>
    all(item, 't')
      .map(({ text }) => text)
      .join(''),
  );
  const date1904 = all(tree(parts.get('xl/workbook.xml') ?? ''), 'workbookPr')[0]?.attributes.date1904 === '1';
  const formats = all(child(tree(parts.get('xl/styles.xml') ?? ''), 'cellXfs'), 'xf').map((xf) =>
    Number(xf.attributes.numFmtId),
  );
  const rows = all(tree(parts.get('xl/worksheets/sheet1.xml') ?? ''), 'row').slice(1);
  return rows.flatMap((row) => {
    const values: CellValue[] = [];
    for (const cell of all(row, 'c')) {
      const value = cellOf(cell, shared, formats, date1904);
      if (value === null) continue;
      const column = (cell.attributes.r ?? '').charCodeAt(0) - 65;
      while (values.length < column) values.push(null);
      values[column] = value;
    }
    return values.length === 0 ? [] : [{ rowNumber: Number(row.attributes.r), values }];
  });
}

function cellOf(cell: Element, shared: readonly string[], formats: readonly number[], date1904: boolean): CellValue {
  if (cell.attributes.t === 'inlineStr') return unescaped(all(cell, 't')[0]?.text ?? '') || null;
  const raw = all(cell, 'v')[0]?.text;
  if (raw === undefined || raw === '') return null;
  const { t, s } = cell.attributes;
  if (t === 's') return unescaped(shared[Number(raw)] ?? 'MISSING') || null;
  if (t === 'str') return unescaped(raw);
  if (t === 'b') return raw === '1';
  if (t === 'e') return { error: raw };
  if ((formats[Number(s)] ?? 0) < 164)
    return Number.isInteger(Number(raw)) ? Number(raw) : Number(Number(raw).toPrecision(15));
  // The calendar of 1900 has a 29 February, day 60.
  const shift = date1904 ? 1462 : Number(raw) < 60 ? 1 : 0;
  return new Date(Math.round((Number(raw) - 25_569 + shift) * 86_400_000));
}

function unescaped(text: string): string {
  return text
    .split(/(_x[0-9A-Fa-f]{4}_)/)
    .map((piece, index) => (index % 2 ? String.fromCharCode(Number(`0x${piece.slice(2, 6)}`)) : piece))
    .join('');
}

function tree(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = { name, attributes, children: [], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    const element = open.at(-1);
    if (element) element.text += text;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(xml).close();
  return root;
}

function all(element: Element | undefined, name: string): readonly Element[] {
  if (!element) return [];
  return element.children.flatMap((inner) => (inner.name === name ? [inner] : all(inner, name)));
}

function child(element: Element, name: string): Element | undefined {
  return all(element, name)[0];
}

async function unzip(bytes: Buffer): Promise<ReadonlyMap<string, string>> {
  const archive = await fromBufferPromise(bytes, { lazyEntries: true });
  const parts = new Map<string, string>();
  for await (const entry of archive.eachEntry()) {
    const pieces: Buffer[] = [];
    for await (const piece of await archive.openReadStreamPromise(entry)) pieces.push(piece);
    parts.set(entry.fileName, Buffer.concat(pieces).toString('utf8'));
  }
  return parts;
}
