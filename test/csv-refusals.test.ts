import { truncate } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkbookError } from '../src/application/workbook-reader.ts';
import { fileKind } from '../src/infrastructure/excel/file-kind.ts';
import { ThreadedWorkbookReader } from '../src/infrastructure/excel/threaded-workbook-reader.ts';
import { MAX_ROW_TEXT } from '../src/infrastructure/excel/workbook-limits.ts';
import { encoded, readCsvBytes } from './support/csv.ts';
import { readSheet, type Scratch, scratchFolder } from './support/sheets.ts';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await scratchFolder();
});
afterAll(() => scratch.clean());

/** The sentence by which a file with these bytes is refused, the same however it comes to the reader. */
async function refusal(bytes: Buffer | string): Promise<string> {
  const error = await readCsvBytes(scratch, bytes).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(WorkbookError);
  for (const pieceBytes of bytes.length < 1000 ? [1, 2, 3, 7] : [4099]) {
    const again = await readCsvBytes(scratch, bytes, pieceBytes).catch((thrown) => thrown);
    expect(again.message).toBe(error.message);
  }
  expect(error.message).toMatch(/^The .*\.$/);
  return error.message;
}

const HEAD = 'a,b\n';
const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

describe('bytes that are no text', () => {
  it.each<[string, number[], number]>([
    ['a letter of Windows-1252', [0xe9, 0x20], 6],
    ['a byte that begins nothing', [0xff], 6],
    ['a continuation byte alone', [0x80], 6],
    ['an overlong character of two bytes', [0xc0, 0xaf], 6],
    ['an overlong character of three', [0xe0, 0x80, 0xaf], 6],
    ['an overlong character of four', [0xf0, 0x80, 0x80, 0xaf], 6],
    ['half of a surrogate pair', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80], 6],
    ['a character past the last one', [0xf4, 0x90, 0x80, 0x80], 6],
    ['a character without its end', [0xc3, 0xa4, 0xe2, 0x82, 0x2c], 8],
  ])('are refused by the offset of the first: %s', async (_, bad, offset) => {
    const byte = `0x${(bad[offset - 6] ?? 0).toString(16).toUpperCase()}`;
    expect(await refusal(bytes(HEAD, '1,', bad, ',x\n'))).toBe(
      `The CSV file is refused: on line 2, at byte offset ${offset}, the byte ${byte} is not UTF-8. It is probably in an older ` +
        'encoding such as Windows-1252. In Excel, save it as "CSV UTF-8 (Comma delimited)" and send it again.',
    );
  });

  it.each<[string, Buffer, string]>([
    [
      'a character cut by the end',
      bytes(HEAD, '1,', [0xf0, 0x9f, 0x98]),
      'line 2, at byte offset 6, the byte 0xF0 is not UTF-8. It was cut off there, or it is in an older encoding',
    ],
    [
      'one cut after a BOM',
      encoded('a,b\n1,€', 'UTF-8 with a BOM').subarray(0, -1),
      'line 2, at byte offset 9, it ends within',
    ],
    ['bad bytes in the header', bytes([0xe9], ',b\n1,2'), 'line 1, at byte offset 0, the byte 0xE9 is not UTF-8'],
    [
      'after a BOM',
      bytes([0xef, 0xbb, 0xbf], HEAD, '\n"\n', [0xe9], 'x'),
      'line 4, at byte offset 10, the byte 0xE9 is not UTF-8. It begins as UTF-8',
    ],
    ['a NUL', bytes(HEAD, '1,\0,', [0xe9]), 'line 2, at byte offset 6, there is a NUL character'],
    ['a NUL in UTF-16', encoded('a,b\n1,\0', 'UTF-16LE'), 'line 2, at byte offset 14, there is a NUL'],
    ['UTF-32', Buffer.from('fffe00006100000062000000', 'hex'), 'line 1, at byte offset 2, there is a NUL'],
    ['a lone surrogate', encoded('a,b\n1,\ud83dx', 'UTF-16BE'), 'line 2, at byte offset 14, there is half a character'],
    [
      'a lone surrogate at the end',
      encoded('a,b\n1,2\ud83d', 'UTF-16LE'),
      'line 2, at byte offset 16, there is half a character',
    ],
    [
      'an odd byte at the end',
      bytes([0xff, 0xfe, 0x61, 0, 0x2c, 0, 0x62]),
      'line 1, at byte offset 6, it ends within a character',
    ],
  ])('are refused in other places too: %s', async (_, file, place) => {
    expect(await refusal(file)).toContain(`The CSV file is refused: on ${place}`);
  });
});

