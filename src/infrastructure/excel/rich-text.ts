import { WorkbookError } from '../../application/workbook-reader.ts';
import { MAX_CELL_LENGTH, MAX_RAW_LENGTH } from './workbook-limits.ts';
import { decodeOfficeEscapes } from './xml-text.ts';

/** Throws WorkbookError when `text` is longer than a cell of Excel can hold; `where` gives the place for the message. */
export function assertCellLength(text: string, where: () => string, max: number = MAX_CELL_LENGTH): void {
  if (text.length > max) {
    throw new WorkbookError(
      `The workbook is refused: ${where()} holds more than ${MAX_CELL_LENGTH} characters, Excel's limit.`,
    );
  }
}

const aCell = () => 'a cell';

/**
 * Collects the text of an `<si>` or `<is>` element at depth `root`: its own `<t>`, or those of its runs `<r>` in a row.
 * Phonetic hints (`<rPh>`) repeat the text in another script and are left out.
 */
export class RichText {
  readonly #root: number;
  #text = '';
  #inRun = false;
  #inText = false;

  constructor(root: number) {
    this.#root = root;
  }

  start(): void {
    this.#text = '';
    this.#inRun = false;
    this.#inText = false;
  }

  /** For every element opened below the root. */
  open(name: string, depth: number): void {
    if (this.#inText) throw new WorkbookError('The workbook is damaged: there is markup within a text.');
    if (depth === this.#root + 1) {
      this.#inRun = name === 'r';
      this.#inText = name === 't';
    } else if (depth === this.#root + 2 && this.#inRun) {
      this.#inText = name === 't';
    }
  }

  /** For every element closed below the root. */
  close(depth: number): void {
    if (depth <= this.#root + 2) this.#inText = false;
    if (depth === this.#root + 1) this.#inRun = false;
  }

  text(value: string): void {
    if (!this.#inText) return;
    this.#text = this.#text === '' ? value : this.#text + value;
    assertCellLength(this.#text, aCell, MAX_RAW_LENGTH);
  }

  /** The whole text, with Office's escapes decoded. `where` gives the place in the error for a text that is too long. */
  finish(where: () => string): string {
    const text = decodeOfficeEscapes(this.#text);
    assertCellLength(text, where);
    return text;
  }
}
