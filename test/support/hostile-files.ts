import { noise, repeatedPart } from './hostile-zip.ts';
import { workbookEntries, type ZipEntry, zip } from './zip.ts';

export interface HostileFile {
  readonly about: string;
  readonly bytes: () => Buffer;
  /** How it is refused, or how many rows are read below its header. */
  readonly ends: RegExp | number;
}

export const SHEET = 'xl/worksheets/sheet1.xml';
export const TEXTS = 'xl/sharedStrings.xml';
export const STYLES = 'xl/styles.xml';
export const BOOK = 'xl/workbook.xml';
export const LINKS = 'xl/_rels/workbook.xml.rels';
const MB = 2 ** 20;
const TOO_LONG = /far longer than Excel writes/;
const TOO_DEEP = /nested too deeply/;

export const text = (value: string) => `<c t="inlineStr"><is><t>${value}</t></is></c>`;
export const HEAD = `<worksheet><sheetData><row r="1">${text('id')}</row>`;
export const END = '</sheetData></worksheet>';
export const GOOD_ROW = '<row r="2"><c><v>1</v></c></row>';

/** A workbook with these parts in place of its own. */
export function bookWith(...more: readonly ZipEntry[]): Buffer {
  return zip(workbookEntries({ sheet: HEAD + GOOD_ROW + END, more }));
}

export function part(name: string, content: string): ZipEntry {
  return { name, data: content, deflate: true };
}

export const list = (count: number, item: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => item(i)).join('');

/** 400 MB of text in one piece of markup, barely compressible enough to be no bomb at once. */
function endless(name: string, head: string, unit = `${noise(5000)}${'x'.repeat(MB)}`): Buffer {
  return bookWith(repeatedPart(name, { head, unit, times: 400, isUnchecked: true }));
}

/** A sound workbook of `rows` rows, for readers that are killed on the way. */
export function longBook(rows: number): Buffer {
  return bookWith(part(SHEET, `${HEAD}${list(rows, (i) => `<row r="${i + 2}">${text(`the row ${i}`)}</row>`)}${END}`));
}

/** A workbook whose list of links takes more memory than a small heap has. */
export function manyLinks(): Buffer {
  const links = list(60_000, (i) => `<Relationship Id="${i}${'a'.repeat(300)}" Target="b${i}"/>`);
  return bookWith(part(LINKS, `<Relationships>${links}</Relationships>`));
}

const deep = (name: string, root = '') => bookWith(part(name, `${root}${'<a>'.repeat(1_000_000)}`));

const entities = (name: string, root: string) =>
  bookWith(
    part(
      name,
      `<?xml version="1.0"?><!DOCTYPE ${root} [<!ENTITY a "ha">${list(9, (i) => `<!ENTITY a${i} "${`&a${i ? i - 1 : ''};`.repeat(10)}">`)}]><${root}>&a8;</${root}>`,
    ),
  );

/** Endless pieces of markup, deep markup and definitions of entities, in each part that is read. */
export const HOSTILE_MARKUP: readonly HostileFile[] = [
  {
    about: 'an inline text of 400 MB',
    bytes: () => endless(SHEET, `${HEAD}<row><c t="inlineStr"><is><t>`),
    ends: TOO_LONG,
  },
  {
    about: 'an inline text of 400 MB in letters of two bytes',
    bytes: () => endless(SHEET, `${HEAD}<row><c t="inlineStr"><is><t>`, `${noise(5000)}${'ż'.repeat(MB / 2)}`),
    ends: TOO_LONG,
  },
  { about: 'a value of 400 MB', bytes: () => endless(SHEET, `${HEAD}<row><c t="str"><v>`), ends: TOO_LONG },
  { about: 'a shared text of 400 MB', bytes: () => endless(TEXTS, '<sst><si><t>'), ends: TOO_LONG },
  {
    about: 'a shared text of 400 MB in runs',
    bytes: () => endless(TEXTS, '<sst><si>', `<r><t>${noise(300)}${'x'.repeat(30_000)}</t></r>`),
    ends: /more than 32767 characters/,
  },
  { about: 'an attribute of 400 MB', bytes: () => endless(SHEET, `${HEAD}<row a="`), ends: TOO_LONG },
  { about: 'a comment of 400 MB', bytes: () => endless(SHEET, `${HEAD}<!--`), ends: TOO_LONG },
  { about: 'CDATA of 400 MB', bytes: () => endless(SHEET, `${HEAD}<row><c t="str"><v><![CDATA[`), ends: TOO_LONG },
  { about: 'an instruction of 400 MB', bytes: () => endless(SHEET, `${HEAD}<?x `), ends: TOO_LONG },
  { about: 'the name of an element of 400 MB', bytes: () => endless(SHEET, `${HEAD}<`), ends: /a name without an end/ },
  { about: 'the name of an end tag of 400 MB', bytes: () => endless(SHEET, `${HEAD}</`), ends: TOO_LONG },
  {
    about: 'the name of a sheet of 400 MB',
    bytes: () => endless(BOOK, '<workbook><sheets><sheet name="'),
    ends: TOO_LONG,
  },
  {
    about: 'the format code of 400 MB',
    bytes: () => endless(STYLES, '<styleSheet><numFmts><numFmt formatCode="'),
    ends: TOO_LONG,
  },
  {
    about: 'long padding around each of the values of a batch',
    bytes: () =>
      bookWith(
        repeatedPart(SHEET, {
          head: HEAD,
          unit: `<row><c t="str" a="${noise(4_000)}${'ż'.repeat(450_000)}"><v>more than a few letters</v></c></row>`,
          times: 80,
          tail: END,
        }),
      ),
    ends: 80,
  },
  { about: 'a sheet a million levels deep', bytes: () => deep(SHEET, '<worksheet>'), ends: TOO_DEEP },
  { about: 'styles a million levels deep', bytes: () => deep(STYLES, '<styleSheet>'), ends: TOO_DEEP },
  { about: 'shared texts a million levels deep', bytes: () => deep(TEXTS, '<sst>'), ends: TOO_DEEP },
  { about: 'links a million levels deep', bytes: () => deep(LINKS), ends: TOO_DEEP },
  { about: 'a list of sheets a million levels deep', bytes: () => deep(BOOK, '<workbook>'), ends: TOO_DEEP },
  { about: 'a billion laughs in the sheet', bytes: () => entities(SHEET, 'worksheet'), ends: /document type/ },
  { about: 'a billion laughs in the shared texts', bytes: () => entities(TEXTS, 'sst'), ends: /document type/ },
  { about: 'a billion laughs in the styles', bytes: () => entities(STYLES, 'styleSheet'), ends: /document type/ },
  { about: 'a billion laughs in the links', bytes: () => entities(LINKS, 'Relationships'), ends: /document type/ },
  { about: 'a billion laughs in the list of sheets', bytes: () => entities(BOOK, 'workbook'), ends: /document type/ },
  {
    about: 'an entity that nobody defined',
    bytes: () => bookWith(part(SHEET, `${HEAD}<row>${text('&xxe;')}</row>${END}`)),
    ends: /"&xxe" in its text has no meaning/,
  },
];
