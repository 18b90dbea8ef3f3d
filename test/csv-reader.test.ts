import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ThreadedWorkbookReader } from '../src/infrastructure/excel/threaded-workbook-reader.ts';
import { CSV_ENCODINGS, encoded, readCsvBytes } from './support/csv.ts';
import { readSheet, type Scratch, scratchFolder } from './support/sheets.ts';

/** Made by make.py there. */
const FIXTURES = join(import.meta.dirname, 'fixtures', 'csv');

let scratch: Scratch;
beforeAll(async () => {
  scratch = await scratchFolder();
});
afterAll(() => scratch.clean());

type Rows = readonly (readonly unknown[])[];

/** The header row and the others, each behind its number. */
async function read(text: string | Buffer): Promise<Rows> {
  const { headerRow, headers, rows } = await readCsvBytes(scratch, text);
  return [[headerRow, ...headers], ...rows.map(({ rowNumber, values }) => [rowNumber, ...values])];
}

const AB = [1, 'a', 'b'];
const ABC = [1, 'a', 'b', 'c'];

describe('cells are separated', () => {
  it.each<[string, string, Rows]>([
    ['by commas', 'a,b\n1,2', [AB, [2, '1', '2']]],
    ['by semicolons, and a comma is text then', 'a;b\n1,5;2', [AB, [2, '1,5', '2']]],
    ['by tabs, and both are text then', 'a\tb\n1,5;6\t2', [AB, [2, '1,5;6', '2']]],
    [
      'by what the header has most often',
      'a;b, or b;c\n1;2;3',
      [
        [1, 'a', 'b, or b', 'c'],
        [2, '1', '2', '3'],
      ],
    ],
    [
      'by what it has outside quotes',
      '"a,b,c,""d,e";f\n1;2',
      [
        [1, 'a,b,c,"d,e', 'f'],
        [2, '1', '2'],
      ],
    ],
    [
      'by what it has after a quoted line end',
      '"a\n,,,";b\n1;2',
      [
        [1, 'a\n,,,', 'b'],
        [3, '1', '2'],
      ],
    ],
    [
      'by semicolons where both are as frequent',
      'a;b,c\n1;2',
      [
        [1, 'a', 'b,c'],
        [2, '1', '2'],
      ],
    ],
    [
      'as the first row says that is not blank',
      '\n ; ;\n;;\na;b\n1;2',
      [
        [4, 'a', 'b'],
        [5, '1', '2'],
      ],
    ],
    [
      'as a line for Excel says',
      'sep=;\r\na,x;b\r\n1;2\r\n',
      [
        [2, 'a,x', 'b'],
        [3, '1', '2'],
      ],
    ],
    [
      'as it says in quotes and capitals',
      '"SEP=,"\na;x,b\n1,2\n',
      [
        [2, 'a;x', 'b'],
        [3, '1', '2'],
      ],
    ],
    [
      'by whatever it says',
      'sep=|\na,x|b\n1|2\n',
      [
        [2, 'a,x', 'b'],
        [3, '1', '2'],
      ],
    ],
  ])('%s', async (_, text, rows) => {
    expect(await read(text)).toEqual(rows);
  });
});

describe('a line', () => {
  it.each<[string, string, Rows]>([
    ['ends with LF', 'a,b\n1,2\n3,4\n', [AB, [2, '1', '2'], [3, '3', '4']]],
    ['ends with CRLF', 'a,b\r\n1,2\r\n3,4\r\n', [AB, [2, '1', '2'], [3, '3', '4']]],
    ['ends with CR', 'a,b\r1,2\r3,4\r', [AB, [2, '1', '2'], [3, '3', '4']]],
    ['ends with any of them in one file', 'a,b\r\n1,2\r3,4\n5,6', [AB, [2, '1', '2'], [3, '3', '4'], [4, '5', '6']]],
    ['needs no end when it is the last', 'a,b\n1,2', [AB, [2, '1', '2']]],
    ['may be blank, and counts', 'a,b\n\n  \n,\n"", " "\n1,2\n\n', [AB, [6, '1', '2']]],
    ['may end with a delimiter', 'a,b,\n1,2,\n3,4', [AB, [2, '1', '2'], [3, '3', '4']]],
    ['does not end with other white space', 'a,b\n1\v\f\u2028\u0085,2', [AB, [2, '1\v\f\u2028\u0085', '2']]],
    [
      'within quotes ends nothing, and a row has the number of its first one',
      'a,b\r\n"1\r\n\r\nx","2\ny\rz"\r\n3,4\r\n',
      [AB, [2, '1\r\n\r\nx', '2\ny\rz'], [7, '3', '4']],
    ],
  ])('%s', async (_, text, rows) => {
    expect(await read(text)).toEqual(rows);
  });
});