describe('text that is no table', () => {
  it.each<[string, string | Buffer, string]>([
    [
      'a quote that never closes',
      'a,b\n1,2\n3,"x\n4,5\n',
      'damaged: the quote that opens a cell on line 3 is never closed.',
    ],
    [
      'one that opens in a row of many lines',
      'a,b\n"1\n2","x\n',
      'damaged: the quote that opens a cell on line 3 is never closed.',
    ],
    ['one in the header', '"a,b\n1,2', 'damaged: the quote that opens a cell on line 1 is never closed.'],
    ['one at the very end', 'a,b\n1,"', 'damaged: the quote that opens a cell on line 2 is never closed.'],
    [
      'text after a closing quote',
      'a,b\n"1\n2" x,3\n',
      'damaged: on line 3 there is more text after the closing quote',
    ],
    [
      'quotes that are not doubled',
      'a,b\n1,"say "hello" twice"',
      'damaged: on line 2 there is more text after the closing quote',
    ],
    ['a letter', 'Dear all\n\nplease find attached', 'plain text, but not a table'],
    ['one column', '\uFEFFid\n1\n2\n', 'plain text, but not a table'],
    ['nothing but blanks', ' \r\n\t\r\n', 'is empty: it has no header row'],
    ['nothing but a BOM', '\uFEFF', 'is empty: it has no header row'],
    ['nothing after the line for Excel', 'sep=;\r\n\r\n', 'is empty: it has no header row'],
  ])('is refused: %s', async (_, text, sentence) => {
    expect(await refusal(text)).toContain(sentence);
  });

  it.each<[string, Buffer | string, RegExp]>([
    ['a web page', ' \n<!DOCTYPE html><html>', /web page \(HTML\)/],
    ['a table of a web page in UTF-16', encoded('<table><tr>', 'UTF-16LE'), /web page \(HTML\)/],
    ['a piece of a web page', '<!-- a --> <!----><div class="x">a,b</div>', /web page \(HTML\)/],
    ['comments without an end of it', `${'<!-- -->'.repeat(400)}a,b`, /an XML or HTML document/],
    ['another document with tags', '<rows class="x">a,b</rows>', /an XML or HTML document/],
    [
      'a spreadsheet in one XML file',
      '<?xml version="1.0"?>\n<a:b xmlns:a="urn:oasis:names:tc:opendocument:x">',
      /OpenDocument/,
    ],
    ['a web archive', 'MIME-Version: 1.0\r\nContent-Type: a; b', /web archive \(MHTML\)/],
    ['a symbolic link file', 'ID;PWXL;N;E\r\nP;PGeneral\r\n', /SYLK/],
    ['a file for data interchange', 'TABLE\r\n0,1\r\n"EXCEL"\r\n', /DIF/],
    ['an XML document', '\uFEFF<?xml version="1.0"?><a/>', /an XML or HTML document/],
    ['an object in JSON', '{ "id": 1, "client": "x" }', /is JSON/],
    ['lists in JSON', '[\n  ["id", "client"]\n]', /is JSON/],
    ['a document', '{\\rtf1\\ansi a,b}', /rich text/],
    ['a PDF', '%PDF-1.7\na,b', /PDF document/],
    ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /old Office format/],
    ['other bytes', Buffer.from('a,b\n1,\0\n'), /binary data \(a NUL at byte offset 6\)\.$/],
    [
      'UTF-16 without its mark',
      Buffer.from('a,b\n1,2', 'utf16le'),
      /offset 1\)\. If it is UTF-16 text without a byte order mark/,
    ],
    ['UTF-16 the other way round', Buffer.from('a,b\n1,2 ', 'utf16le').swap16(), /offset 0\)\. If it is UTF-16 text/],
  ])('is called by its name, whatever its file is called: %s', async (_, file, message) => {
    const error = await fileKind(await scratch.write('other.csv', file)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(WorkbookError);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^The .*\.$/s);
  });
});

