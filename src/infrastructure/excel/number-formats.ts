import { assertListable } from './workbook-limits.ts';
import type { XmlHandler } from './xml-scanner.ts';
import { xmlAttribute } from './xml-text.ts';

/** Excel's built-in formats that show a date or a time, those of the East Asian and Thai versions too (ECMA-376, 18.8.30). */
const BUILT_IN_DATES: readonly (readonly [number, number])[] = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
  [71, 81],
];

/** The format that shows a number as it is. The Chinese and Japanese versions call it G/通用格式, G/標準 and the like. */
const GENERAL = /general|standard|g\/[^ -~]+/gi;

/** Which cell styles show their number as a date. A style that does not exist shows plain numbers. */
export type DateStyles = readonly boolean[];

/**
 * True when a number format shows dates or times. Only the sections that a positive number can reach count, for no date is
 * negative: the first one, and the next as long as a condition such as `[=0]` or `[<1]` stands before.
 */
export function isDateFormat(format: string): boolean {
  const sections = format.replace(/"[^"]*"?|[\\_*][\s\S]/g, '').split(';');
  const firstOpen = sections.findIndex((section) => !/\[[<>=]/.test(section));
  return sections.slice(0, firstOpen === -1 ? sections.length : firstOpen + 1).some(showsDate);
}

function showsDate(section: string): boolean {
  const tokens = section.replace(/\[(?!(?:h+|m+|s+)\])[^\]]*\]?/gi, '').replace(GENERAL, '');
  return /[dmyhsgb]|aaa|e(?![+-])/i.test(tokens);
}

/** Reads `xl/styles.xml` and pushes to `styles`, for each cell format in order, whether it shows a date. */
export function dateStylesHandler(styles: boolean[]): XmlHandler {
  const custom = new Map<number, boolean>();
  let group = '';
  return {
    open(name, depth, attributes) {
      if (depth === 2) group = name;
      if (depth !== 3) return;
      if (group === 'numFmts' && name === 'numFmt') {
        assertListable(custom.size, 'number formats');
        custom.set(
          Number(xmlAttribute(attributes, 'numFmtId')),
          isDateFormat(xmlAttribute(attributes, 'formatCode') ?? ''),
        );
      } else if (group === 'cellXfs' && name === 'xf') {
        const id = Number(xmlAttribute(attributes, 'numFmtId') ?? 0);
        assertListable(styles.length, 'cell formats');
        styles.push(custom.get(id) ?? BUILT_IN_DATES.some(([first, last]) => id >= first && id <= last));
      }
    },
    close() {},
    text() {},
  };
}
