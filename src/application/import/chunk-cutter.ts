import type { ImportColumns } from '../../domain/import-columns.ts';
import { FirstRows } from '../../domain/import-duplicates.ts';
import { externalIdOf } from '../../domain/import-row.ts';
import { isBlank, type SheetRow } from '../../domain/sheet-row.ts';
import type { WaitingRow } from './ports.ts';

/** The rows of a chunk. */
export interface CutRows {
  readonly seq: number;
  readonly rows: readonly WaitingRow[];
}

/** UTF-16 units of text at which a chunk is cut, however few rows it has: a thousand rows of the longest cells would fill the memory. */
const MAX_TEXT = 4 * 1024 ** 2;

/**
 * Cuts a sheet's rows into chunks of `size`, or of fewer rows when their text is very long: blank rows are left out, and of
 * rows with the same external id all but the first are marked. The same rows give the same chunks, so that a reading that
 * begins anew finds its place.
 */
export class ChunkCutter {
  readonly #columns: ImportColumns;
  /** Once the first chunk is cut, its length: that is what a reading that begins anew is given. */
  #size: number;
  readonly #firstRows = new FirstRows();
  #rows: WaitingRow[] = [];
  #text = 0;
  #seq = 0;
  /** Rows that were not blank, so far. */
  total = 0;

  constructor(columns: ImportColumns, size: number) {
    this.#columns = columns;
    this.#size = size;
  }

  /** Takes rows in the order of the sheet and returns the chunks that they complete. */
  add(rows: readonly SheetRow[]): CutRows[] {
    const full: CutRows[] = [];
    for (const row of rows) {
      if (isBlank(row)) continue;
      const id = externalIdOf(row, this.#columns);
      const duplicateOf = id === null ? null : this.#firstRows.claim(id, row.rowNumber);
      this.#rows.push({ rowNumber: row.rowNumber, cells: row.values, duplicateOf });
      this.total += 1;
      this.#text += textLength(row);
      if (this.#rows.length === this.#size || this.#text >= MAX_TEXT) full.push(this.#cut());
    }
    return full;
  }

  /** The last chunk, shorter than the others; none when the rows came out even. */
  end(): CutRows[] {
    return this.#rows.length > 0 ? [this.#cut()] : [];
  }

  #cut(): CutRows {
    const chunk = { seq: this.#seq, rows: this.#rows };
    if (this.#seq === 0) this.#size = this.#rows.length;
    this.#seq += 1;
    this.#rows = [];
    this.#text = 0;
    return chunk;
  }
}

function textLength({ values }: SheetRow): number {
  let length = 0;
  for (const value of values) if (typeof value === 'string') length += value.length;
  return length;
}
