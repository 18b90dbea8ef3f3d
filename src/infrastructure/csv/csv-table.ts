import type { SheetBatch } from '../../application/workbook-reader.ts';
import { isBlankHeader } from '../../domain/import-columns.ts';
import type { CellValue, SheetRow } from '../../domain/sheet-row.ts';

/** What a batch may hold before it goes out, however few its rows are: cells, and UTF-16 units of text. */
const MAX_BATCH_VALUES = 100_000;
const MAX_BATCH_LENGTH = 1024 ** 2;

/** Turns rows of text into batches: the first row that is not blank is the header. */
export class CsvTable {
  readonly #batchRows: number;
  #batches: SheetBatch[] = [];
  #headers: readonly CellValue[] | null = null;
  /** How many cells the header row has, also those that are blank. */
  #width = 0;
  #rows: SheetRow[] = [];
  #values = 0;
  #length = 0;

  constructor(batchRows: number) {
    this.#batchRows = batchRows;
  }

  /** Whether there is a header. */
  get hasHeader(): boolean {
    return this.#headers !== null;
  }

  /** The batches that are ready, once. With `last` also the one that is not full. */
  take(last = false): readonly SheetBatch[] {
    if (last) this.#flush();
    const ready = this.#batches;
    if (ready.length > 0) this.#batches = [];
    return ready;
  }

  add(rowNumber: number, cells: readonly string[]): void {
    if (this.#headers === null) this.#takeHeader(rowNumber, cells);
    else this.#takeRow(rowNumber, cells, this.#headers);
  }

  #takeHeader(rowNumber: number, cells: readonly string[]): void {
    const headers = withoutBlankEnd(cells.map(unwrapped).map((cell) => (isBlankHeader(cell) ? null : cell)));
    if (headers.length === 0) return;
    this.#headers = headers;
    this.#width = cells.length;
    this.#batches.push({ kind: 'header', rowNumber, headers });
  }

  #takeRow(rowNumber: number, cells: readonly string[], headers: readonly CellValue[]): void {
    const values = withoutBlankEnd(
      cells.map((cell, column) => {
        // Nothing under a blank header can mean anything. What is past the last header shows that the row is out of joint.
        const isNamed = column < this.#width ? (headers[column] ?? null) !== null : !isBlank(cell);
        return isNamed && cell !== '' ? unwrapped(cell) : null;
      }),
    );
    if (values.every(isBlank)) return;
    this.#rows.push({ rowNumber, values });
    this.#values += values.length;
    for (const value of values) if (value !== null) this.#length += value.length;
    const isFull = this.#rows.length >= this.#batchRows || this.#values >= MAX_BATCH_VALUES;
    if (isFull || this.#length >= MAX_BATCH_LENGTH) this.#flush();
  }

  #flush(): void {
    if (this.#rows.length === 0) return;
    this.#batches.push({ kind: 'rows', rows: this.#rows });
    this.#rows = [];
    this.#values = 0;
    this.#length = 0;
  }
}

/** Exporters write `="00123"` so that Excel leaves the zeros alone: a formula whose value is the text in it. */
function unwrapped(cell: string): string {
  if (!cell.startsWith('="')) return cell;
  return /^="([^"]*)"$/.exec(cell)?.[1] ?? cell;
}

function isBlank(value: string | null): boolean {
  return value === null || value.trim() === '';
}

function withoutBlankEnd(values: (string | null)[]): (string | null)[] {
  let length = values.length;
  while (length > 0 && values[length - 1] === null) length -= 1;
  values.length = length;
  return values;
}
