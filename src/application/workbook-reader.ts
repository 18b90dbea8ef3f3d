import type { CellValue, SheetRow } from '../domain/sheet-row.ts';

/** One piece of a sheet: the header row, once and first, then rows in the order of the file. */
export type SheetBatch =
  | {
      readonly kind: 'header';
      readonly rowNumber: number;
      readonly headers: readonly CellValue[];
      /** The column in the sheet of each header, from 0, where columns without one are left out; else that is its index. */
      readonly columns?: readonly number[];
    }
  | { readonly kind: 'rows'; readonly rows: readonly SheetRow[] };

export interface WorkbookReadOptions {
  /** Stops the reading at once; the iteration then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** The most rows in one batch; batches of very wide or long rows are shorter. */
  readonly batchRows: number;
}

export interface WorkbookReader {
  /**
   * Streams the first visible sheet of the .xlsx file at `path`, or the rows of a CSV file. The header is the first row that
   * is not blank. Rows without a value under any header are left out; `values` of a row are aligned to `headers` and may end
   * early. They are longer than `headers` only in a row of a CSV file that has more cells than the header row: what belongs
   * where is then unknown. When hundreds of columns between the headers have none, both leave them out. Iterates again from
   * the start, and with the same result, each time it is called.
   *
   * Throws `WorkbookError` when the file is neither, encrypted, empty, over a limit or damaged, before the first rows: a file
   * that is at fault at its end is not to be trusted at its beginning. A file that cannot be opened throws the operating
   * system's error.
   */
  read(path: string, options: WorkbookReadOptions): AsyncIterable<SheetBatch>;
}

/** The file itself is at fault, and reading it again cannot help; `message` is a sentence for the person who sent it. */
export class WorkbookError extends Error {
  override readonly name = 'WorkbookError';
}
