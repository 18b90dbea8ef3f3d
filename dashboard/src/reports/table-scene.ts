import { line, type Mark, type Scene, textWidth } from './scene.ts';
import type { ReportTable } from './tables.ts';

const ROW = 26;
const GAP = 22;
const MOST_COLUMN = 320;

/** A table as a picture, with bars for the share that each number has of the column's largest; `barred`: which columns have them. */
export function tableScene({ columns, rows }: ReportTable, barred: readonly number[]): Scene {
  const widths = columns.map(({ label }, index) => {
    const texts = [label, ...rows.map(({ cells }) => cells[index]?.words ?? '')];
    return Math.min(MOST_COLUMN, Math.max(...texts.map((text) => textWidth(text, 13)))) + GAP;
  });
  const width = widths.reduce((sum, each) => sum + each, 0);
  const marks: Mark[] = [];
  let x = 0;
  for (const [index, { label, isNumber }] of columns.entries()) {
    const wide = widths[index] ?? 0;
    const place = isNumber ? ({ x: x + wide - GAP / 2, anchor: 'end' } as const) : ({ x, anchor: 'start' } as const);
    marks.push({ kind: 'text', ...place, y: 18, text: label, fill: 'soft', weight: 600 });
    const numbers = rows
      .map(({ cells }) => cells[index]?.value)
      .map((value) => (typeof value === 'number' ? value : 0));
    const most = Math.max(...numbers, 1);
    for (const [row, { cells }] of rows.entries()) {
      const top = ROW * (row + 1);
      if (barred.includes(index)) {
        const bar = ((numbers[row] ?? 0) / most) * (wide - GAP / 2);
        marks.push({
          kind: 'rect',
          x: x + wide - GAP / 2 + 4 - bar,
          y: top + 4,
          width: bar,
          height: ROW - 7,
          fill: 'band',
          radius: 2,
        });
      }
      const text = shortened(cells[index]?.words ?? '', wide - GAP);
      marks.push({ kind: 'text', ...place, y: top + 18, text, fill: 'ink' });
    }
    x += wide;
  }
  for (let row = 1; row <= rows.length; row++) {
    marks.push({ kind: 'path', d: line(0, ROW * row, width, ROW * row), stroke: 'grid' });
  }
  return { width, height: ROW * (rows.length + 1) + 6, marks, slots: [] };
}

function shortened(text: string, width: number): string {
  if (textWidth(text, 13) <= width + 1) return text;
  return `${text.slice(0, Math.floor(text.length * (width / textWidth(text, 13))) - 1)}…`;
}
