import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CSV_ENCODINGS, type CsvStyle, csvText, encoded, readCsvBytes } from './support/csv.ts';
import { type Scratch, scratchFolder, type WholeSheet } from './support/sheets.ts';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await scratchFolder();
});
afterAll(() => scratch.clean());

/** Texts that are made of what separates, quotes and ends, of characters of one to four bytes, and of spaces between them. */
const cell = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[a-z0-9.-]{0,12}$/) },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.constantFrom('"', ',', ';', '\t', '\n', '\r', ' ', 'é', '漢', '😀', '\uFEFF', 'x'), { maxLength: 8 })
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\0', '0')) },
);

const table = fc.integer({ min: 2, max: 6 }).chain((width) =>
  fc.record({
    width: fc.constant(width),
    rows: fc.array(fc.array(cell, { maxLength: width, minLength: 1 }), { maxLength: 8 }),
  }),
);

const style: fc.Arbitrary<CsvStyle> = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t'),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  encoding: fc.constantFrom(...CSV_ENCODINGS),
  quotes: fc.constantFrom(
    () => false,
    () => true,
    (row: number, column: number) => (row * 7 + column * 3) % 4 === 0,
  ),
  hasLastLineEnd: fc.boolean(),
});

/** What the reader ought to say, worked out from the cells alone. */
function expected(headers: readonly string[], rows: readonly (readonly string[])[]): WholeSheet {
  let line = 2;
  const found = rows.map((row) => {
    const rowNumber = line;
    line += 1 + row.join('|').replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n').length - 1;
    const values = row.map((value) => (value === '' ? null : value));
    while (values.at(-1) === null) values.pop();
    return { rowNumber, values };
  });
  const isBlank = (value: string | null) => value === null || value.trim() === '';
  return { headerRow: 1, headers, rows: found.filter(({ values }) => !values.every(isBlank)) };
}

it('whatever a table is written with, the same cells are read from it, wherever the file is cut into pieces', async () => {
  await fc.assert(
    fc.asyncProperty(
      table,
      style,
      fc.constantFrom(1, 2, 3, 5, 17, 128 * 1024),
      async ({ width, rows }, how, pieceBytes) => {
        const headers = Array.from({ length: width }, (_, column) => `c${column}`);
        const text = csvText([headers, ...rows], how);
        const sheet = await readCsvBytes(scratch, encoded(text, how.encoding), pieceBytes);
        expect(sheet).toEqual(expected(headers, rows));
      },
    ),
    { numRuns: 400 },
  );
});

it.each(CSV_ENCODINGS)('%s is read the same with a cut at every byte', async (encoding) => {
  const text = 'ä"x,"b\r\n""",c\r\n"漢\n""",😀,5" disk\r\r\n, "q" ,\n"1\r","2\r\n3"\r\nlast,"end"';
  const bytes = encoded(text, encoding);
  const whole = await readCsvBytes(scratch, bytes);
  expect(whole.headerRow).toBe(1);
  expect(whole.headers).toEqual(['ä"x', 'b\r\n"', 'c']);
  expect(whole.rows).toEqual([
    { rowNumber: 3, values: ['漢\n"', '😀', '5" disk'] },
    { rowNumber: 6, values: [null, 'q'] },
    { rowNumber: 7, values: ['1\r', '2\r\n3'] },
    { rowNumber: 10, values: ['last', 'end'] },
  ]);
  // Pieces of n bytes have a cut at n, and at all its multiples.
  for (let pieceBytes = 1; pieceBytes <= bytes.length; pieceBytes += 1) {
    expect(await readCsvBytes(scratch, bytes, pieceBytes)).toEqual(whole);
  }
});

it('bytes at random, in pieces of any size, are read or refused the same way', async () => {
  const byte = fc.constantFrom(...Buffer.from('a,b;"\t \r\n'), 0x00, 0xc3, 0xa4, 0xe2, 0x82, 0xac, 0xff, 0xfe, 0xd8);
  const outcome = (bytes: Buffer, pieceBytes?: number) =>
    readCsvBytes(scratch, bytes, pieceBytes).catch((error: Error) => `${error.name}: ${error.message}`);
  await fc.assert(
    fc.asyncProperty(fc.array(byte, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), async (tail, pieceBytes) => {
      const bytes = Buffer.from([...Buffer.from('id,b\n'), ...tail]);
      const whole = await outcome(bytes);
      expect(await outcome(bytes, pieceBytes)).toEqual(whole);
      if (typeof whole === 'string') expect(whole).toMatch(/^WorkbookError: The .*\.$/);
    }),
    { numRuns: 600 },
  );
});
