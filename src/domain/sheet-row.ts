/** What one cell of a sheet holds. A `Date` comes only from a cell formatted as a date (UTC); `error` is an Excel error such as #N/A. */
export type CellValue = string | number | boolean | Date | null | { readonly error: string };

/** One row of a sheet: `rowNumber` is the sheet's own, from 1; `values` go by column index, from 0, and may end early. */
export interface SheetRow {
  readonly rowNumber: number;
  readonly values: readonly CellValue[];
}

/** True when no cell of the row holds anything but white space. Such rows are skipped and not counted. */
export function isBlank(row: SheetRow): boolean {
  return row.values.every((value) => value === null || (typeof value === 'string' && value.trim() === ''));
}

/**
 * The cell as a person would know it: dates as RFC 3339, booleans as Excel shows them, errors as their text, blank as null.
 * What no database can store as text (NUL, half a surrogate pair) becomes U+FFFD, so the result is always safe to keep.
 */
export function displayValue(cell: CellValue | undefined): string | null {
  if (cell === null || cell === undefined) return null;
  return displayText(cell).replace(/[\0\p{Cs}]/gu, '\uFFFD');
}

function displayText(cell: NonNullable<CellValue>): string {
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number') return String(cell);
  if (typeof cell === 'boolean') return cell ? 'TRUE' : 'FALSE';
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? 'an impossible date' : cell.toISOString();
  return cell.error;
}

/** The letters of a column, from index 0: A, B, ... XFD. */
export function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}
