import { type CellValue, displayValue } from './sheet-row.ts';

/** A cell read as what its column wants, or one sentence on why it cannot be. A blank cell is a `value` of null. */
export type CellReading<T> = { readonly value: T | null; readonly problem?: never } | { readonly problem: string };

/** The first and last year that a ticket may carry; anything else is a slip of the hand or a stray number. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 2200;

/** Excel keeps 15 significant digits of a number and drops the rest without a word. */
const EXACT_DIGITS = 15;
const LARGEST_EXACT_NUMBER = 999_999_999_999_999;

/** Control characters, and halves of surrogate pairs. */
const UNFIT = /[\p{Cc}\p{Cs}]/u;

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/;
const DATE_WITHOUT_OFFSET = /^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?)?$/;

/** Text, trimmed, of at most `max` characters. Whole numbers of up to 15 digits are taken as typed: ids are often numbers. */
export function readText(name: string, cell: CellValue | undefined, max: number): CellReading<string> {
  if (isEmpty(cell)) return { value: null };
  if (typeof cell === 'number') {
    const number = asShown(cell);
    if (!Number.isInteger(number))
      return { problem: `${name} is the number ${number}; it must be text or a whole number.` };
    if (Math.abs(number) > LARGEST_EXACT_NUMBER) {
      return {
        problem: `${name} is a number of more than 15 digits, which Excel does not keep exactly; format it as text.`,
      };
    }
    return { value: String(number) };
  }
  if (typeof cell !== 'string') return { problem: `${name} is ${described(cell)}; it must be text.` };
  const text = trimmed(cell);
  if (text.length > max && [...text].length > max) {
    return { problem: `${name} has ${[...text].length} characters; at most ${max} are allowed.` };
  }
  if (!UNFIT.test(text)) return { value: text };
  if (/\p{Cc}/u.test(text)) return { problem: `${name} ${quoted(text)} has a line break or control character in it.` };
  return { problem: `${name} ${quoted(text)} has a broken character in it.` };
}

/** Like `readText`; a line break or tab within, which people put there to fit a cell, counts as a space. */
export function readLine(name: string, cell: CellValue | undefined, max: number): CellReading<string> {
  const isBroken = typeof cell === 'string' && /[\t\n\r]/.test(cell);
  return readText(name, isBroken ? cell.replace(/ *[\t\n\r]+[\t\n\r ]*/g, ' ') : cell, max);
}

/** A whole number from `min` to `max`, as a number or as digits in a text cell. */
export function readWhole(name: string, cell: CellValue | undefined, min: number, max: number): CellReading<number> {
  if (isEmpty(cell)) return { value: null };
  const text = typeof cell === 'string' ? trimmed(cell) : '';
  // Programs that calculate with a column in which some cells are blank write 3 as 3.0.
  const number = /^[+-]?\d{1,15}(?:\.0)?$/.test(text) ? Number(text) : typeof cell === 'number' ? asShown(cell) : cell;
  if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) {
    return { value: number === 0 ? 0 : number };
  }
  return { problem: `${name} is ${described(cell)}; it must be a whole number from ${min} to ${max}.` };
}

/** The number as Excel shows it: what lies beyond 15 digits is noise of its arithmetic, as in 11.000000000000002. */
function asShown(number: number): number {
  if (Number.isInteger(number) && Math.abs(number) <= LARGEST_EXACT_NUMBER) return number;
  return Number(number.toPrecision(EXACT_DIGITS));
}

/** One of `allowed`, in any case, with spaces or dashes where the value has `_`. */
export function readChoice<T extends string>(
  name: string,
  cell: CellValue | undefined,
  allowed: readonly T[],
): CellReading<T> {
  const exact = allowed.find((choice) => choice === cell);
  if (exact !== undefined) return { value: exact };
  if (isEmpty(cell)) return { value: null };
  const wanted =
    typeof cell === 'string'
      ? trimmed(cell)
          .toUpperCase()
          .replace(/\p{Cf}+/gu, '')
          .replace(/[\s\p{Pd}]+/gu, '_')
      : undefined;
  const value = allowed.find((choice) => choice === wanted);
  if (value !== undefined) return { value };
  return {
    problem: `${name} is ${described(cell)}; it must be ${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1)}.`,
  };
}

