import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnName } from '../src/domain/sheet-row.ts';
import { readBytes, type Scratch, scratchFolder } from './support/sheets.ts';
import { workbookEntries, zip } from './support/zip.ts';

let scratch: Scratch;

beforeAll(async () => {
  scratch = await scratchFolder();
});
afterAll(() => scratch.clean());

const COLUMNS = 8;
const styles =
  '<numFmts><numFmt numFmtId="164" formatCode="yyyy"/></numFmts><cellXfs><xf/><xf numFmtId="164"/></cellXfs>';
const sharedStrings = ['a', 'ż &amp; 😀', '', ' long enough to be cut out of another text ']
  .map((text) => `<si><t>${text}</t></si>`)
  .join('');

interface Cell {
  readonly type: string;
  readonly style: string;
  readonly raw: string;
  readonly isPlaced: boolean;
}

const digits = fc.stringMatching(/^[0-9]{0,18}\.?[0-9]{0,18}$/);
const raw = fc.oneof(
  digits,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.integer({ min: -3, max: 5 }).map(String),
  fc.double({ min: 0, max: 3_000_000, noNaN: true }).map((day) => day.toPrecision(17)),
  fc.constantFrom('', ' 1', '1e3', '&#49;', 'x&lt;y', '_x0041_', 'true', '1.2.3', '.', '00', 'é'.repeat(20)),
);
const anyCell: fc.Arbitrary<Cell> = fc.record({
  type: fc.constantFrom('', ' t="n"', ' t="s"', ' t="b"', ' t="str"', ' t="e"', ' t="inlineStr"'),
  style: fc.constantFrom('', ' s="0"', ' s="1"', ' s="99"'),
  raw,
  isPlaced: fc.boolean(),
});

/** One reference to a text that is not there spoils a whole sheet: few are left. */
const cell = anyCell.map((any) =>
  any.type !== ' t="s"' || any.style === ' s="99"' || /^[0-3]$/.test(any.raw) ? any : { ...any, type: '' },
);

/** A sheet of these cells; `gap` stands where no program puts anything and nothing changes what it means. */
function sheetOf(rows: readonly (readonly Cell[])[], gap: string): Buffer {
  const header = Array.from({ length: COLUMNS }, (_, column) => `<c t="str"><v>${columnName(column)}</v></c>`).join('');
  const lines = rows.map((cells, row) => {
    const written = cells.map(({ type, style, raw, isPlaced }, column) => {
      const place = isPlaced ? ` r="${columnName(column)}${row + 2}"` : '';
      const value = type.includes('inline') ? `<is>${gap}<t>${raw}</t></is>` : `${gap}<v>${raw}</v>`;
      return `<c${place}${style}${type}>${raw === '.' ? '' : value}</c>`;
    });
    return `<row r="${row + 2}">${written.join('')}</row>`;
  });
  return zip(workbookEntries({ rows: `<row r="1">${header}</row>${lines.join('')}`, styles, sharedStrings }));
}

describe('cells that are read in one go', () => {
  it('mean what the same cells mean tag by tag', async () => {
    const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: COLUMNS }), { minLength: 1, maxLength: 6 });
    const outcome = (bytes: Buffer) => readBytes(scratch, bytes).catch((error: Error) => error.message);
    await fc.assert(
      fc.asyncProperty(rows, async (cells) => {
        expect(await outcome(sheetOf(cells, ''))).toEqual(await outcome(sheetOf(cells, '<!---->')));
      }),
      { numRuns: 300 },
    );
  });
});
