import { expect, it } from 'vitest';
import { ChunkCutter, type CutRows } from '../src/application/import/chunk-cutter.ts';
import type { SheetRow } from '../src/domain/sheet-row.ts';

/** Rows whose text is as long as `lengths` say. */
function rows(lengths: readonly number[]): SheetRow[] {
  return lengths.map((length, index) => ({ rowNumber: index + 2, values: [`id ${index}`, 'x'.repeat(length)] }));
}

function cut(sheet: readonly SheetRow[], size: number): CutRows[] {
  const cutter = new ChunkCutter({ externalId: 0 }, size);
  return [...cutter.add(sheet), ...cutter.end()];
}

const LONG = 1024 ** 2;

it('rows are cut into chunks of one size, and the rest', () => {
  expect(cut(rows(Array<number>(25).fill(1)), 10).map((chunk) => chunk.rows.length)).toEqual([10, 10, 5]);
});

it('rows of very long texts are cut into fewer, and a reading that begins anew with what it is told cuts the same', () => {
  const mixed = Array.from({ length: 60 }, (_, index) => (index % 20 < 7 ? LONG : 10));
  const first = cut(rows(mixed), 10);
  expect(first[0]?.rows).toHaveLength(4);
  const again = cut(rows(mixed), first[0]?.rows.length ?? 0);
  expect(again).toEqual(first);

  const late = Array.from({ length: 60 }, (_, index) => (index > 30 ? LONG : 10));
  const chunks = cut(rows(late), 10);
  expect(chunks.map((chunk) => chunk.rows.length).slice(0, 5)).toEqual([10, 10, 10, 5, 4]);
  expect(cut(rows(late), 10)).toEqual(chunks);
});
