import { WorkbookError } from '../../application/workbook-reader.ts';
import type { CellValue } from '../../domain/sheet-row.ts';
import { excelDate, isoDate } from './excel-date.ts';
import type { DateStyles } from './number-formats.ts';
import { assertCellLength } from './rich-text.ts';
import type { SharedTexts } from './shared-texts.ts';
import { decodeOfficeEscapes } from './xml-text.ts';

/** What a sheet's cells need from the rest of their workbook. */
export interface CellContext {
  readonly texts: SharedTexts;
  readonly dateStyles: DateStyles;
  readonly date1904: boolean;
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * The value of a cell from its type `t`, its style and the text of its `<v>`. What contradicts its own type becomes an error
 * cell that shows the text, so that it is refused with its row and never taken for something else.
 * Throws WorkbookError when the workbook contradicts itself: a shared text that does not exist, or one over Excel's limit.
 */
export function cellValue(
  type: string,
  style: number,
  raw: string,
  where: () => string,
  context: CellContext,
): CellValue {
  switch (type) {
    case 's': {
      const index = raw.trim();
      if (index === '') return null;
      const text = context.texts.at(/^\d+$/.test(index) ? Number(index) : -1);
      if (text === undefined)
        throw new WorkbookError(`The workbook is damaged: ${where()} refers to a text that is not there.`);
      return text === '' ? null : text;
    }
    case 'n':
      return numberOrDate(raw.trim(), style, context);
    case 'str':
    case 'inlineStr': {
      const text = decodeOfficeEscapes(raw);
      assertCellLength(text, where);
      return text === '' ? null : text;
    }
    case 'b':
      return booleanValue(raw.trim());
    case 'e':
      return { error: raw.trim() || '#ERROR' };
    case 'd':
      return raw.trim() === '' ? null : (isoDate(raw.trim()) ?? { error: raw.trim() });
    default:
      return { error: raw.trim() || `a cell of the unknown type "${type}"` };
  }
}

/**
 * The same for a value that was written in plain digits, without the text: undefined when it takes the text to say what is
 * wrong with it.
 */
export function digitsValue(
  type: 's' | 'n',
  style: number,
  number: number,
  context: CellContext,
): CellValue | undefined {
  if (type === 's') {
    const text = context.texts.at(number);
    return text === '' ? null : text;
  }
  return context.dateStyles[style] === true ? (excelDate(number, context.date1904) ?? undefined) : number;
}

function numberOrDate(raw: string, style: number, context: CellContext): CellValue {
  if (raw === '') return null;
  const number = DECIMAL.test(raw) ? Number(raw) : Number.NaN;
  if (!Number.isFinite(number)) return { error: raw };
  if (context.dateStyles[style] !== true) return number;
  return excelDate(number, context.date1904) ?? { error: raw };
}

function booleanValue(raw: string): CellValue {
  if (raw === '') return null;
  if (raw === '1' || raw === 'true') return true;
  return raw === '0' || raw === 'false' ? false : { error: raw };
}
