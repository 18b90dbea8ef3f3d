import { type SheetBatch, WorkbookError } from '../../application/workbook-reader.ts';
import { type CellValue, columnName, type SheetRow } from '../../domain/sheet-row.ts';
import { columnOf } from './cell-reference.ts';
import { type CellContext, cellValue } from './cell-value.ts';
import { assertCellLength, RichText } from './rich-text.ts';
import { MAX_CELL_LENGTH, MAX_COLUMNS, MAX_ROWS } from './workbook-limits.ts';
import type { XmlHandler } from './xml-scanner.ts';
import { XmlAttributes } from './xml-text.ts';

/** Values in a batch at which it goes out, however few rows they are: rows may be 16,384 columns wide. */
const MAX_BATCH_VALUES = 100_000;

/** The raw text of a value: escapes such as `_x000D_` take seven units for one, and formatting may surround it. */
const MAX_RAW_VALUE = MAX_CELL_LENGTH * 7;

const WORKSHEET = 1;
const SHEET_DATA = 2;
const ROW = 3;
const CELL = 4;
const IN_CELL = 5;

/** Turns the markup of a worksheet into batches: `worksheet > sheetData > row > c > v | is | f`. Anything else is passed over. */
export class SheetHandler implements XmlHandler {
  readonly #context: CellContext;
  readonly #batchRows: number;
  #batches: SheetBatch[] = [];
  #headers: readonly CellValue[] | null = null;

  /** The element of each level that we are in, if it is one that we know. */
  #inData = false;
  #inRow = false;
  #inCell = false;
  #inValue = false;
  #inInline = false;

  #rowNumber = 0;
  #values: CellValue[] = [];
  #rows: SheetRow[] = [];
  #valuesInBatch = 0;

  #column = -1;
  #type = 'n';
  #style = 0;
  #raw: string | null = null;
  #hasFormula = false;
  #inlineSeen = false;
  readonly #inline = new RichText(IN_CELL);

  constructor(context: CellContext, batchRows: number) {
    this.#context = context;
    this.#batchRows = batchRows;
  }

  /** The batches that are ready, once. With `last` also the one that is not full. */
  take(last = false): readonly SheetBatch[] {
    if (last) this.#flush();
    const ready = this.#batches;
    if (ready.length > 0) this.#batches = [];
    return ready;
  }

