import type { ImportColumns } from '../../domain/import-columns.ts';
import { FirstRows } from '../../domain/import-duplicates.ts';
import { externalIdOf } from '../../domain/import-row.ts';
import { isBlank, type SheetRow } from '../../domain/sheet-row.ts';
import type { WaitingRow } from './ports.ts';

export interface Chunk {
  readonly seq: number;
  readonly rows: readonly WaitingRow[];
}

/**
 * Cuts a sheet's rows into chunks of `size`: blank rows are left out, and of rows with the same external id all but the
 * first are marked. The same rows give the same chunks, so that a reading that begins anew finds its place.
 */
export class ChunkCutter {
  readonly #columns: ImportColumns;
  readonly #size: number;
  readonly #firstRows = new FirstRows();
  #rows: WaitingRow[] = [];
  #seq = 0;
  /** Rows that were not blank, so far. */
  total = 0;

  constructor(columns: ImportColumns, size: number) {
    this.#columns = columns;
    this.#size = size;
  }

  /** Takes rows in the order of the sheet and returns the chunks that they complete. */
  add(rows: readonly SheetRow[]): Chunk[] {
    const full: Chunk[] = [];
    for (const row of rows) {
      if (isBlank(row)) continue;
      const id = externalIdOf(row, this.#columns);
      const duplicateOf = id === null ? null : this.#firstRows.claim(id, row.rowNumber);
      this.#rows.push({ rowNumber: row.rowNumber, cells: row.values, duplicateOf });
      this.total += 1;
      if (this.#rows.length === this.#size) full.push(this.#cut());
    }
    return full;
  }

  /** The last chunk, shorter than the others; none when the rows came out even. */
  end(): Chunk[] {
    return this.#rows.length > 0 ? [this.#cut()] : [];
  }

  #cut(): Chunk {
    const chunk = { seq: this.#seq, rows: this.#rows };
    this.#seq += 1;
    this.#rows = [];
    return chunk;
  }
}
