import { WorkbookError } from '../../application/workbook-reader.ts';

/** What separates the cells of a file, and how many characters at its beginning only say so. */
export interface Separation {
  readonly delimiter: string;
  readonly skip: number;
}

/** Of those that a header line has equally often, the first: commas are the likeliest to stand in a name, tabs the least. */
const DELIMITERS = ['\t', ';', ','];

/** A header row that goes on for longer is judged by so many of its characters. */
const LONGEST_LOOK = 1024 * 1024;

/** Excel's own line for it, such as `sep=;`. */
const SEP_LINE = /^"?sep=([^\w\s"]|\t)"?(?=[\r\n]|$)/i;

/**
 * Finds the delimiter by the beginning of a file: as its line `sep=` says, else the one of comma, semicolon and tab that its
 * first row with anything in it has most often outside quotes. null when `text` is too short to tell and there is more.
 * Throws WorkbookError when the row has none of them: that is no table.
 */
export function findDelimiter(text: string, isEnd: boolean): Separation | null {
  const sep = SEP_LINE.exec(text);
  if (sep?.[1] !== undefined && (isEnd || sep[0].length < text.length))
    return { delimiter: sep[1], skip: sep[0].length };
  const header = lookAt(text.slice(0, LONGEST_LOOK));
  if (!header.isWhole && !isEnd && text.length < LONGEST_LOOK) return null;
  let best = ',';
  let most = 0;
  for (const delimiter of DELIMITERS) {
    const times = header.times.get(delimiter) ?? 0;
    if (times > most) [best, most] = [delimiter, times];
  }
  // A quote that never closes hides everything after it; the scanner says so better.
  if (most === 0 && header.hasContent && !header.inQuotes) throw new WorkbookError(NO_TABLE);
  return { delimiter: best, skip: 0 };
}

const NO_TABLE =
  'The file is plain text, but not a table: its first line has no comma, semicolon or tab that separates column names. ' +
  'Send an Excel workbook (.xlsx) or a CSV file with a header row; a line before it such as sep=| names another separator.';

/** The first row with anything in it: how often it has each delimiter outside quotes, and whether its end is in `text`. */
function lookAt(text: string) {
  let times = new Map<string, number>();
  let inQuotes = false;
  let hasContent = false;
  let isAtStart = true;
  for (const character of text) {
    if (character === '"' && (inQuotes || isAtStart)) {
      inQuotes = !inQuotes;
    } else if (!inQuotes && (character === '\n' || character === '\r')) {
      if (hasContent) return { times, hasContent, inQuotes, isWhole: true };
      times = new Map();
      isAtStart = true;
    } else if (!inQuotes && DELIMITERS.includes(character)) {
      times.set(character, (times.get(character) ?? 0) + 1);
      isAtStart = true;
    } else if (character.trim() !== '') {
      hasContent = true;
      isAtStart = isAtStart && inQuotes;
    }
  }
  return { times, hasContent, inQuotes, isWhole: false };
}
