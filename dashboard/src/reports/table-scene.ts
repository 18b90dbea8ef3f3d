import { line, type Mark, type Scene, textWidth } from './scene.ts';
import { fullBar, type ReportTable } from './tables.ts';

const ROW = 26;
const GAP = 26;
const BAR = 96;
const MOST_TEXT = 320;

/** A table as a picture, with bars beside the numbers of the columns in `barred`. */
export function tableScene(table: ReportTable, barred: readonly number[]): Scene {
  const { columns, rows } = table;
  const marks: Mark[] = [];
  let x = 0;
  for (const [index, { label, isNumber }] of columns.entries()) {
    const texts = rows.map(({ cells }) => cells[index]?.words ?? '');
    const words = Math.min(MOST_TEXT, Math.max(...[label, ...texts].map((text) => textWidth(text, 13))));
    const hasBars = barred.includes(index);
    const wide = words + (hasBars ? BAR : 0);
    const most = fullBar(table, index);
    const place = isNumber ? ({ x: x + wide, anchor: 'end' } as const) : ({ x, anchor: 'start' } as const);
    marks.push({ kind: 'text', ...place, y: 18, text: label, fill: 'soft', weight: 600 });
    for (const [row, { cells }] of rows.entries()) {
      const y = ROW * (row + 1);
      const value = cells[index]?.value;
      if (hasBars && typeof value === 'number') {
        const width = (value / most) * BAR;
        marks.push({ kind: 'rect', x, y: y + 8, width, height: 10, fill: 'second', radius: 2 });
      }
      marks.push({ kind: 'text', ...place, y: y + 18, text: shortened(texts[row] ?? '', words), fill: 'ink' });
    }
    x += wide + GAP;
  }
  const width = x - GAP;
  for (let row = 1; row <= rows.length; row++) {
    marks.push({ kind: 'path', d: line(0, ROW * row, width, ROW * row), stroke: 'grid' });
  }
  return { width, height: ROW * (rows.length + 1) + 6, marks, slots: [] };
}

function shortened(text: string, width: number): string {
  if (textWidth(text, 13) <= width + 1) return text;
  return `${text.slice(0, Math.floor(text.length * (width / textWidth(text, 13))) - 1)}…`;
}