describe('beyond a limit', () => {
  const LONG = 'x'.repeat(32_767);
  it.each<[string, string, string]>([
    ['a cell', `${HEAD}1,${LONG}x\n`, 'a cell on line 2 holds more than 32767 characters'],
    ['a cell without an end', `${HEAD}\n${LONG}x`, 'a cell on line 3 holds more than 32767 characters'],
    [
      'a quoted cell',
      `${HEAD}1,"\n${LONG}"\n`,
      'the quoted cell that begins on line 2 holds more than 32767 characters',
    ],
    ['a quoted cell without an end', `${HEAD}1,"${LONG}x`, 'missing?'],
    ['spaces before a quote', `${HEAD}${' '.repeat(40_000)}"1",2\n`, 'holds more than 32767 characters'],
    ['spaces after a quote', `${HEAD}"1"${' '.repeat(40_000)},2\n`, 'holds more than 32767 characters'],
    ['columns', `${HEAD}${','.repeat(16_384)}\n`, 'the row of line 2 has more than 16384 columns'],
    [
      'a row',
      `${HEAD}\n${`${LONG},`.repeat(MAX_ROW_TEXT / 32_767 + 1)}\n`,
      'the row of line 3 holds more than 4194304 characters',
    ],
    ['rows', `${HEAD}${'\n'.repeat(1_048_576)}`, 'it has more than 1048576 rows'],
  ])('%s is refused', async (_, text, sentence) => {
    const error = await readCsvBytes(scratch, text).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(WorkbookError);
    expect(error.message).toContain(sentence);
    const again = await readCsvBytes(scratch, text, 4099).catch((thrown) => thrown);
    expect(again.message).toBe(error.message);
  });

  it('nothing at the limit itself is refused', async () => {
    const text = `${HEAD}${LONG}," \n${'""'.repeat(32_765)}"\n${','.repeat(16_383)}\n${'\n'.repeat(1_048_576 - 3)}`;
    const { rows } = await readCsvBytes(scratch, text);
    expect(rows).toEqual([{ rowNumber: 2, values: [LONG, ` \n${'"'.repeat(32_765)}`] }]);
  });

  it.each<[string, (size: number) => Buffer]>([
    ['one line', (size) => Buffer.alloc(size, 'x')],
    ['one quoted cell', (size) => Buffer.alloc(size, 'x').fill('"', 0, 1)],
    ['one row of cells', (size) => Buffer.alloc(size, `${'x'.repeat(1_000)},`)],
    ['blank lines', (size) => Buffer.alloc(size, '\n')],
  ])('400 MB of %s are refused by a thread with 24 MB, without reading on', async (_, content) => {
    const path = await scratch.write('huge.csv', Buffer.concat([Buffer.from(HEAD), content(8 * 1024 ** 2)]));
    await truncate(path, 400 * 1024 ** 2);
    const error = await readSheet(new ThreadedWorkbookReader({ heapMb: 24 }), path).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(WorkbookError);
    expect(error.message).toMatch(/^The CSV file is refused: .* more than \d+ (characters|columns|rows)/);
  });
});

it('a file that is at fault at its very end gives no row', async () => {
  const rows = '1,2\n'.repeat(200_000);
  const path = await scratch.write('late.csv', bytes(HEAD, rows, [0xff]));
  const given: string[] = [];
  const reading = async () => {
    for await (const { kind } of new ThreadedWorkbookReader().read(path, { batchRows: 500 })) given.push(kind);
  };
  await expect(reading()).rejects.toThrow('on line 200002, at byte offset 800004');
  expect(given).toEqual(['header']);
});