  open(name: string, depth: number, attributes: string): void {
    if (depth === IN_CELL) {
      if (this.#inCell) this.#openInCell(name);
    } else if (depth === CELL) {
      if (this.#inRow && name === 'c') this.#openCell(attributes);
    } else if (depth > IN_CELL) {
      if (this.#inInline) this.#inline.open(name, depth);
    } else if (depth === ROW) {
      if (this.#inData && name === 'row') this.#openRow(attributes);
    } else if (depth === SHEET_DATA) {
      this.#inData = name === 'sheetData';
    } else if (depth === WORKSHEET && name !== 'worksheet') {
      throw new WorkbookError('The workbook is damaged: its first sheet is something else.');
    }
  }

  text(value: string, depth: number): void {
    if (this.#inValue && depth === IN_CELL) {
      this.#raw = this.#raw === null || this.#raw === '' ? value : this.#raw + value;
      assertCellLength(this.#raw, `cell ${this.#where()}`, MAX_RAW_VALUE);
    } else if (this.#inInline) {
      this.#inline.text(value);
    }
  }

  close(_name: string, depth: number): void {
    if (depth === IN_CELL) {
      this.#inValue = false;
      this.#inInline = false;
    } else if (depth === CELL) {
      if (this.#inCell) this.#closeCell();
    } else if (depth > IN_CELL) {
      if (this.#inInline) this.#inline.close(depth);
    } else if (depth === ROW) {
      if (this.#inRow) this.#closeRow();
    } else if (depth === SHEET_DATA) {
      this.#inData = false;
    }
  }

  #openRow(raw: string): void {
    let number = this.#rowNumber + 1;
    const attributes = new XmlAttributes(raw);
    while (attributes.next()) if (attributes.name === 'r') number = Number(attributes.value);
    if (!Number.isInteger(number) || number <= this.#rowNumber) {
      throw new WorkbookError(`The workbook is damaged: its rows are out of order after row ${this.#rowNumber}.`);
    }
    if (number > MAX_ROWS)
      throw new WorkbookError(`The workbook is refused: it has more than ${MAX_ROWS} rows, Excel's limit.`);
    this.#rowNumber = number;
    this.#inRow = true;
    this.#column = -1;
    this.#values = [];
  }

  #openCell(raw: string): void {
    this.#type = 'n';
    this.#style = 0;
    this.#raw = null;
    this.#hasFormula = false;
    this.#inlineSeen = false;
    let column = this.#column + 1;
    const attributes = new XmlAttributes(raw);
    while (attributes.next()) {
      if (attributes.name === 'r') column = columnOf(attributes.value, this.#rowNumber);
      else if (attributes.name === 's') this.#style = Number(attributes.value);
      else if (attributes.name === 't') this.#type = attributes.value;
    }
    if (column < 0)
      throw new WorkbookError(`The workbook is damaged: a cell of row ${this.#rowNumber} has a wrong place.`);
    if (column >= MAX_COLUMNS) {
      throw new WorkbookError(`The workbook is refused: it has more than ${MAX_COLUMNS} columns, Excel's limit.`);
    }
    this.#column = column;
    this.#inCell = true;
  }

  #openInCell(name: string): void {
    if (name === 'v') {
      this.#inValue = true;
      this.#raw ??= '';
    } else if (name === 'is') {
      this.#inInline = true;
      this.#inlineSeen = true;
      this.#inline.start();
    } else if (name === 'f') {
      this.#hasFormula = true;
    }
  }

  #closeCell(): void {
    this.#inCell = false;
    // What stands under no header cannot mean anything; not keeping it bounds the memory of rows that reach to column XFD.
    if (this.#headers !== null && (this.#headers[this.#column] ?? null) === null) return;
    const value = this.#cellValue();
    if (value === null) return;
    while (this.#values.length < this.#column) this.#values.push(null);
    if ((this.#values[this.#column] ?? null) !== null) {
      throw new WorkbookError(`The workbook is damaged: cell ${this.#where()} is there twice.`);
    }
    this.#values[this.#column] = value;
  }

  #cellValue(): CellValue {
    if (this.#type === 'inlineStr') {
      const text = this.#inlineSeen ? this.#inline.finish(`cell ${this.#where()}`) : (this.#raw ?? '');
      return text === '' ? null : text;
    }
    if (this.#raw !== null)
      return cellValue(this.#type, this.#style, this.#raw, `cell ${this.#where()}`, this.#context);
    // A formula that nobody has calculated yet: its value is unknown, which is not the same as blank.
    return this.#hasFormula ? { error: 'a formula without a saved value' } : null;
  }

  #closeRow(): void {
    this.#inRow = false;
    if (this.#values.length === 0) return;
    if (this.#headers === null) {
      if (this.#values.every((value) => value === null || (typeof value === 'string' && value.trim() === ''))) return;
      this.#headers = this.#values.map((value) => (typeof value === 'string' && value.trim() === '' ? null : value));
      this.#batches.push({ kind: 'header', rowNumber: this.#rowNumber, headers: this.#headers });
      return;
    }
    this.#rows.push({ rowNumber: this.#rowNumber, values: this.#values });
    this.#valuesInBatch += this.#values.length;
    if (this.#rows.length >= this.#batchRows || this.#valuesInBatch >= MAX_BATCH_VALUES) this.#flush();
  }

  #flush(): void {
    if (this.#rows.length === 0) return;
    this.#batches.push({ kind: 'rows', rows: this.#rows });
    this.#rows = [];
    this.#valuesInBatch = 0;
  }

  #where(): string {
    return columnName(this.#column) + this.#rowNumber;
  }
}
