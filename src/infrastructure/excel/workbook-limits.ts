import { WorkbookError } from '../../application/workbook-reader.ts';

/** What a workbook may cost before it is refused. Excel's own limits are taken as they are, so that no file of Excel's fails. */
export interface WorkbookLimits {
  /** Inflated bytes of the sheet, and of the shared texts. They stream, so this bounds time rather than memory. */
  readonly partBytes: number;
  /** Inflated bytes of the parts that say where the others are. What they name is kept in memory. */
  readonly indexPartBytes: number;
  /** Bytes that the shared texts and their index may take in memory. */
  readonly sharedTextBytes: number;
  /** How many times its packed size a part may inflate to, up to any point past `bombBytes`. Deflate's own maximum is 1032. */
  readonly inflationRatio: number;
  /** Parts smaller than this, in inflated bytes, are not suspected of being bombs. */
  readonly bombBytes: number;
  /**
   * How many times as long as its sheet the text of its cells may be, past `bombBytes` and the length of the shared texts: 22
   * characters are enough to refer to a shared text of 32,767 once more.
   */
  readonly textRatio: number;
  /** Files within the archive. */
  readonly entries: number;
}

export const DEFAULT_LIMITS: WorkbookLimits = {
  partBytes: 2 * 1024 ** 3,
  indexPartBytes: 32 * 1024 ** 2,
  sharedTextBytes: 192 * 1024 ** 2,
  inflationRatio: 300,
  bombBytes: 16 * 1024 ** 2,
  textRatio: 100,
  entries: 20_000,
};

/** Excel's own limits: rows and columns of a sheet, UTF-16 units of text in a cell. */
export const MAX_ROWS = 1_048_576;
export const MAX_COLUMNS = 16_384;
export const MAX_CELL_LENGTH = 32_767;

/** The same as a part has it: an escape such as `_x000D_` takes seven units for one, and formatting may surround a value. */
export const MAX_RAW_LENGTH = MAX_CELL_LENGTH * 7;

/** Cell formats that a workbook of Excel's can have, and number formats, sheets and links far beyond what any has. */
export const MAX_LISTED = 65_536;

/** UTF-16 units of text in the cells of one row that stand under a header: 128 cells at Excel's limit. */
export const MAX_ROW_TEXT = 4 * 1024 ** 2;

/** Throws WorkbookError when `count` of something are there already and one more would be too many. */
export function assertListable(count: number, what: string): void {
  if (count >= MAX_LISTED) {
    throw new WorkbookError(
      `The workbook is refused: it has more than ${MAX_LISTED} ${what}, far beyond what Excel writes.`,
    );
  }
}
