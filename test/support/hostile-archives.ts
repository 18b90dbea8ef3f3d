import { deflateRawSync } from 'node:zlib';
import {
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
} from './hostile-files.ts';
import { noise, repeatedPart } from './hostile-zip.ts';
import { workbookEntries, zip } from './zip.ts';

const MB = 2 ** 20;
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const CONTENTS = /table of contents cannot be read/;

const zeros = (name: string, times: number) => repeatedPart(name, { unit: Buffer.alloc(MB), times, isUnchecked: true });

const spaces = (unit: string, times: number) =>
  bookWith(repeatedPart(SHEET, { head: HEAD + GOOD_ROW, unit, times, tail: END, isUnchecked: true }));

export const link = (id: string, kind: string, to: string, rest = '') =>
  `<Relationship Id="${id}" Type="${OFFICE}/${kind}" Target="${to}" ${rest}/>`;

export const linked = (...links: string[]) => bookWith(part(LINKS, `<Relationships>${links.join('')}</Relationships>`));

/** The archive with what its table of contents says of the entry `name` changed: numbers of 32 bits at these places of it. */
function lying(archive: Buffer, name: string, changes: Readonly<Record<number, number>>): Buffer {
  const bytes = Buffer.from(archive);
  const at = bytes.lastIndexOf(name) - DIRECTORY_NAME;
  for (const [place, value] of Object.entries(changes)) bytes.writeUInt32LE(value, at + Number(place));
  return bytes;
}

const PACKED_SIZE = 20;
const SIZE = 24;
/** Where the name stands in a local entry, and in one of the table of contents. */
const LOCAL_NAME = 30;
const DIRECTORY_NAME = 46;
const NAME_AND_EXTRA_LENGTH = 28;
const OFFSET = 42;
const COUNTS = -14;

/** What the end record says of the number of entries. */
function counting(archive: Buffer, count: number): Buffer {
  const bytes = Buffer.from(archive);
  bytes.writeUInt16LE(count, bytes.length + COUNTS);
  bytes.writeUInt16LE(count, bytes.length + COUNTS + 2);
  return bytes;
}

const plain = bookWith();
export const sheetText = HEAD + GOOD_ROW + END;

