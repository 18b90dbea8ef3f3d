import { durationWords } from '../shared/duration.ts';
import { diamond, legend, line, type Mark, type Scene, square, textWidth, timeTicks } from './scene.ts';
import { minutesWords, type Resolution, tierWords } from './tables.ts';
import { reportTexts } from './texts.ts';

const { resolution: texts } = reportTexts;
const ROW = 66;
/** The same with the figures in two lines, where one is too narrow. */
const HIGH_ROW = 82;
const NARROW = 380;
const BAR = 16;
const MINUTE_MS = 60_000;

/** For each tier a bar up to the time that half of its tickets took, and a paler one up to that of nine tenths. */
export function resolutionScene(rows: readonly Resolution[], width: number): Scene {
  const most = Math.max(1, ...rows.map(({ p90Minutes, averageMinutes }) => Math.max(p90Minutes, averageMinutes)));
  const ticks = timeTicks(most, Math.max(2, Math.floor(width / 110)));
  const scale = (minutes: number): number => (minutes / (ticks.at(-1) ?? most)) * (width - 2);
  const head = legend(
    [
      { swatch: square('first'), label: texts.legend.median },
      { swatch: square('band', 'first'), label: texts.legend.p90 },
      { swatch: (x, y) => ({ kind: 'path', d: diamond(x + 8, y, 5), fill: 'ink' }), label: texts.legend.mean },
    ],
    width,
  );
  const top = head.height + 6;
  const height = width < NARROW ? HIGH_ROW : ROW;
  const bottom = top + rows.length * height;
  const marks: Mark[] = [...head.marks];
  for (const tick of ticks) {
    const x = scale(tick) + 1;
    const label = durationWords(tick * MINUTE_MS).replace(/ 00 s$/, '');
    const anchor = x < 10 ? 'start' : x + textWidth(label) / 2 > width ? 'end' : 'middle';
    marks.push(
      { kind: 'path', d: line(x, top, x, bottom), stroke: 'grid' },
      { kind: 'text', x, y: bottom + 16, text: tick === 0 ? '0' : label, fill: 'soft', anchor },
    );
  }
  for (const [index, row] of rows.entries()) marks.push(...rowMarks(row, top + index * height, scale, width));
  return { width, height: bottom + 24, marks, slots: [] };
}

function rowMarks(row: Resolution, y: number, scale: (minutes: number) => number, width: number): Mark[] {
  const { tier, tickets, medianMinutes, p90Minutes, averageMinutes } = row;
  const name = tierWords(tier);
  const heading: Mark[] = [
    { kind: 'text', x: 0, y: y + 14, text: name, fill: 'ink', size: 13, weight: 650 },
    { kind: 'text', x: textWidth(name, 15) + 10, y: y + 14, text: texts.tickets(tickets), fill: 'soft' },
  ];
  if (tickets === 0) return [...heading, { kind: 'text', x: 0, y: y + 34, text: texts.none, fill: 'soft' }];
  const figures = texts.figures(minutesWords(medianMinutes), minutesWords(p90Minutes));
  const mean = texts.mean(minutesWords(averageMinutes));
  const lines = width < NARROW ? [figures, mean] : [`${figures} · ${mean}`];
  const bar = { kind: 'rect', x: 1, y: y + 21, height: BAR, radius: 2 } as const;
  return [
    ...heading,
    { ...bar, width: Math.max(2, scale(p90Minutes)), fill: 'band', stroke: 'first' },
    { ...bar, width: Math.max(2, scale(medianMinutes)), fill: 'first' },
    // On a ground of its own, so that it is seen on either bar.
    { kind: 'path', d: diamond(scale(averageMinutes) + 1, y + 21 + BAR / 2, 7), fill: 'surface' },
    { kind: 'path', d: diamond(scale(averageMinutes) + 1, y + 21 + BAR / 2, 5), fill: 'ink' },
    ...lines.map((text, index): Mark => ({ kind: 'text', x: 0, y: y + 52 + index * 16, text, fill: 'ink' })),
  ];
}
