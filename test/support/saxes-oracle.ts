import { SaxesParser, type SaxesTagNS } from 'saxes';
import type { CellValue, SheetRow } from '../../src/domain/sheet-row.ts';
import { isDateCode } from './date-code.ts';
import type { WholeSheet } from './sheets.ts';
import { unzip } from './unzip.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

interface Book {
  readonly texts: readonly string[];
  /** For each cell style whether it shows a date. */
  readonly dates: readonly boolean[];
  readonly date1904: boolean;
}

/**
 * The first visible sheet of a workbook, read the slow and obvious way: the whole of each part as one tree, by an XML parser
 * and code that share nothing with the product's.
 */
export async function sheetWithSaxes(bytes: Buffer): Promise<WholeSheet> {
  const parts = await unzip(bytes);
  const part = (name: string) => tree(parts.get(name) ?? '<none/>');
  const linksOf = (name: string) => {
    const [, folder = '', file = ''] = /^(.*\/)?([^/]*)$/.exec(name) ?? [];
    return all(part(`${folder}_rels/${file}.rels`), 'Relationship')
      .filter(({ attributes }) => attributes.TargetMode !== 'External')
      .map(({ attributes: { Id = '', Type = '', Target = '' } }) => ({
        id: Id,
        kind: Type.split('/').at(-1),
        part: target(name, Target),
      }));
  };
  const main = linksOf('').find(({ kind }) => kind === 'officeDocument')?.part ?? 'xl/workbook.xml';
  const links = linksOf(main);
  const workbook = part(main);
  const linked = (kind: string) => part(links.find((link) => link.kind === kind)?.part ?? '');

  const visible = all(workbook, 'sheet').filter(({ attributes }) => (attributes.state ?? 'visible') === 'visible');
  const [sheet = ''] = visible.flatMap(({ attributes }) => {
    const id = Object.entries(attributes).find(([name]) => name.endsWith(':id'))?.[1];
    return links.filter((link) => link.id === id && link.kind === 'worksheet').map((link) => link.part);
  });
  return readRows(part(sheet), {
    texts: children(child(linked('sharedStrings'), 'sst'), 'si').map(richText),
    dates: datesOf(child(linked('styles'), 'styleSheet')),
    date1904: /^(1|true)$/.test(all(workbook, 'workbookPr')[0]?.attributes.date1904 ?? ''),
  });
}

/** Its rows below the header. */
export async function readWithSaxes(bytes: Buffer): Promise<readonly SheetRow[]> {
  return (await sheetWithSaxes(bytes)).rows;
}

function readRows(root: Element, book: Book): WholeSheet {
  let last = 0;
  const rows = children(child(child(root, 'worksheet'), 'sheetData'), 'row').flatMap((row): SheetRow[] => {
    const cells = children(row, 'c');
    const byCell = /\d+$/.exec(cells[0]?.attributes.r ?? '')?.[0];
    last = Number(row.attributes.r ?? byCell ?? last + 1);
    const values: CellValue[] = [];
    let column = -1;
    for (const cell of cells) {
      const letters = /^[A-Z]+/i.exec(cell.attributes.r ?? '')?.[0].toUpperCase();
      column = letters
        ? [...letters].reduce((sum, letter) => sum * 26 + Number.parseInt(letter, 36) - 9, 0) - 1
        : column + 1;
      values[column] = cellOf(cell, book);
    }
    return values.some((value) => value !== null)
      ? [{ rowNumber: last, values: Array.from(values, (value) => value ?? null) }]
      : [];
  });
  const isNoHeader = (value: CellValue | undefined) =>
    value === null || value === undefined || (typeof value === 'string' && /^[\s\p{Cf}]*$/u.test(value));
  const [header] = rows.filter(({ values }) => !values.every(isNoHeader)).sort((a, b) => a.rowNumber - b.rowNumber);
  if (!header) throw new Error('no header');
  const headers = trimmed(header.values.map((value) => (isNoHeader(value) ? null : value)));
  // Where headers have wide gaps, the columns without one are left out.
  const named = headers.flatMap((value, column) => (value === null ? [] : [column]));
  const kept = headers.length - named.length > 256 ? named : [...headers.keys()];
  const below = rows
    .filter(({ rowNumber }) => rowNumber > header.rowNumber)
    .map(({ rowNumber, values }) => ({
      rowNumber,
      values: trimmed(kept.map((column) => (headers[column] === null ? null : (values[column] ?? null)))),
    }))
    .filter(({ values }) => values.length > 0);
  return { headerRow: header.rowNumber, headers: kept.map((column) => headers[column] ?? null), rows: below };
}

function trimmed(values: readonly CellValue[]): readonly CellValue[] {
  return values.slice(0, values.findLastIndex((value) => value !== null) + 1);
}

