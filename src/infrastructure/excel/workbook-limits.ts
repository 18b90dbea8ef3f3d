/** What a workbook may cost before it is refused. Excel's own limits are taken as they are, so that no file of Excel's fails. */
export interface WorkbookLimits {
  /** Inflated bytes of the sheet, and of the shared texts. They stream, so this bounds time rather than memory. */
  readonly partBytes: number;
  /** Bytes that the shared texts may take in memory. */
  readonly sharedTextBytes: number;
  /** How many times its packed size a part may inflate to, once it is past `bombBytes`. Deflate's own maximum is 1032. */
  readonly inflationRatio: number;
  /** Parts smaller than this, in inflated bytes, are not suspected of being bombs. */
  readonly bombBytes: number;
  /** Files within the archive. */
  readonly entries: number;
}

export const DEFAULT_LIMITS: WorkbookLimits = {
  partBytes: 2 * 1024 ** 3,
  sharedTextBytes: 256 * 1024 ** 2,
  inflationRatio: 300,
  bombBytes: 16 * 1024 ** 2,
  entries: 20_000,
};

/** Excel's own limits: rows and columns of a sheet, UTF-16 units of text in a cell. */
export const MAX_ROWS = 1_048_576;
export const MAX_COLUMNS = 16_384;
export const MAX_CELL_LENGTH = 32_767;
