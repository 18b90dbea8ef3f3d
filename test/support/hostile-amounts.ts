import { columnName } from '../../src/domain/sheet-row.ts';
import {
  BOOK,
  bookWith,
  END,
  GOOD_ROW,
  HEAD,
  type HostileFile,
  LINKS,
  list,
  part,
  SHEET,
  STYLES,
  TEXTS,
  text,
} from './hostile-files.ts';
import { noise, repeatedPart } from './hostile-zip.ts';
import { workbookEntries, zip } from './zip.ts';

/** Too many of something, and things that repeat each other. */
export const HOSTILE_AMOUNTS: readonly HostileFile[] = [
  {
    about: 'a row of a million columns',
    bytes: () =>
      bookWith(
        repeatedPart(SHEET, {
          head: HEAD,
          unit: `<row>${text('a').repeat(1000)}`,
          times: 1,
          tail: `${text('b').repeat(1_000_000)}</row>${END}`,
        }),
      ),
    ends: /more than 16384 columns/,
  },
  {
    about: 'a million cell formats',
    bytes: () => bookWith(part(STYLES, `<styleSheet><cellXfs>${'<xf/>'.repeat(1_000_000)}</cellXfs></styleSheet>`)),
    ends: /more than 65536 cell formats/,
  },
  {
    about: 'a million number formats',
    bytes: () =>
      bookWith(
        part(
          STYLES,
          `<styleSheet><numFmts>${list(1_000_000, (i) => `<numFmt numFmtId="${i}" formatCode="y"/>`)}</numFmts></styleSheet>`,
        ),
      ),
    ends: /more than 65536 number formats/,
  },
  {
    about: 'a million links',
    bytes: () =>
      bookWith(
        part(
          LINKS,
          `<Relationships>${list(1_000_000, (i) => `<Relationship Id="a${i}" Target="b"/>`)}</Relationships>`,
        ),
      ),
    ends: /more than 65536 links/,
  },
  {
    about: 'a million sheets',
    bytes: () =>
      bookWith(part(BOOK, `<workbook><sheets>${list(1_000_000, (i) => `<sheet name="a${i}"/>`)}</sheets></workbook>`)),
    ends: /more than 65536 sheets/,
  },
  {
    about: 'sixty thousand charts before the sheet',
    bytes: () => {
      const count = 60_000;
      const sheets = list(count, (i) => `<sheet name="a" r:id="c${count - i}"/>`);
      const links = list(count, (i) => `<Relationship Id="c${i + 1}" Type="x/chartsheet" Target="c.xml"/>`);
      return zip(
        workbookEntries({ workbook: `<sheets>${sheets}</sheets>`, links, sheet: HEAD + GOOD_ROW + END }).map(
          (entry) => ({ ...entry, deflate: true }),
        ),
      );
    },
    ends: /no visible sheet with cells/,
  },
  {
    about: 'twenty million shared texts of nothing',
    bytes: () =>
      bookWith(
        repeatedPart(TEXTS, {
          head: '<sst>',
          unit: list(2000, (i) => `${'<si/>'.repeat(20)}<!--${noise(i % 9)}-->`),
          times: 500,
          tail: '</sst>',
          isUnchecked: true,
        }),
      ),
    ends: /more than 8388608 texts/,
  },
  {
    about: 'shared texts of 300 MB',
    bytes: () =>
      bookWith(
        repeatedPart(TEXTS, {
          head: '<sst>',
          unit: `<si><t>${noise(300)}${'x'.repeat(32_000)}</t></si>`,
          times: 9_500,
          tail: '</sst>',
          isUnchecked: true,
        }),
      ),
    ends: /they take more than 192 MB of memory/,
  },
  {
    about: 'the longest text in every cell of a row',
    bytes: () =>
      bookWith(
        part(TEXTS, `<sst><si><t>${'x'.repeat(32_767)}</t></si></sst>`),
        part(
          SHEET,
          `<worksheet><sheetData><row>${text('h').repeat(16_384)}</row><row>${'<c t="s"><v>0</v></c>'.repeat(16_384)}</row>${END}`,
        ),
      ),
    ends: /row 2 holds more than 4194304 characters/,
  },
  {
    about: 'the longest text over and over',
    bytes: () =>
      bookWith(
        part(TEXTS, `<sst><si><t>${'x'.repeat(32_767)}</t></si></sst>`),
        part(SHEET, `${HEAD}${list(100_000, () => '<row><c t="s"><v>0</v></c></row>')}${END}`),
      ),
    ends: /repeat long texts over and over/,
  },
  {
    about: 'a number of texts that is a lie',
    bytes: () => bookWith(part(TEXTS, '<sst count="4294967295" uniqueCount="99999999999"><si><t>a</t></si></sst>')),
    ends: 1,
  },
  {
    about: 'a dimension that is a lie',
    bytes: () =>
      bookWith(
        part(
          SHEET,
          `<worksheet><dimension ref="A1:XFD1048576"/><sheetData><row r="1" spans="1:99999999">${text('id')}</row>${GOOD_ROW}${END}`,
        ),
      ),
    ends: 1,
  },
  {
    about: 'a million merged cells',
    bytes: () =>
      bookWith(
        part(
          SHEET,
          `${HEAD}${GOOD_ROW}</sheetData><mergeCells count="1000000">${list(1_000_000, (i) => `<mergeCell ref="A${i}:B${i}"/>`)}</mergeCells></worksheet>`,
        ),
      ),
    ends: 1,
  },
  {
    about: 'the name of a sheet half a million letters long, of a sheet that is missing',
    bytes: () =>
      bookWith(
        part(BOOK, `<workbook><sheets><sheet name="${'n\u0001'.repeat(250_000)}" r:id="no"/></sheets></workbook>`),
      ),
    ends: /its sheet "n\uFFFDn.*…" is missing/,
  },
];

