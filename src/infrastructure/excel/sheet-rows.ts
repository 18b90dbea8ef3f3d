import { type SheetBatch, WorkbookError } from '../../application/workbook-reader.ts';
import { isBlankHeader } from '../../domain/import-columns.ts';
import type { CellValue, SheetRow } from '../../domain/sheet-row.ts';
import { MAX_COLUMNS, MAX_ROWS } from './workbook-limits.ts';
import { detached } from './xml-text.ts';

/** Values in a batch at which it goes out, however few rows they are: rows may be 16,384 columns wide. */
const MAX_BATCH_VALUES = 100_000;
/** The same for UTF-16 units of text. */
const MAX_BATCH_TEXT = 1024 ** 2;

/** More columns without a header than this, among those with one, are left out of every row. */
const MAX_BLANK_HEADERS = 256;

/** Where the rows of a worksheet go, in the order of the file. */
export interface RowSink {
  /** The index among a row's values of one in this column, or -1 when it cannot mean anything and is not even looked at. */
  slot(rowNumber: number, column: number): number;
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
  #above: HeaderRow | null = null;
  #slots: Int16Array | null = null;
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

  /** The header row as the sheet has it, when it has come. */
  get header(): HeaderRow | null {
    return this.#header;
  }

  /** The true header row, when it came after another one: rows can come in any order, and the uppermost that is not blank is it. */
  get above(): HeaderRow | null {
    return this.#above;
  }

  /** What stands under no header cannot mean anything; not keeping it bounds the memory of rows that reach to column XFD. */
  slot(rowNumber: number, column: number): number {
    if (this.#slots === null || this.#isAbove(rowNumber)) return column;
    return this.#slots[column] ?? -1;
  }

  add(rowNumber: number, values: CellValue[], textLength: number): void {
    this.#assertNew(rowNumber);
    if (this.#header === null) {
      const headers = headersOf({ rowNumber, values });
      if (headers) this.#begin({ rowNumber, headers });
      return;
    }
    // What stands above a header that is known is blank.
    if (this.#isKnown && rowNumber <= this.#header.rowNumber) return;
    if (this.#isAbove(rowNumber)) {
      const headers = headersOf({ rowNumber, values });
      if (headers) this.#above = { rowNumber, headers };
      return;
    }
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
    const { slots, ...kept } = slotsOf(header.headers);
    this.#slots = slots;
    this.#header = header;
    this.#batches.push({ kind: 'header', rowNumber: header.rowNumber, ...kept });
  }

  /** Whether a row of this number, if it is not blank, is the header rather than the one that was taken for it. */
  #isAbove(rowNumber: number): boolean {
    const uppermost = this.#above ?? this.#header;
    return !this.#isKnown && uppermost !== null && rowNumber < uppermost.rowNumber;
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

/**
 * Where the values under each header go: to their own column, -1 for none, unless the headers have a gap so wide that rows of
 * mere blanks would take most of the time and memory. Then columns without a header are left out of headers and rows alike,
 * and `columns` says where the others stand.
 */
function slotsOf(headers: readonly CellValue[]): {
  readonly slots: Int16Array;
  readonly headers: readonly CellValue[];
  readonly columns?: readonly number[];
} {
  const columns = [...headers.keys()].filter((column) => (headers[column] ?? null) !== null);
  const slots = new Int16Array(MAX_COLUMNS).fill(-1);
  if (headers.length - columns.length <= MAX_BLANK_HEADERS) {
    for (const column of columns) slots[column] = column;
    return { slots, headers };
  }
  for (const [slot, column] of columns.entries()) slots[column] = slot;
  return { slots, headers: columns.map((column) => headers[column] ?? null), columns };
}

/** The cells of a row as headers, blank ones as null; null when all of them are blank. */
function headersOf(row: SheetRow): readonly CellValue[] | null {
  const headers = row.values.map((value) => {
    if (typeof value !== 'string') return value;
    return isBlankHeader(value) ? null : detached(value);
  });
  while (headers.at(-1) === null) headers.pop();
  return headers.length > 0 ? headers : null;
}