describe('a cell', () => {
  it.each<[string, string, Rows]>([
    ['is text, whatever is in it', 'a,b,c\n00123,1.50,TRUE', [ABC, [2, '00123', '1.50', 'TRUE']]],
    ['keeps its spaces', 'a,b\n 1 ,\u00a02', [AB, [2, ' 1 ', '\u00a02']]],
    ['may be quoted', 'a,b\n"1","2, or 3"', [AB, [2, '1', '2, or 3']]],
    ['has doubled quotes within quotes', 'a,b\n"""x"" or """"",2', [AB, [2, '"x" or ""', '2']]],
    ['that holds only a quote', 'a,b\n"""",""""""', [AB, [2, '"', '""']]],
    ['may have spaces and tabs around its quotes', 'a, "b"\n "1, 2"\t, \t"3" ', [AB, [2, '1, 2', '3']]],
    ['keeps quotes that do not begin it', 'a,b\n5" disk,x "y" z', [AB, [2, '5" disk', 'x "y" z']]],
    ['that is empty is null, as in a workbook', 'a,b,c\n1,,""\n,,3', [ABC, [2, '1'], [3, null, null, '3']]],
    ['that is not there is empty', 'a,b,c\n1\n1,2', [ABC, [2, '1'], [3, '1', '2']]],
    [
      'under a blank header means nothing',
      'a,,b, \n1,x,2,x\n,x,,x',
      [
        [1, 'a', null, 'b'],
        [2, '1', null, '2'],
      ],
    ],
    [
      'under a header that nobody sees means nothing either',
      '\u200b,\u00ad\n\na,\u200b \u2060,="",b\n1,x,x,2',
      [
        [3, 'a', null, null, 'b'],
        [4, '1', null, null, '2'],
      ],
    ],
    [
      'past the last header stays, for the row to be refused',
      'a,b\n1,2,3\n1,2,, \n,,3',
      [AB, [2, '1', '2', '3'], [3, '1', '2'], [4, null, null, '3']],
    ],
    [
      'that a formula for Excel wraps is its text',
      'a,b,c\n="00123","=""0, 1""","=1+1"',
      [ABC, [2, '00123', '0, 1', '=1+1']],
    ],
    ['in a formula of more than text stays one', 'a,b\n="1"&"2",="', [AB, [2, '="1"&"2"', '="']]],
  ])('%s', async (_, text, rows) => {
    expect(await read(text)).toEqual(rows);
  });
});

describe('text', () => {
  const TEXT = 'ä,漢字\r\n😀,"\uFEFF, é"\r\n';
  const ROWS = [
    [1, 'ä', '漢字'],
    [2, '😀', '\uFEFF, é'],
  ];

  it.each(CSV_ENCODINGS)('in %s is read', async (encoding) => {
    expect(await read(encoded(TEXT, encoding))).toEqual(ROWS);
  });

  it('with a second byte order mark, which stands before the first quote', async () => {
    expect(await read('\uFEFF\uFEFF"a",b\n1,2')).toEqual([AB, [2, '1', '2']]);
  });

  it.each(
    readdirSync(FIXTURES).filter((name) => name.endsWith('.csv')),
  )('that another program wrote is read: %s', async (name) => {
    const [headers, ...expected] = JSON.parse(readFileSync(join(FIXTURES, 'expected.json'), 'utf8')) as string[][];
    const sheet = await readCsvBytes(scratch, readFileSync(join(FIXTURES, name)));
    expect(sheet.headers).toEqual(headers);
    const cells = sheet.rows.map(({ values }) => headers?.map((_, column) => values[column] ?? ''));
    expect(cells).toEqual(expected);
    expect(sheet.rows.map(({ rowNumber }) => rowNumber)).toEqual([2, 3, 5, 6, 7]);
  });

  it('is read by the thread that reads workbooks, whatever the name of its file', async () => {
    const { rows } = await readSheet(new ThreadedWorkbookReader(), await scratch.write('tickets.xlsx', TEXT));
    expect(rows).toEqual([{ rowNumber: 2, values: ['😀', '\uFEFF, é'] }]);
  });
});

it('batches are no larger than asked for, and smaller when their rows are long', async () => {
  const long = Array.from({ length: 100 }, () => 'x'.repeat(30_000)).join(',');
  const header = Array.from({ length: 100 }, (_, column) => `c${column}`).join(',');
  const text = `${header}\n${`${long}\n`.repeat(3)}${'1,2\n'.repeat(250)}`;
  const { rows } = await readCsvBytes(scratch, text);
  expect(rows).toHaveLength(253);
  expect(rows.at(-1)?.rowNumber).toBe(254);
  const sizes: number[] = [];
  for await (const batch of new ThreadedWorkbookReader().read(await scratch.write('long.csv', text), {
    batchRows: 100,
  })) {
    if (batch.kind === 'rows') sizes.push(batch.rows.length);
  }
  expect(sizes).toEqual([1, 1, 1, 100, 100, 50]);
});