function cellOf(cell: Element, book: Book): CellValue {
  const { t = 'n', s = '0' } = cell.attributes;
  const [value] = children(cell, 'v');
  const [inline] = children(cell, 'is');
  if (inline && (!value || t === 'inlineStr')) return richText(inline) || null;
  const isUnknown = children(cell, 'f').length > 0 && t !== 'str' && !value?.text.trim();
  if (isUnknown) return { error: 'a formula without a saved value' };
  if (!value) return null;
  const raw = value.text;
  if (t === 'str' || t === 'inlineStr') return unescaped(raw) || null;
  const word = raw.trim();
  // What says that it is an error, or nothing that is known, is no blank cell either.
  if (word === '' && t === 'e') return { error: '#ERROR' };
  if (word === '') return /^[snbd]$/.test(t) ? null : { error: `a cell of the unknown type "${t}"` };
  if (t === 's') return (book.texts[Number(word)] ?? 'MISSING') || null;
  const read = {
    n: () => numberOf(word, book.dates[Number(s)] ?? false, book.date1904),
    b: () => BOOLEANS.get(word),
    d: () => isoDate(word),
  }[t];
  return read?.() ?? { error: word };
}

const BOOLEANS = new Map([
  ['1', true],
  ['true', true],
  ['0', false],
  ['false', false],
]);

function numberOf(text: string, isDate: boolean, date1904: boolean): number | Date | undefined {
  const number = /^[-+.\d]+(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(number)) return undefined;
  if (!isDate) return number;
  const days = date1904 ? number : number - (number < 60 ? 0 : 1);
  const date = new Date(Math.round(days * 86_400_000) + (date1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 31)));
  const isNever = number < 0 || (!date1904 && Math.floor(number) === 60) || !(date.getUTCFullYear() < 10_000);
  return isNever ? undefined : date;
}

function isoDate(text: string): Date | undefined {
  const [, day, time = 'T00:00', offset = 'Z'] = /^(\d{4}-\d\d-\d\d)(T[\d:.]+)?(Z|[-+]\d\d:\d\d)?$/.exec(text) ?? [];
  const date = new Date(`${day}${time}${offset}`);
  const isReal = !Number.isNaN(date.getTime()) && new Date(`${day}T00:00Z`).toISOString().startsWith(day ?? '?');
  return isReal ? date : undefined;
}

function richText(item: Element): string {
  const own = item.children.flatMap((inner) =>
    inner.name === 'r' ? children(inner, 't') : inner.name === 't' ? [inner] : [],
  );
  return unescaped(own.map(({ text }) => text).join(''));
}

function datesOf(styles: Element | undefined): readonly boolean[] {
  const codes = new Map(
    children(child(styles, 'numFmts'), 'numFmt').map(({ attributes }) => [
      Number(attributes.numFmtId),
      attributes.formatCode ?? '',
    ]),
  );
  return children(child(styles, 'cellXfs'), 'xf').map(({ attributes }) => {
    const id = Number(attributes.numFmtId ?? 0);
    const code = codes.get(id);
    return code === undefined ? BUILT_IN.has(id) : isDateCode(code);
  });
}

const BUILT_IN = new Set(
  '14 15 16 17 18 19 20 21 22 27 28 29 30 31 32 33 34 35 36 45 46 47 50 51 52 53 54 55 56 57 58 71 72 73 74 75 76 77 78 79 80 81'
    .split(' ')
    .map(Number),
);

function unescaped(text: string): string {
  return text
    .split(/(_x[0-9A-Fa-f]{4}_)/)
    .map((piece, index) => (index % 2 ? String.fromCharCode(Number(`0x${piece.slice(2, 6)}`)) : piece))
    .join('');
}

/** The part that a link in `source` names, as a browser would find it. */
function target(source: string, href: string): string {
  const url = new URL(href.replaceAll('\\', '/'), `file:///${source}`);
  return decodeURIComponent(url.pathname).slice(1).normalize('NFC').toLowerCase();
}

function tree(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser({ xmlns: true });
  const text = (more: string) => {
    const element = open.at(-1);
    if (element) element.text += more;
  };
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag: SaxesTagNS) => {
    const attributes = Object.fromEntries(Object.values(tag.attributes).map(({ name, value }) => [name, value]));
    const element: Element = { name: tag.local, attributes, children: [], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', text);
  parser.on('cdata', text);
  parser.on('closetag', () => void open.pop());
  parser.write(xml).close();
  return root;
}

function all(element: Element, name: string): readonly Element[] {
  return element.children.flatMap((inner) => (inner.name === name ? [inner] : all(inner, name)));
}

function children(element: Element | undefined, name: string): readonly Element[] {
  return element?.children.filter((inner) => inner.name === name) ?? [];
}

function child(element: Element | undefined, name: string): Element | undefined {
  return children(element, name)[0];
}
