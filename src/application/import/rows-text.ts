import type { CellValue } from '../../domain/sheet-row.ts';
import type { WaitingRow } from './ports.ts';

/** A cell in JSON: text, number, boolean and blank as they are, a date as {d: RFC 3339}, an error cell as {e: text}. */
type JsonCell = string | number | boolean | null | { readonly d: string | null } | { readonly e: string };

/** A waiting row in JSON, with short names because there are many: row number, cells, the row that it repeats. */
interface JsonRow {
  readonly r: number;
  readonly c: JsonCell[];
  readonly d?: number;
}

/** Rows as JSON text, which keeps every cell as it is: halves of surrogate pairs are written as escapes, where stores would lose or refuse them. */
export function encodeRows(rows: readonly WaitingRow[]): string {
  return JSON.stringify(
    rows.map(({ rowNumber, cells, duplicateOf }): JsonRow => {
      const row = { r: rowNumber, c: cells.map(toJson) };
      return duplicateOf === null ? row : { ...row, d: duplicateOf };
    }),
  );
}

/** The rows of a text that `encodeRows` made. */
export function decodeRows(text: string): WaitingRow[] {
  const rows: readonly JsonRow[] = JSON.parse(text);
  return rows.map(({ r, c, d }) => ({ rowNumber: r, cells: fromJsonCells(c), duplicateOf: d ?? null }));
}

/** Like `encodeRows`, for the cells of one row. */
export function encodeCells(cells: readonly CellValue[]): string {
  return JSON.stringify(cells.map(toJson));
}

/** The cells of a text that `encodeCells` made. */
export function decodeCells(text: string): CellValue[] {
  return fromJsonCells(JSON.parse(text));
}

/** In the very array that the engine has just parsed: most cells are what they are to be. */
function fromJsonCells(cells: (JsonCell | CellValue)[]): CellValue[] {
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells[index];
    if (typeof cell === 'object' && cell !== null) cells[index] = fromJson(cell as JsonCell);
  }
  return cells as CellValue[];
}

function toJson(cell: CellValue): JsonCell {
  if (cell instanceof Date) return { d: Number.isNaN(cell.getTime()) ? null : cell.toISOString() };
  if (cell !== null && typeof cell === 'object') return { e: cell.error };
  return cell;
}

function fromJson(cell: JsonCell): CellValue {
  if (cell === null || typeof cell !== 'object') return cell;
  if ('d' in cell) return new Date(cell.d ?? Number.NaN);
  return { error: cell.e };
}
