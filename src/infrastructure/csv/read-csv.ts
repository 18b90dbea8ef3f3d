import { type FileHandle, open } from 'node:fs/promises';
import { type SheetBatch, WorkbookError } from '../../application/workbook-reader.ts';
import { CsvScanner, lineBreaks, type RowSink } from './csv-scanner.ts';
import { CsvTable } from './csv-table.ts';
import { type Decoded, DecodedText } from './decoded-text.ts';
import { findDelimiter } from './find-delimiter.ts';

const PIECE_BYTES = 128 * 1024;

/**
 * Reads the CSV file at `path`, in this thread: docs/import-format.md has the rules. See `WorkbookReader.read` for what comes
 * out and what is thrown; but a fault shows only where it stands. `rowNumber` is the line that a row begins on. Memory is
 * bounded by a few pieces of the file, a row and one batch. `pieceBytes` is how much is read at once.
 */
export async function* readCsv(
  path: string,
  batchRows: number,
  pieceBytes: number = PIECE_BYTES,
): AsyncGenerator<SheetBatch> {
  const file = await open(path, 'r');
  try {
    const table = new CsvTable(batchRows);
    for await (const _ of scan(file, pieceBytes, (line, cells) => table.add(line, cells))) yield* table.take();
    yield* table.take(true);
    if (!table.hasHeader) throw new WorkbookError('The file is empty: it has no header row.');
  } finally {
    await file.close();
  }
}

/** Gives the rows of the file to `onRow`, stopping after each piece so that the caller can take what has become ready. */
async function* scan(file: FileHandle, pieceBytes: number, onRow: RowSink): AsyncGenerator<void> {
  const bytes = new DecodedText();
  const rows = new RowsOfText(onRow);
  const piece = Buffer.allocUnsafe(pieceBytes);
  let position = 0;
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, piece.length, position);
    position += bytesRead;
    const isEnd = bytesRead === 0;
    rows.write(bytes.write(piece.subarray(0, bytesRead), isEnd), isEnd);
    yield;
    if (isEnd) return;
  }
}

/** Holds text back until it shows how its cells are separated. */
class RowsOfText {
  readonly #onRow: RowSink;
  #scanner: CsvScanner | null = null;
  #waiting = '';

  constructor(onRow: RowSink) {
    this.#onRow = onRow;
  }

  /** Throws WorkbookError for a fault of the text, once what comes before it is found to be in order. */
  write({ text, fault }: Decoded, isEnd: boolean): void {
    if (this.#scanner === null) this.#begin(text, isEnd && fault === null);
    else this.#scanner.write(text);
    if (fault !== null) throw new WorkbookError(`The CSV file is refused: on line ${this.#line}, at ${fault.reason}`);
    if (isEnd) this.#scanner?.end();
  }

  get #line(): number {
    return this.#scanner?.line ?? 1 + lineBreaks(this.#waiting, 0, this.#waiting.length);
  }

  #begin(text: string, isLast: boolean): void {
    this.#waiting += text;
    const separation = findDelimiter(this.#waiting, isLast);
    if (separation === null) return;
    this.#scanner = new CsvScanner(separation.delimiter, this.#onRow);
    this.#scanner.write(this.#waiting.slice(separation.skip));
    this.#waiting = '';
  }
}
