import type { CellValue } from '../domain/sheet-row.ts';

/** A column of a sheet that is to be written. */
export interface SheetColumn {
  readonly header: string;
  /** In characters. */
  readonly width: number;
  /** Whether long text is shown on several lines. */
  readonly wraps: boolean;
}

export interface WorkbookWriter {
  /**
   * Writes an .xlsx workbook of one sheet, its header row and then the rows of each page, and yields its bytes as they come:
   * the next page is asked for when these are taken. Rows may end early, or go on beyond the columns, under no header. Whoever reads the workbook gets every cell back as it
   * was, none as a formula; what Excel has no cell for becomes the error that Excel shows in its place.
   * Stops when `signal` is aborted or the iteration is left.
   */
  write(
    sheet: { readonly name: string; readonly columns: readonly SheetColumn[] },
    pages: AsyncIterable<readonly (readonly CellValue[])[]>,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array>;
}
