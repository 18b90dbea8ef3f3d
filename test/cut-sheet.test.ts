import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CutPiece, cutSheet } from '../src/application/import/cut-sheet.ts';
import { decodeRows } from '../src/application/import/rows-text.ts';
import { type SheetBatch, WorkbookError } from '../src/application/workbook-reader.ts';
import { packText, unpackText } from '../src/infrastructure/packed-text.ts';
import { held } from '../src/infrastructure/spool/held-pieces.ts';
import { type Scratch, scratchFolder } from './support/sheets.ts';

const HEADERS = ['id', 'client', 'tier', 'status', 'created'];
const PLAN = { choices: [], chunkRows: 2, from: 0 };

let scratch: Scratch;
beforeAll(async () => {
  scratch = await scratchFolder();
});
afterAll(() => scratch.clean());

const header = (headers: readonly string[]): SheetBatch => ({ kind: 'header', rowNumber: 1, headers });
const rows = (...numbers: number[]): SheetBatch => ({
  kind: 'rows',
  rows: numbers.map((rowNumber) => ({ rowNumber, values: [`T-${rowNumber}`, 'Ünïcödé 😀'] })),
});

/** Whether the batches come to an end without a fault, or with this one. */
async function* sheet(batches: readonly SheetBatch[], fault?: Error): AsyncGenerator<SheetBatch> {
  yield* batches;
  if (fault) throw fault;
}

/** What comes out of a sheet that is cut and held back, and the fault after it. */
async function cut(batches: readonly SheetBatch[], { fault, from = 0 }: { fault?: Error; from?: number } = {}) {
  const pieces: CutPiece[] = [];
  try {
    const all = cutSheet(sheet(batches, fault), { ...PLAN, from }, packText);
    for await (const piece of held(all, await scratch.write('held', ''), ({ kind }) => kind === 'chunk'))
      pieces.push(piece);
  } catch (error) {
    return { pieces, error };
  }
  return { pieces, error: null };
}

const rowNumbers = (pieces: readonly CutPiece[]) =>
  pieces.flatMap((piece) =>
    piece.kind === 'chunk' ? [decodeRows(unpackText(piece.chunk.rows)).map(({ rowNumber }) => rowNumber)] : [],
  );

describe('a sheet that is cut and held back', () => {
  it('comes as its header, the number of rows, and chunks of the size that was asked for', async () => {
    const { pieces, error } = await cut([header(HEADERS), rows(2, 3, 4), rows(5, 6)]);
    expect(error).toBeNull();
    expect(pieces.map(({ kind }) => kind)).toEqual(['header', 'total', 'chunk', 'chunk', 'chunk']);
    expect(rowNumbers(pieces)).toEqual([[2, 3], [4, 5], [6]]);
    expect(pieces[1]).toEqual({ kind: 'total', totalRows: 5 });
  });

  it('keeps every cell as it is', async () => {
    const { pieces } = await cut([header(HEADERS), rows(2)]);
    const [chunk] = pieces.flatMap((piece) => (piece.kind === 'chunk' ? [piece.chunk] : []));
    expect(chunk && decodeRows(unpackText(chunk.rows))).toEqual([
      { rowNumber: 2, cells: ['T-2', 'Ünïcödé 😀'], duplicateOf: null },
    ]);
  });

  it('leaves out the chunks that are there already', async () => {
    const { pieces } = await cut([header(HEADERS), rows(2, 3, 4, 5, 6)], { from: 1 });
    expect(rowNumbers(pieces)).toEqual([[4, 5], [6]]);
  });

  it('gives nothing of what came before a second header', async () => {
    const { pieces, error } = await cut([header(['other']), rows(2, 3, 4), header(HEADERS), rows(7, 8, 9)]);
    expect(error).toBeNull();
    expect(pieces[0]).toMatchObject({ kind: 'header', headers: HEADERS });
    expect(rowNumbers(pieces)).toEqual([[7, 8], [9]]);
    expect(pieces[1]).toEqual({ kind: 'total', totalRows: 3 });
  });

  it('gives its header, and no row, when it is at fault at its end', async () => {
    const fault = new WorkbookError('The workbook is damaged.');
    const { pieces, error } = await cut([header(HEADERS), rows(2, 3, 4, 5)], { fault });
    expect(error).toBe(fault);
    expect(pieces.map(({ kind }) => kind)).toEqual(['header']);
  });

  it('gives its header when columns are missing, so that whoever corrects it sees what was taken for what', async () => {
    const { pieces, error } = await cut([header(['id', 'client']), rows(2)]);
    expect(error).toBeInstanceOf(WorkbookError);
    expect(pieces).toEqual([{ kind: 'header', headers: ['id', 'client'], fields: ['externalId', 'clientName'] }]);
  });

  it('gives nothing at all when the reading failed for a reason that is not of the file', async () => {
    const fault = new Error('the disk is gone');
    expect(await cut([header(HEADERS), rows(2, 3)], { fault })).toEqual({ pieces: [], error: fault });
  });
});
