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

/** Which cell styles show their number as a date. A style that does not exist shows plain numbers. */
export type DateStyles = readonly boolean[];

/** True when a number format shows dates or times. Only the section for positive numbers counts: no date is negative. */
export function isDateFormat(format: string): boolean {
  const [section = ''] = format
    .replace(/"[^"]*"?|[\\_*][\s\S]/g, '')
    .replace(/\[(?!(?:h+|m+|s+)\])[^\]]*\]?/gi, '')
    .split(';');
  const tokens = section.replace(/general|standard/gi, '');
  return /[dmyhsgb]|e(?![+-])/i.test(tokens);
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
