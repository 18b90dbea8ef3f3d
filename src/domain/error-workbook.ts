import type { ImportStatus } from './enums.ts';
import type { CellValue } from './sheet-row.ts';

/** Excel's limits: columns of a sheet, UTF-16 units of a cell's text. */
const MOST_COLUMNS = 16_384;
const LONGEST_TEXT = 32_767;

/** So much of a file's name is kept, in characters: with what is added, every file system takes it. */
const LONGEST_NAME = 60;

/** The sheet of an error workbook: its columns, and which of them say where a row stood and why it was refused. */
export interface ErrorSheet {
  readonly headers: readonly string[];
  /** How many of them, from the first on, are the file's own. */
  readonly own: number;
  /** Column indexes, from 0; null where the file is so wide that no column is left. */
  readonly row: number | null;
  readonly reason: number | null;
}

/** A rejected row. */
export interface RejectedRow {
  readonly rowNumber: number;
  readonly cells: readonly CellValue[];
  /** Every reason, as sentences. */
  readonly reasons: readonly string[];
}

/** Whether the rejected rows can be had as a workbook: the import has ended, however, and rows were rejected. */
export function hasErrorWorkbook({ status, failedRows }: { status: ImportStatus; failedRows: number }): boolean {
  return failedRows > 0 && (status === 'COMPLETED_WITH_ERRORS' || status === 'CANCELLED');
}

/**
 * The columns of the error workbook of a file with these headers: the file's own in their order, then `row` and `reason`. A
 * file that has both already, not taken for anything by `fields`, is an error workbook itself: its two are used again. One
 * that has only one of them, or uses them, keeps what it has, and the new ones are called `row (2)`, and so on.
 */
export function errorSheet(headers: readonly string[], fields: readonly (string | null)[]): ErrorSheet {
  const ours = (word: string) =>
    headers.findLastIndex((header, index) => isOurs(header.trim(), word) && (fields[index] ?? null) === null);
  const [row, reason] = [ours('row'), ours('reason')];
  if (row >= 0 && reason >= 0) return { headers, own: headers.length, row, reason };
  // Of a sheet that is too wide for both, the reason is worth more.
  const names = ['row', 'reason'].slice(Math.max(0, headers.length + 2 - MOST_COLUMNS));
  const place = (word: string) => (names.includes(word) ? headers.length + names.indexOf(word) : null);
  return {
    headers: [...headers, ...names.map((word) => freeName(word, headers))],
    own: headers.length,
    row: place('row'),
    reason: place('reason'),
  };
}

/** A rejected row as it came, with its number and its reasons; cells beyond the file's headers follow these, under none. */
export function errorRow(sheet: ErrorSheet, { rowNumber, cells, reasons }: RejectedRow): CellValue[] {
  const values = sheet.headers.map((_, index) => (index < sheet.own ? (cells[index] ?? null) : null));
  if (sheet.row !== null) values[sheet.row] = rowNumber;
  if (sheet.reason !== null) values[sheet.reason] = shortened(reasons.join('\n'));
  return [...values, ...cells.slice(sheet.own)];
}

/** What the error workbook of a file is called: "tickets-errors.xlsx", also when the file is called that already. */
export function errorWorkbookName(filename: string): string {
  const base = filename.replace(/\.[^.]{1,5}$/, '').replace(/-errors$/, '');
  return `${[...(base || 'upload')].slice(0, LONGEST_NAME).join('')}-errors.xlsx`;
}

function isOurs(header: string, word: string): boolean {
  return header === word || (header.startsWith(`${word} (`) && /^\(\d+\)$/.test(header.slice(word.length + 1)));
}

/** The first of `word`, `word (2)`, ... that no header means, whatever its case, spaces, `_` and `-`. */
function freeName(word: string, headers: readonly string[]): string {
  const taken = new Set(headers.map((header) => header.toLowerCase().replace(/[\s_-]+/g, '')));
  let name = word;
  for (let number = 2; taken.has(name.replaceAll(' ', '')); number += 1) name = `${word} (${number})`;
  return name;
}

function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`;
}
