import { type SheetBatch, WorkbookError } from '../../application/workbook-reader.ts';
import { type CellValue, isBlank, type SheetRow } from '../../domain/sheet-row.ts';
import { MAX_ROWS } from './workbook-limits.ts';
import { detached } from './xml-text.ts';

/** Values in a batch at which it goes out, however few rows they are: rows may be 16,384 columns wide. */
const MAX_BATCH_VALUES = 100_000;
/** The same for UTF-16 units of text. */
const MAX_BATCH_TEXT = 1024 ** 2;

/** Where the rows of a worksheet go, in the order of the file. */
export interface RowSink {
  /** Whether a value in this place means anything; if not it is not even looked at. */
  wants(rowNumber: number, column: number): boolean;
  /** Takes a row that holds at least one value; its texts have `textLength` UTF-16 units. */
  add(rowNumber: number, values: CellValue[], textLength: number): void;
}

export interface HeaderRow {
  readonly rowNumber: number;
  readonly headers: readonly CellValue[];
}

/** Makes batches of rows. Unless the header row is known it is the first row that is not blank. */
export class SheetBatches implements RowSink {
  readonly #batchRows: number;
  readonly #isKnown: boolean;
  #batches: SheetBatch[] = [];
  #header: HeaderRow | null = null;
  #rows: SheetRow[] = [];
  #valuesInBatch = 0;
  #textInBatch = 0;
  /** UTF-16 units of text in all rows so far. */
  textLength = 0;
  /** One bit for each row that came: rows may stand in any order, but each only once. */
  readonly #seen = new Uint32Array(MAX_ROWS / 32 + 1);

  constructor(batchRows: number, header?: HeaderRow) {
    this.#batchRows = batchRows;
    this.#isKnown = header !== undefined;
    if (header) this.#begin(header);
  }

  get header(): HeaderRow | null {
    return this.#header;
  }

  /** What stands under no header cannot mean anything; not keeping it bounds the memory of rows that reach to column XFD. */
  wants(_rowNumber: number, column: number): boolean {
    return this.#header === null || (this.#header.headers[column] ?? null) !== null;
  }

  add(rowNumber: number, values: CellValue[], textLength: number): void {
    this.#assertNew(rowNumber);
    if (this.#header === null) {
      const headers = headersOf({ rowNumber, values });
      if (headers) this.#begin({ rowNumber, headers });
      return;
    }
    // What stands above a header that was searched for is blank.
    if (this.#isKnown && rowNumber <= this.#header.rowNumber) return;
    this.#rows.push({ rowNumber, values });
    this.textLength += textLength;
    this.#textInBatch += textLength;
    this.#valuesInBatch += values.length;
    const isFull = this.#valuesInBatch >= MAX_BATCH_VALUES || this.#textInBatch >= MAX_BATCH_TEXT;
    if (isFull || this.#rows.length >= this.#batchRows) this.#flush();
  }

  /** The batches that are ready, once. With `last` also the one that is not full. */
  take(last = false): readonly SheetBatch[] {
    if (last) this.#flush();
    const ready = this.#batches;
    if (ready.length > 0) this.#batches = [];
    return ready;
  }

  #begin(header: HeaderRow): void {
    this.#header = header;
    this.#batches.push({ kind: 'header', ...header });
  }

  #assertNew(rowNumber: number): void {
    const word = rowNumber >>> 5;
    const seen = this.#seen[word] ?? 0;
    const bit = 1 << (rowNumber & 31);
    if ((seen & bit) !== 0) throw new WorkbookError(`The workbook is damaged: row ${rowNumber} is there twice.`);
    this.#seen[word] = seen | bit;
  }

  #flush(): void {
    if (this.#rows.length === 0) return;
    this.#batches.push({ kind: 'rows', rows: this.#rows });
    this.#rows = [];
    this.#valuesInBatch = 0;
    this.#textInBatch = 0;
  }
}

/** Finds the header row of a sheet whose rows may be in any order: the uppermost that is not blank. */
export class HeaderSearch implements RowSink {
  header: HeaderRow | null = null;

  wants(rowNumber: number): boolean {
    return this.header === null || rowNumber < this.header.rowNumber;
  }

  add(rowNumber: number, values: CellValue[]): void {
    if (!this.wants(rowNumber)) return;
    const headers = headersOf({ rowNumber, values });
    if (headers) this.header = { rowNumber, headers };
  }
}

/** The cells of a row as headers, blank ones as null; null when all of them are blank. */
function headersOf(row: SheetRow): readonly CellValue[] | null {
  if (isBlank(row)) return null;
  const headers = row.values.map((value) => {
    if (typeof value !== 'string') return value;
    return value.trim() === '' ? null : detached(value);
  });
  while (headers.at(-1) === null) headers.pop();
  return headers;
}
