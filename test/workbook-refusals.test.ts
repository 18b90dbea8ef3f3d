import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkbookError } from '../src/application/workbook-reader.ts';
import { ThreadedWorkbookReader } from '../src/infrastructure/excel/threaded-workbook-reader.ts';
import { readerHere, readSheet, type Scratch, scratchFolder } from './support/sheets.ts';
import { workbookEntries, type ZipEntry, zip } from './support/zip.ts';

const reader = new ThreadedWorkbookReader();
let scratch: Scratch;

beforeAll(async () => {
  scratch = await scratchFolder();
});
afterAll(() => scratch.clean());

describe('what is no good is refused in a sentence', () => {
  const head = '<row r="1"><c t="inlineStr"><is><t>a</t></is></c></row>';
  const compound = (stream: string) =>
    Buffer.concat([
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      Buffer.alloc(1016),
      Buffer.from(`${stream}\0`, 'utf16le'),
      Buffer.alloc(512),
    ]);
  const replaced = (...more: ZipEntry[]) => zip(workbookEntries({ rows: head, more }));
  const sheetEntry = (data: string, rest: Partial<ZipEntry> = {}) =>
    replaced({
      name: 'xl/worksheets/sheet1.xml',
      data: `<worksheet><sheetData>${data}</sheetData></worksheet>`,
      ...rest,
    });
  const whole = zip(workbookEntries({ rows: head }));

  it.each<[string, () => Buffer, RegExp]>([
    ['an empty file', () => Buffer.alloc(0), /^The file is empty \(0 bytes\)\.$/],
    ['plain text', () => Buffer.from('id;client\n1;ż\n'), /plain text/],
    ['a PDF', () => Buffer.from('%PDF-1.7\n'), /PDF document/],
    ['a web page', () => Buffer.from('\uFEFF \n<!DOCTYPE html><html><table>'), /web page \(HTML\)/],
    [
      'an XML spreadsheet',
      () => Buffer.from('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'),
      /Excel 2003/,
    ],
    ['an old workbook', () => compound('Workbook'), /old Excel format \(\.xls\)/],
    ['an encrypted workbook', () => compound('EncryptedPackage'), /protected with a password/],
    [
      'some other compound file',
      () => compound('WordDocument'),
      /either protected with a password or of an old Office format/,
    ],
    ['other bytes', () => Buffer.from([1, 0, 2, 0, 3]), /not an Excel workbook/],
    ['an empty archive', () => zip([]), /empty archive/],
    [
      'an archive of something else',
      () => zip([{ name: 'a.txt', data: 'a' }]),
      /archive \(zip\), but not an Excel workbook/,
    ],
    [
      'two archives, one behind the other',
      () => Buffer.concat([whole, whole]),
      /two workbooks or archives, one behind the other; send each/,
    ],
    ['bytes before the archive', () => Buffer.concat([Buffer.from('\r\n'), whole]), /2 bytes that do not belong to/],
    [
      'a workbook with two date systems',
      () => {
        const data = '<workbook><workbookPr date1904="false"/><workbookPr date1904="true"/></workbook>';
        return zip(workbookEntries({ rows: head, more: [{ name: 'xl/workbook.xml', data }] }));
      },
      /both that its dates count from 1900 and from 1904/,
    ],
    [
      'a Word document whose main part has an unusual name',
      () => zip(workbookEntries({ rows: head, more: [{ name: 'xl/workbook.xml', data: '<w:document/>' }] })),
      /is a Word document, not an Excel workbook/,
    ],
    ['a Word document', () => zip([{ name: 'word/document.xml', data: '<a/>' }]), /Word document/],
    ['an .xlsb', () => zip([{ name: 'xl/workbook.bin', data: 'x' }]), /binary Excel workbook/],
    ['half a file', () => whole.subarray(0, whole.length / 2), /damaged or was cut off/],
    [
      'an encrypted part',
      () => sheetEntry('', { deflate: true, claims: { flags: 0x801 } }),
      /protected with a password/,
    ],
    ['an unknown packing', () => sheetEntry('', { claims: { method: 14 } }), /packed with the unknown method 14/],
    ['a wrong checksum', () => sheetEntry(head, { claims: { crc: 1 } }), /checksum is wrong/],
    [
      'a part longer than it claims',
      () => sheetEntry(head.repeat(1), { deflate: true, claims: { size: 10 } }),
      /longer than the 10 bytes/,
    ],
    [
      'a part shorter than it claims',
      () => sheetEntry(head, { deflate: true, claims: { size: 99_999 } }),
      /in place of 99999/,
    ],
    ['broken packing', () => sheetEntry(head, { claims: { method: 8 } }), /packed data are broken|bytes in place of/],
    [
      'a part that is there twice',
      () => zip([...workbookEntries({ rows: head }), { name: 'XL/workbook.xml', data: '<a/>' }]),
      /there twice/,
    ],
    [
      'a missing sheet',
      () => zip(workbookEntries({}).filter(({ name }) => !name.includes('sheet1'))),
      /damaged: it is missing/,
    ],
    ['a sheet without a link', () => zip(workbookEntries({ links: '' })), /its sheet "Tickets" is missing/],
    [
      'hidden sheets only',
      () => zip(workbookEntries({ workbook: '<sheets><sheet name="h" state="hidden" r:id="rId1"/></sheets>' })),
      /no visible sheet/,
    ],
    ['an empty sheet', () => sheetEntry('<row/><row><c/></row>'), /is empty: it has no header row/],
    [
      'text that is not UTF-8',
      () => replaced({ name: 'xl/worksheets/sheet1.xml', data: Buffer.from('<worksheet>\xe9</worksheet>', 'latin1') }),
      /not UTF-8/,
    ],
    [
      'entity definitions',
      () => replaced({ name: 'xl/worksheets/sheet1.xml', data: '<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>' }),
      /document type/,
    ],
    [
      'a sheet that ends early',
      () => replaced({ name: 'xl/worksheets/sheet1.xml', data: `<worksheet><sheetData>${head}` }),
      /ends too early/,
    ],
    [
      'a reference to no text',
      () => sheetEntry(`${head}<row><c t="s"><v>0</v></c></row>`),
      /cell A2 refers to a text that is not there/,
    ],
    [
      'a row that is there twice',
      () => sheetEntry(`${head}<row r="5"><c><v>1</v></c></row><row r="4"/><row r="5"><c><v>1</v></c></row>`),
      /row 5 is there twice/,
    ],
    ['row 0', () => sheetEntry('<row r="0"/>'), /a row after row 0 has no proper number/],
    ['a cell with two values', () => sheetEntry(`${head}<row><c><v>1</v><v>2</v></c></row>`), /cell A2 has two values/],
    ['too many rows', () => sheetEntry(`${head}<row r="1048577"/>`), /more than 1048576 rows/],
    ['too many columns', () => sheetEntry(`<row>${'<c/>'.repeat(16_385)}</row>`), /more than 16384 columns/],
    [
      'a cell in a wrong row',
      () => sheetEntry(`${head}<row r="2"><c r="A3"/></row>`),
      /cell of row 2 has a wrong place/,
    ],
    [
      'a cell that is there twice',
      () => sheetEntry(`${head}<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>`),
      /cell A2 is there twice/,
    ],
    [
      "a text beyond Excel's limit",
      () => sheetEntry(`${head}<row><c t="str"><v>${'x'.repeat(32_768)}</v></c></row>`),
      /cell A2 holds more than 32767/,
    ],
    [
      'a shared text beyond it',
      () => zip(workbookEntries({ rows: head, sharedStrings: `<si><t>${'x'.repeat(32_768)}</t></si>` })),
      /text number 1 holds more than 32767/,
    ],
    ['a bomb', () => sheetEntry(head + '<!-- -->'.repeat(3 * 1024 ** 2), { deflate: true }), /decompression bomb/],
  ])('%s', async (_, bytes, message) => {
    const error = await readSheet(readerHere, await scratch.write('refused.xlsx', bytes())).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(WorkbookError);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^The .*\.$/);
  });

  it('before its first row is given, also for a fault at its end, wherever the header stands', async () => {
    const rows = Array.from({ length: 3_000 }, (_, index) => `<row r="${index + 2}"><c><v>${index}</v></c></row>`).join(
      '',
    );
    const fault = '<row r="3005"><c t="s"><v>7</v></c></row>';
    for (const sheet of [head + rows + fault, rows + fault + head, rows + head + fault]) {
      const path = await scratch.write('fault.xlsx', sheetEntry(sheet));
      const given: string[] = [];
      const reading = async () => {
        for await (const batch of reader.read(path, { batchRows: 10 })) given.push(batch.kind);
      };
      await expect(reading()).rejects.toThrow('cell A3005 refers to a text that is not there');
      expect(given).not.toContain('rows');
    }
  });

  it('which comes out of the thread as the same error', async () => {
    const error = await readSheet(reader, await scratch.write('text.xlsx', '%PDF-1.7')).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(WorkbookError);
    expect(error.message).toBe('The file is a PDF document, not an Excel workbook (.xlsx) or a CSV file.');
  });

  it('but a file that is not there is no fault of its bytes', async () => {
    const error = await readSheet(reader, scratch.path('nowhere.xlsx')).catch((thrown) => thrown);
    expect(error).not.toBeInstanceOf(WorkbookError);
    expect(error.code).toBe('ENOENT');
  });
});
