import { MAX_COLUMNS } from './workbook-limits.ts';

const REFERENCE = /^([A-Za-z]{1,3})([1-9]\d{0,6})$/;

/** The column, from 0, and the row, from 1, of a reference such as "XFD7"; null when it is none. */
export function parseReference(reference: string): { readonly column: number; readonly row: number } | null {
  const match = REFERENCE.exec(reference);
  if (!match) return null;
  const [, letters = '', row = ''] = match;
  const column = [...letters.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
  return column > MAX_COLUMNS ? null : { column: column - 1, row: Number(row) };
}
