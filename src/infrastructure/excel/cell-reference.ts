import { MAX_COLUMNS } from './workbook-limits.ts';

/** The column index, from 0, of a reference such as "XFD7", when its row is `rowNumber`; -1 when it is not a cell of that row. */
export function columnOf(reference: string, rowNumber: number): number {
  let column = 0;
  let at = 0;
  let code = reference.charCodeAt(0);
  while (code >= 65 && code <= 90 && at < 3) {
    column = column * 26 + code - 64;
    at += 1;
    code = reference.charCodeAt(at);
  }
  if (at === 0 || column > MAX_COLUMNS) return -1;
  let row = 0;
  for (; at < reference.length; at += 1) {
    const digit = reference.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    row = row * 10 + digit;
  }
  return row === rowNumber ? column - 1 : -1;
}