/** Archives that are more than they seem, or other than they say. */
export const HOSTILE_ARCHIVES: readonly HostileFile[] = [
  {
    about: '2 GB of zeros as the sheet',
    bytes: () => bookWith(zeros(SHEET, 2000)),
    ends: /far longer than Excel writes/,
  },
  {
    about: '2 GB of zeros as the styles',
    bytes: () => bookWith(zeros(STYLES, 2000)),
    ends: /far longer than Excel writes/,
  },
  {
    about: '2 GB of blanks in the sheet',
    bytes: () => spaces(`${' '.repeat(MB)}<a/>`, 2000),
    ends: /decompression bomb/,
  },
  {
    about: 'a list of sheets of 100 MB',
    bytes: () =>
      bookWith(
        repeatedPart('xl/workbook.xml', {
          head: '<workbook>',
          unit: `<a b="${noise(999)}"/>`.repeat(50),
          times: 2000,
          isUnchecked: true,
        }),
      ),
    ends: /unpacks to more than 32 MB/,
  },
  {
    about: 'an archive in an archive, and so on',
    bytes: () => {
      let inner = zip([zeros('0', 1000)]);
      for (let level = 1; level < 6; level += 1) {
        const data = inner;
        inner = zip(
          list(9, (i) => `${i}`)
            .split('')
            .map((name) => ({ name: `${name}.zip`, data, deflate: true })),
        );
      }
      return inner;
    },
    ends: /archive \(zip\), but not an Excel workbook/,
  },
  {
    about: 'an archive as the sheet',
    bytes: () => bookWith({ name: SHEET, data: zip([zeros('a', 100)]), deflate: true }),
    ends: /not UTF-8|not well-formed/,
  },
  {
    about: 'every entry overlapping the same bytes',
    bytes: () => {
      const more = Array.from({ length: 500 }, (_, i) => ({ name: `more/${1000 + i}`, data: '', deflate: true }));
      const archive = zip([...workbookEntries({ sheet: sheetText }), zeros('bomb', 1000), ...more]);
      const bomb = archive.indexOf('bomb') - LOCAL_NAME;
      for (const { name } of more) {
        const at = archive.lastIndexOf(name) - DIRECTORY_NAME;
        archive.writeUInt32LE(2 ** 20, at + PACKED_SIZE);
        archive.writeUInt32LE(1000 * MB, at + SIZE);
        archive.writeUInt32LE(bomb, at + OFFSET);
      }
      return archive;
    },
    ends: 1,
  },
  {
    about: 'a sheet that is the archive from its first byte on',
    bytes: () => lying(plain, SHEET, { [OFFSET]: 0, [PACKED_SIZE]: plain.length - 200, [SIZE]: plain.length - 200 }),
    ends: /damaged/,
  },
  {
    about: 'a sheet that says it is of 4 GB',
    bytes: () => lying(bookWith(part(SHEET, sheetText)), SHEET, { [SIZE]: 0xfffffffe }),
    ends: /bytes in place of 4294967294/,
  },
  {
    about: 'a bomb that says it is of 10 bytes',
    bytes: () => lying(bookWith(zeros(SHEET, 1000)), SHEET, { [SIZE]: 10 }),
    ends: /longer than the 10 bytes that it claims/,
  },
  {
    about: 'a sheet whose packed bytes reach beyond the file',
    bytes: () => lying(bookWith(part(SHEET, sheetText)), SHEET, { [PACKED_SIZE]: 0x7fffffff }),
    ends: /packed data are broken/,
  },
  {
    about: 'a sheet whose packed bytes go on after its end',
    bytes: () =>
      bookWith({
        name: SHEET,
        data: Buffer.concat([deflateRawSync(sheetText), Buffer.alloc(10 * MB)]),
        claims: { method: 8, size: sheetText.length },
      }),
    ends: /checksum is wrong|packed data are broken/,
  },
  {
    about: 'an entry that lies beyond the file',
    bytes: () => lying(plain, SHEET, { [OFFSET]: 0x7ffffff0 }),
    ends: /damaged/,
  },
  {
    about: 'names and details that reach beyond the file',
    bytes: () => lying(plain, SHEET, { [NAME_AND_EXTRA_LENGTH]: 0xffffffff }),
    ends: CONTENTS,
  },
  {
    about: '60,000 entries of which there are 5',
    bytes: () => counting(plain, 60_000),
    ends: /holds 60000 files; at most/,
  },
  { about: '19,000 entries of which there are 5', bytes: () => counting(plain, 19_000), ends: CONTENTS },
  {
    about: '19,000 entries',
    bytes: () =>
      zip([
        ...workbookEntries({ sheet: sheetText }),
        ...Array.from({ length: 19_000 }, (_, i) => ({ name: `xl/media/${i}.png`, data: '' })),
      ]),
    ends: 1,
  },
  {
    about: 'five hundred entries with names of 60 KB',
    bytes: () =>
      zip([
        ...workbookEntries({ sheet: sheetText }),
        ...Array.from({ length: 500 }, (_, i) => ({ name: `${i}${'n'.repeat(60_000)}`, data: '' })),
      ]),
    ends: /a name far longer than Excel writes/,
  },
  {
    about: 'the sheet under one name twice',
    bytes: () => zip([...workbookEntries({ sheet: sheetText }), { name: SHEET.toUpperCase(), data: '<worksheet/>' }]),
    ends: /it is there twice/,
  },
  {
    about: 'a hundred thousand ends of archives after the archive',
    bytes: () => Buffer.concat([plain, Buffer.from('PK\x05\x06'.repeat(200_000), 'latin1')]),
    ends: 1,
  },
  {
    about: 'a sheet above the archive',
    bytes: () => linked(link('rId1', 'worksheet', '../../../../../../etc/passwd')),
    ends: /it is missing \(part etc\/passwd\)/,
  },
  {
    about: 'a sheet at an absolute path',
    bytes: () => linked(link('rId1', 'worksheet', '/etc/passwd')),
    ends: /it is missing \(part etc\/passwd\)/,
  },
  {
    about: 'a sheet at a file: address',
    bytes: () => linked(link('rId1', 'worksheet', 'file:///etc/passwd')),
    ends: /it is missing/,
  },
  {
    about: 'entries that would lie outside',
    bytes: () =>
      zip([
        ...workbookEntries({ sheet: sheetText }),
        { name: '../../../../tmp/outside-a', data: 'x' },
        { name: '/tmp/outside-b', data: 'x' },
        { name: 'C:\\outside', data: 'x' },
      ]),
    ends: 1,
  },
  {
    about: 'a workbook that is its own sheet',
    bytes: () => linked(link('rId1', 'worksheet', 'workbook.xml')),
    ends: /its first sheet is something else/,
  },
  {
    about: 'a sheet that is the links themselves',
    bytes: () => linked(link('rId1', 'worksheet', '_rels/workbook.xml.rels')),
    ends: /its first sheet is something else/,
  },
  {
    about: 'texts that are the sheet',
    bytes: () =>
      linked(
        link('rId1', 'worksheet', 'worksheets/sheet1.xml'),
        link('rId2', 'sharedStrings', 'worksheets/sheet1.xml'),
      ),
    ends: /its shared texts are something else/,
  },
  {
    about: 'links of the package to its own links',
    bytes: () =>
      bookWith(part('_rels/.rels', `<Relationships>${link('a', 'officeDocument', '_rels/.rels')}</Relationships>`)),
    ends: /its list of sheets is something else/,
  },
  {
    about: 'a text that is the bomb of another part',
    bytes: () => bookWith(part(TEXTS, '<sst><si><t>a</t></si></sst>'), zeros('xl/media/bomb.png', 2000)),
    ends: 1,
  },
];
