import { WorkbookError } from '../../application/workbook-reader.ts';
import { MAX_CELL_LENGTH, MAX_COLUMNS, MAX_ROW_TEXT, MAX_ROWS } from '../excel/workbook-limits.ts';

/** Called with each row, the blank ones too: the number of the line that it begins on, from 1, and its cells. */
export type RowSink = (line: number, cells: string[]) => void;

const QUOTE = '"';
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/**
 * Cuts CSV text, which comes in pieces of any size, into rows by RFC 4180. Lines end with CRLF, LF or CR. A quote opens a
 * cell only as its first character; spaces before it and after the closing one mean nothing, any other text there is damage.
 * What is kept between pieces is the row so far and one cell that is not complete.
 */
export class CsvScanner {
  readonly #delimiter: string;
  readonly #onRow: RowSink;
  #text = '';
  #cells: string[] = [];
  /** Units in `#cells`. */
  #rowLength = 0;
  #rows = 0;
  /** The line of the first character of `#text`, and the one that its row began on. */
  #line = 1;
  #rowLine = 1;
  /** The last piece ended with a CR that ended a row: an LF that follows belongs to it. */
  #afterCr = false;

  constructor(delimiter: string, onRow: RowSink) {
    this.#delimiter = delimiter;
    this.#onRow = onRow;
  }

  write(text: string): void {
    this.#scan(text, false);
  }

  /** To be called after the last piece: the last line need not have an end. */
  end(): void {
    this.#scan('', true);
  }

  /** The line that the text so far ends on. */
  get line(): number {
    return this.#line + lineBreaks(this.#text, 0, this.#text.length);
  }

  #scan(piece: string, isEnd: boolean): void {
    const text = this.#text + piece;
    const length = text.length;
    let at = 0;
    if (this.#afterCr && length > 0) {
      this.#afterCr = false;
      if (text.charCodeAt(0) === LF) at = 1;
    }
    // Each is looked for only once it is passed, so that all the searches together read the text once.
    const find = (wanted: string, from: number) => {
      const found = text.indexOf(wanted, from);
      return found < 0 ? length : found;
    };
    let delimiter = -1;
    let quote = -1;
    let lf = -1;
    let cr = -1;
    while (at < length || (isEnd && this.#cells.length > 0)) {
      if (this.#cells.length === MAX_COLUMNS) throw this.#tooManyColumns();
      if (delimiter < at) delimiter = find(this.#delimiter, at);
      if (quote < at) quote = find(QUOTE, at);
      if (lf < at) lf = find('\n', at);
      if (cr < at) cr = find('\r', at);
      let end = delimiter < lf ? delimiter : lf;
      if (cr < end) end = cr;
      if (quote < end && this.#isBlank(text, at, quote)) {
        end = this.#quotedCell(text, at, quote, cr < lf ? cr : lf, isEnd);
        if (end < 0) break;
      } else {
        if (end - at > MAX_CELL_LENGTH) throw this.#cellTooLong('a cell');
        if (end === length && !isEnd) break;
        this.#addCell(text.slice(at, end));
      }
      at = end + 1;
      const terminator = end < length ? text.charCodeAt(end) : LF;
      if (terminator === LF) {
        this.#endRow();
      } else if (terminator === CR) {
        if (at < length && text.charCodeAt(at) === LF) at += 1;
        else if (at === length) this.#afterCr = true;
        this.#endRow();
      }
    }
    this.#text = at < length ? text.slice(at) : '';
  }

  /** Takes the cell at `start` whose quote stands at `open`, before `lineEnd`. Returns where it ends; -1 when that has not come yet. */
  #quotedCell(text: string, start: number, open: number, lineEnd: number, isEnd: boolean): number {
    const { length } = text;
    const what = `the quoted cell that begins on line ${this.#line}`;
    if (open - start > MAX_CELL_LENGTH) throw this.#cellTooLong('a cell');
    let value = '';
    let from = open + 1;
    for (;;) {
      const close = text.indexOf(QUOTE, from);
      const until = close < 0 ? length : close;
      if (value.length + until - from > MAX_CELL_LENGTH)
        throw this.#cellTooLong(what, ' Is its closing quote missing?');
      if (close < 0 || (close + 1 === length && !isEnd)) {
        if (!isEnd) return -1;
        throw damaged(`the quote that opens a cell on line ${this.#line} is never closed.`);
      }
      value = value === '' ? text.slice(from, close) : value + text.slice(from, close);
      from = close + 2;
      if (text.charCodeAt(close + 1) === QUOTE.charCodeAt(0)) {
        value += QUOTE;
        continue;
      }
      let end = close + 1;
      while (end < length && this.#isSpace(text.charCodeAt(end))) end += 1;
      if (end - close > MAX_CELL_LENGTH) throw this.#cellTooLong(what);
      if (end === length && !isEnd) return -1;
      const broken = lineEnd < close ? lineBreaks(text, lineEnd, close) : 0;
      const code = end < length ? text.charCodeAt(end) : LF;
      if (code !== LF && code !== CR && text[end] !== this.#delimiter) {
        throw damaged(
          `on line ${this.#line + broken} there is more text after the closing quote of a cell. ` +
            'A quote inside a quoted cell has to be doubled ("").',
        );
      }
      this.#addCell(value);
      this.#line += broken;
      return end;
    }
  }

  #addCell(value: string): void {
    this.#rowLength += value.length;
    if (this.#rowLength > MAX_ROW_TEXT) {
      throw refused(`the row of line ${this.#rowLine} holds more than ${MAX_ROW_TEXT} characters.`);
    }
    this.#cells.push(value);
  }

  #endRow(): void {
    const cells = this.#cells;
    this.#rows += 1;
    if (this.#rows > MAX_ROWS) throw refused(`it has more than ${MAX_ROWS} rows, Excel's limit.`);
    this.#cells = [];
    this.#rowLength = 0;
    this.#onRow(this.#rowLine, cells);
    this.#line += 1;
    this.#rowLine = this.#line;
  }

  #isBlank(text: string, from: number, to: number): boolean {
    for (let at = from; at < to; at += 1) if (!this.#isSpace(text.charCodeAt(at))) return false;
    return true;
  }

  #isSpace(code: number): boolean {
    return code === SPACE || (code === TAB && this.#delimiter !== '\t');
  }

  #tooManyColumns(): WorkbookError {
    return refused(`the row of line ${this.#rowLine} has more than ${MAX_COLUMNS} columns, Excel's limit.`);
  }

  #cellTooLong(what: string, hint = ''): WorkbookError {
    const place = what === 'a cell' ? `a cell on line ${this.#line}` : what;
    return refused(
      `${place} holds more than ${MAX_CELL_LENGTH} characters, the most that Excel keeps in a cell.${hint}`,
    );
  }
}

function refused(reason: string): WorkbookError {
  return new WorkbookError(`The CSV file is refused: ${reason}`);
}

function damaged(what: string): WorkbookError {
  return new WorkbookError(`The CSV file is damaged: ${what}`);
}

/** How many lines end between the two places: by CRLF, LF or CR. */
export function lineBreaks(text: string, from: number, to: number): number {
  let breaks = 0;
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LF ? at === from || text.charCodeAt(at - 1) !== CR : code === CR) breaks += 1;
  }
  return breaks;
}