/**
 * An instant: a cell formatted as a date (UTC) or RFC 3339 text with an offset; digits beyond the millisecond are cut.
 * A plain number is refused even when it could be an Excel date: a wrong date that goes unnoticed is worse than a row to correct.
 */
export function readInstant(name: string, cell: CellValue | undefined): CellReading<Date> {
  if (isEmpty(cell)) return { value: null };
  if (typeof cell === 'number') return { problem: `${name} is the plain number ${cell}; format the cell as a date.` };
  if (typeof cell !== 'string' && !(cell instanceof Date)) return { problem: notADate(name, cell) };
  const instant = typeof cell === 'string' ? parseRfc3339(trimmed(cell)) : cell;
  if (instant === null && typeof cell === 'string' && DATE_WITHOUT_OFFSET.test(trimmed(cell))) {
    return {
      problem: `${name} ${quoted(cell)} is a text without a time zone; write it like 2026-03-01T09:30:00Z, or as an Excel date.`,
    };
  }
  if (instant === null || Number.isNaN(instant.getTime())) return { problem: notADate(name, cell) };
  const year = instant.getUTCFullYear();
  if (year < FIRST_YEAR || year > LAST_YEAR) {
    return { problem: `${name} ${quoted(cell)} is not between the years ${FIRST_YEAR} and ${LAST_YEAR}.` };
  }
  return { value: instant };
}

/** The instant that an RFC 3339 text names, or null; 31 June and hour 24 are no instants, nor is a leap second. */
function parseRfc3339(text: string): Date | null {
  const match = RFC_3339.exec(text);
  if (!match) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const offset = match[8] === undefined || /z/i.test(match[8]) ? '+00:00' : match[8];
  const [offsetHours = 0, offsetMinutes = 0] = offset.slice(1).split(':').map(Number);
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > lastDay || hour > 23 || minute > 59 || second > 59) return null;
  if (offsetHours > 23 || offsetMinutes > 59 || year < 1900) return null;
  const milliseconds = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const local = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
  return new Date(local - (offset.startsWith('-') ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * 60_000);
}

function notADate(name: string, cell: CellValue): string {
  return `${name} is ${described(cell)}, which is not a date; use an Excel date or text like 2026-03-01T09:30:00Z.`;
}

function isEmpty(cell: CellValue | undefined): cell is null | undefined {
  return cell === null || cell === undefined || (typeof cell === 'string' && trimmed(cell) === '');
}

/** The text without white space at its ends, and without marks that nobody sees: what is copied from web pages may bring them along. */
function trimmed(text: string): string {
  const kept = text.trim();
  if (!isUnseen(kept.charCodeAt(0)) && !isUnseen(kept.charCodeAt(kept.length - 1))) return kept;
  const isNothing = (at: number) => isUnseen(kept.charCodeAt(at)) || kept.charAt(at).trim() === '';
  let from = 0;
  let to = kept.length;
  while (from < to && isNothing(from)) from += 1;
  while (from < to && isNothing(to - 1)) to -= 1;
  return kept.slice(from, to);
}

/** A soft hyphen, a joiner, or a mark of direction or of no width. */
function isUnseen(unit: number): boolean {
  return (unit >= 0x200b && unit <= 0x200f) || unit === 0xad || unit === 0x2060;
}

function described(cell: CellValue): string {
  if (cell instanceof Date) return `the date ${displayValue(cell)}`;
  if (cell !== null && typeof cell === 'object') return `the error ${displayValue(cell)}`;
  return typeof cell === 'string' ? quoted(cell) : String(displayValue(cell));
}

/** The value as a person sees it, short enough for a sentence and with nothing unprintable in it. */
export function quoted(cell: CellValue): string {
  const text = [...(displayValue(cell) ?? '').trim()];
  const short = text.length > 60 ? `${text.slice(0, 60).join('')}…` : text.join('');
  return `"${short.replace(/[\p{Cc}\p{Cs}]/gu, '\uFFFD')}"`;
}