/** What Excel itself can write, at its limits: read within the same memory, however long it takes. */
export const EXCELS_LIMITS: readonly HostileFile[] = [
  {
    about: '60,000 rows that touch the last column, with headers in the first and the last',
    bytes: () => {
      const cell = (column: string, row: number) => `<c r="${column}${row}"><v>${row}</v></c>`;
      return bookWith(
        part(
          SHEET,
          `<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>id</v></c><c r="XFD1" t="str"><v>last</v></c></row>${list(60_000, (i) => `<row r="${i + 2}">${cell('A', i + 2)}${cell('XFD', i + 2)}</row>`)}${END}`,
        ),
      );
    },
    ends: 60_000,
  },
  {
    about: 'a header in each of 16,384 columns',
    bytes: () =>
      bookWith(
        part(
          SHEET,
          `<worksheet><sheetData><row r="1">${list(16_384, (i) => `<c r="${columnName(i)}1" t="str"><v>h${i}</v></c>`)}</row>${list(300, (i) => `<row r="${i + 2}"><c r="A${i + 2}"><v>1</v></c><c r="XFD${i + 2}"><v>1</v></c></row>`)}${END}`,
        ),
      ),
    ends: 300,
  },
  {
    about: 'a million shared texts that no cell refers to',
    bytes: () =>
      bookWith(
        part(TEXTS, `<sst>${list(1_000_000, (i) => `<si><t>the shared text with the number ${i}</t></si>`)}</sst>`),
      ),
    ends: 1,
  },
  {
    about: '1,048,576 rows',
    bytes: () =>
      bookWith(
        part(
          SHEET,
          `${HEAD}${list(1_048_575, (i) => `<row r="${i + 2}"><c r="A${i + 2}"><v>${i}</v></c></row>`)}${END}`,
        ),
      ),
    ends: 1_048_575,
  },
  {
    about: '4,000 texts of 32,000 letters each',
    bytes: () =>
      bookWith(
        repeatedPart(TEXTS, {
          head: '<sst>',
          unit: `<si><t>${noise(500)}${'x'.repeat(31_500)}</t></si>`,
          times: 4000,
          tail: '</sst>',
        }),
        part(SHEET, `${HEAD}${list(4000, (i) => `<row><c t="s"><v>${i}</v></c></row>`)}${END}`),
      ),
    ends: 4000,
  },
];
