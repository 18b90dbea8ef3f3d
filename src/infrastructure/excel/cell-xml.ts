import type { CellValue } from '../../domain/sheet-row.ts';
import { excelDays } from './excel-date.ts';

/** The cell formats of a workbook that is written here: a look and, within it, a kind. */
export const LOOKS = ['plain', 'header', 'wrapped'] as const;
export const KINDS = ['general', 'date', 'text'] as const;
export type Look = (typeof LOOKS)[number];
type Kind = (typeof KINDS)[number];

/** The errors that Excel knows in every version; another one in a file makes it call the file damaged. */
const ERRORS = new Set(['#NULL!', '#DIV/0!', '#VALUE!', '#REF!', '#NAME?', '#NUM!', '#N/A', '#GETTING_DATA']);

/** What a spreadsheet may take for a formula or a command when the cell is edited or saved as CSV (OWASP, "CSV Injection"). */
const DANGEROUS = /^[=+\-@\t\r]/;

/** What would become another value if it were typed: leading zeros, more than 15 digits, exponents. */
const LOOKS_LIKE_NUMBER = /^(?:0\d+|\d{16,}|\d+[eE][+-]?\d+)$/;

/**
 * What a text in a sheet cannot hold as it is: characters that XML has not, halves of surrogate pairs, a carriage return, which
 * XML would make a line feed.
 */
const UNHOLDABLE = String.raw`[\0-\x08\x0b-\x1f\ufffe\uffff]|\p{Cs}`;
const NEEDS_ESCAPE = new RegExp(`${UNHOLDABLE}|[&<>]|_x`, 'u');
const HAS_UNHOLDABLE = new RegExp(UNHOLDABLE, 'gu');
/** An underscore that would be read as the beginning of an escape, also of one that only arises when the next character is escaped. */
const LITERAL_ESCAPE = new RegExp(`_(?=x[0-9a-fA-F]{4}(?:_|${UNHOLDABLE}))`, 'gu');

/** The markup of a cell at `reference`; none for a blank one, whose look nobody would see. */
export function cellXml(reference: string, value: CellValue, look: Look): string {
  if (value === null || value === '') return '';
  if (typeof value === 'number') return cell(reference, look, 'general', '', String(value));
  if (typeof value === 'boolean') return cell(reference, look, 'general', 'b', value ? '1' : '0');
  if (typeof value === 'string') return textXml(reference, value, look);
  if (!(value instanceof Date)) return errorXml(reference, ERRORS.has(value.error) ? value.error : '#VALUE!', look);
  const days = excelDays(value);
  return days === null ? errorXml(reference, '#NUM!', look) : cell(reference, look, 'date', '', String(days));
}

/** The number of a cell format in `styles.xml`. */
export function styleOf(look: Look, kind: Kind): number {
  return LOOKS.indexOf(look) * KINDS.length + KINDS.indexOf(kind);
}

/** Text between tags. What XML cannot hold is written as Office writes it: `_x000D_`, and a literal `_x000D_` as `_x005F_x000D_`. */
export function textToXml(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return text;
  return text
    .replace(LITERAL_ESCAPE, '_x005F_')
    .replace(HAS_UNHOLDABLE, (unit) => `_x${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function textXml(reference: string, text: string, look: Look): string {
  const kind = DANGEROUS.test(text) || LOOKS_LIKE_NUMBER.test(text) ? 'text' : 'general';
  const content = `<is><t xml:space="preserve">${textToXml(text)}</t></is>`;
  return `<c r="${reference}"${style(look, kind)} t="inlineStr">${content}</c>`;
}

function errorXml(reference: string, error: string, look: Look): string {
  return cell(reference, look, 'general', 'e', error);
}

function cell(reference: string, look: Look, kind: Kind, type: string, content: string): string {
  return `<c r="${reference}"${style(look, kind)}${type && ` t="${type}"`}><v>${content}</v></c>`;
}

function style(look: Look, kind: Kind): string {
  const index = styleOf(look, kind);
  return index === 0 ? '' : ` s="${index}"`;
}
