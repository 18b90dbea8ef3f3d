import { WorkbookError } from '../../application/workbook-reader.ts';
import { type CellValue, columnName } from '../../domain/sheet-row.ts';
import { parseReference } from './cell-reference.ts';
import { type CellContext, cellValue, digitsValue } from './cell-value.ts';
import { PlainCell } from './plain-cell.ts';
import { assertCellLength, RichText } from './rich-text.ts';
import type { RowSink } from './sheet-rows.ts';
import { MAX_COLUMNS, MAX_RAW_LENGTH, MAX_ROW_TEXT, MAX_ROWS } from './workbook-limits.ts';
import type { XmlHandler } from './xml-scanner.ts';
import { twice, XmlAttributes } from './xml-text.ts';

const WORKSHEET = 1;
const SHEET_DATA = 2;
const ROW = 3;
const CELL = 4;
const IN_CELL = 5;

/** Turns the markup of a worksheet into rows: `worksheet > sheetData > row > c > v | is | f`. Anything else is passed over. */
export class SheetHandler implements XmlHandler {
  readonly #context: CellContext;
  readonly #sink: RowSink;
  readonly #plain = new PlainCell();

  /** The element of each level that we are in, if it is one that we know. */
  #inData = false;
  #inRow = false;
  #inCell = false;
  #inValue = false;
  #inInline = false;

  #rowNumber = 0;
  /** The row has not said its number: its cells may. */
  #isRowImplied = false;
  #values: CellValue[] = [];
  /** UTF-16 units of text in them. */
  #textLength = 0;

  #column = -1;
  #type = 'n';
  #style = 0;
  #raw: string | null = null;
  #hasFormula = false;
  #inlineSeen = false;
  readonly #inline = new RichText(IN_CELL);
  readonly #where = () => `cell ${columnName(this.#column)}${this.#rowNumber}`;

  constructor(context: CellContext, sink: RowSink) {
    this.#context = context;
    this.#sink = sink;
  }

  /** Takes a whole cell at once when it is written as nearly all are. */
  whole(text: string, codes: Uint16Array, at: number, depth: number): number {
    if (depth !== CELL || !this.#inRow || this.#isRowImplied) return -1;
    const cell = this.#plain;
    const end = cell.read(text, codes, at, this.#rowNumber, this.#column + 1);
    if (end === -1) return -1;
    const before = this.#column;
    this.#column = cell.column;
    const slot = cell.type === '' ? -1 : this.#sink.slot(this.#rowNumber, cell.column);
    if (slot === -1) return end;
    const value = this.#plainValue(cell);
    if (value === undefined) {
      this.#column = before;
      return -1;
    }
    this.#put(slot, value);
    return end;
  }

  #plainValue({ type, style, number, raw }: PlainCell): CellValue | undefined {
    if (!Number.isNaN(number) && (type === 's' || type === 'n')) return digitsValue(type, style, number, this.#context);
    return cellValue(type, style, raw, this.#where, this.#context);
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
      assertCellLength(this.#raw, this.#where, MAX_RAW_LENGTH);
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
    let number: number | null = null;
    const attributes = new XmlAttributes(raw);
    while (attributes.next()) {
      if (attributes.name !== 'r') continue;
      if (number !== null) throw twice('r');
      number = Number(attributes.value);
    }
    this.#isRowImplied = number === null;
    this.#setRow(number ?? this.#rowNumber + 1);
    this.#inRow = true;
    this.#column = -1;
    this.#values = [];
    this.#textLength = 0;
  }

  #setRow(number: number): void {
    if (!Number.isInteger(number) || number < 1)
      throw new WorkbookError(`The workbook is damaged: a row after row ${this.#rowNumber} has no proper number.`);
    if (number > MAX_ROWS)
      throw new WorkbookError(`The workbook is refused: it has more than ${MAX_ROWS} rows, Excel's limit.`);
    this.#rowNumber = number;
  }

  #openCell(raw: string): void {
    this.#type = 'n';
    this.#style = 0;
    this.#raw = null;
    this.#hasFormula = false;
    this.#inlineSeen = false;
    let column = this.#column + 1;
    let seen = '';
    const attributes = new XmlAttributes(raw);
    while (attributes.next()) {
      if (attributes.name.length > 1) continue;
      if (seen.includes(attributes.name)) throw twice(attributes.name);
      seen += attributes.name;
      if (attributes.name === 'r') column = this.#placed(attributes.value);
      else if (attributes.name === 's') this.#style = Number(attributes.value);
      else if (attributes.name === 't') this.#type = attributes.value;
    }
    if (column >= MAX_COLUMNS)
      throw new WorkbookError(`The workbook is refused: it has more than ${MAX_COLUMNS} columns, Excel's limit.`);
    this.#column = column;
    this.#inCell = true;
  }

  /** The column of a reference. The first one of a row that has not said its number says it. */
  #placed(reference: string): number {
    const place = parseReference(reference);
    if (place === null)
      throw new WorkbookError(`The workbook is damaged: a cell of row ${this.#rowNumber} has a wrong place.`);
    if (place.row !== this.#rowNumber) {
      if (!this.#isRowImplied || this.#column >= 0)
        throw new WorkbookError(`The workbook is damaged: a cell of row ${this.#rowNumber} has a wrong place.`);
      this.#setRow(place.row);
    }
    this.#isRowImplied = false;
    return place.column;
  }

  #openInCell(name: string): void {
    if (name === 'v') {
      if (this.#raw !== null) throw new WorkbookError(`The workbook is damaged: ${this.#where()} has two values.`);
      this.#inValue = true;
      this.#raw = '';
    } else if (name === 'is') {
      if (this.#inlineSeen) throw new WorkbookError(`The workbook is damaged: ${this.#where()} has two values.`);
      this.#inInline = true;
      this.#inlineSeen = true;
      this.#inline.start();
    } else if (name === 'f') {
      this.#hasFormula = true;
    }
  }

  #closeCell(): void {
    this.#inCell = false;
    const slot = this.#sink.slot(this.#rowNumber, this.#column);
    if (slot !== -1) this.#put(slot, this.#cellValue());
  }

  #put(slot: number, value: CellValue): void {
    if (value === null) return;
    const values = this.#values;
    while (values.length < slot) values.push(null);
    if ((values[slot] ?? null) !== null)
      throw new WorkbookError(`The workbook is damaged: ${this.#where()} is there twice.`);
    values[slot] = value;
    if (typeof value === 'string') this.#countText(value.length);
  }

  /** A few bytes can refer to a long shared text, in each of 16,384 columns. */
  #countText(length: number): void {
    this.#textLength += length;
    if (this.#textLength > MAX_ROW_TEXT) {
      throw new WorkbookError(
        `The workbook is refused: its row ${this.#rowNumber} holds more than ${MAX_ROW_TEXT} characters.`,
      );
    }
  }

  #cellValue(): CellValue {
    // Some programs write inline text without saying so, or a plain value where they announce inline text.
    if (this.#inlineSeen && (this.#raw === null || this.#type === 'inlineStr'))
      return this.#inline.finish(this.#where) || null;
    // A formula that nobody has calculated yet: its value is unknown, which is not the same as blank.
    if (this.#hasFormula && (this.#raw === null || (this.#type !== 'str' && this.#raw.trim() === '')))
      return { error: 'a formula without a saved value' };
    if (this.#raw !== null) return cellValue(this.#type, this.#style, this.#raw, this.#where, this.#context);
    return null;
  }

  #closeRow(): void {
    this.#inRow = false;
    if (this.#values.length > 0) this.#sink.add(this.#rowNumber, this.#values, this.#textLength);
  }
}
