import { dayWords, monthWords, shortDayWords, weekOf } from './calendar.ts';
import {
  disc,
  labelEvery,
  line,
  type Mark,
  niceTicks,
  type Paint,
  polyline,
  round,
  type Scene,
  type Slot,
  textWidth,
} from './scene.ts';
import { solvedIn, type Week } from './tables.ts';
import { reportTexts } from './texts.ts';

const {
  weeks: { columns: names, reading },
} = reportTexts;
const BROAD = 6;
const NARROW = 2;
const FLOW = 170;
const STOCK = 110;
const HEADING = 26;
/** From here on single weeks can be told apart. */
const DOTS_FROM = 13;
/** From here on a label is a month, not a day. */
const DAYS_UP_TO = 56;
const WEEKS_IN_MONTH = 365.25 / 84;

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly step: number;
  readonly x: (index: number) => number;
}

/**
 * Above what came in and what was solved in each week, below what was left at its end: two panels, since a backlog of thousands would
 * press the rest flat. `present`: the Monday of the week that is not over; its stretch is dotted.
 */
export function weeksScene(weeks: readonly Week[], present: number, width: number): Scene {
  const flows = niceTicks(Math.max(1, ...weeks.map((week) => Math.max(week.opened, solvedIn(week)))), 4);
  const stocks = niceTicks(Math.max(1, ...weeks.map(({ backlog }) => backlog)), 3);
  const left = Math.max(...[...flows, ...stocks].map((tick) => textWidth(tick.toLocaleString()))) + 8;
  const right = Math.max(textWidth(names.opened), textWidth(names.solved)) + 12;
  const step = weeks.length > 1 ? (width - left - right - 8) / (weeks.length - 1) : 0;
  const frame: Frame = { left, right: width - right, step, x: (index) => left + 4 + index * step };
  const isOpen = weeks.length > 0 && weekOf(weeks.at(-1)?.week ?? '') === present;
  const flowTop = 14;
  const stockTop = flowTop + FLOW + HEADING + 14;
  const bottom = stockTop + STOCK;
  const flow = panel(flows, flowTop, FLOW, frame);
  const stock = panel(stocks, stockTop, STOCK, frame);
  const opened = weeks.map((week) => week.opened);
  const solved = weeks.map(solvedIn);
  const backlog = weeks.map((week) => week.backlog);
  const ends = labelHeights(flow.y(opened.at(-1) ?? 0), flow.y(solved.at(-1) ?? 0));
  const last = frame.x(weeks.length - 1);
  const area = [...backlog.map((count, index) => [frame.x(index), stock.y(count)] as const)];
  const marks: Mark[] = [
    ...flow.marks,
    // Broad below narrow: where they are the same, both are seen.
    ...series(opened, 'second', flow.y, frame, isOpen, BROAD),
    ...series(solved, 'kept', flow.y, frame, isOpen, NARROW),
    { kind: 'text', x: last + 8, y: ends[0] + 4, text: names.opened, fill: 'first', weight: 600 },
    { kind: 'text', x: last + 8, y: ends[1] + 4, text: names.solved, fill: 'kept', weight: 600 },
    { kind: 'text', x: 0, y: stockTop - 12, text: names.backlog, fill: 'ink', weight: 600 },
    {
      kind: 'path',
      d: `${polyline([[frame.x(0), bottom], ...area, [last, bottom]])}Z`,
      fill: 'area',
    },
    ...stock.marks,
    ...series(backlog, 'ink', stock.y, frame, isOpen, NARROW),
    {
      kind: 'text',
      x: last + 8,
      y: stock.y(backlog.at(-1) ?? 0) + 4,
      text: (backlog.at(-1) ?? 0).toLocaleString(),
      fill: 'ink',
      weight: 600,
    },
    ...weekLabels(weeks, step, frame, bottom),
  ];
  const half = step === 0 ? (frame.right - left) / 2 : step / 2;
  const slots = weeks.map((week, index): Slot => ({ x: frame.x(index) - half, width: 2 * half, ...readingOf(week) }));
  return { width, height: bottom + 24, marks, slots };
}

function panel(ticks: readonly number[], top: number, height: number, { left, right }: Frame) {
  const most = ticks.at(-1) ?? 1;
  const y = (count: number): number => top + height - (count / most) * height;
  const marks = ticks.flatMap((tick): Mark[] => [
    { kind: 'path', d: line(left, y(tick), right, y(tick)), stroke: tick === 0 ? 'soft' : 'grid' },
    { kind: 'text', x: left - 6, y: y(tick) + 4, text: tick.toLocaleString(), fill: 'soft', anchor: 'end' },
  ]);
  return { y, marks };
}

function series(
  counts: readonly number[],
  stroke: Paint,
  y: (count: number) => number,
  { x, step }: Frame,
  isOpen: boolean,
  width: number,
): Mark[] {
  const points = counts.map((count, index) => [x(index), y(count)] as const);
  const over = isOpen ? points.slice(0, -1) : points;
  const marks: Mark[] = [];
  if (over.length > 1) marks.push({ kind: 'path', d: polyline(over), stroke, width });
  if (isOpen && points.length > 1) {
    marks.push({ kind: 'path', d: polyline(points.slice(-2)), stroke, width, dash: `2 ${2 + width}` });
  }
  if (points.length < 2 || step >= DOTS_FROM) {
    for (const [index, [cx, cy]] of points.entries()) {
      const hollow = isOpen && index === points.length - 1;
      const radius = 2 + width / 2;
      marks.push({ kind: 'path', d: disc(cx, cy, radius), fill: hollow ? 'surface' : stroke, stroke, width: 1.5 });
    }
  }
  return marks;
}

/** Where the names of two lines stand, apart enough to be read. */
function labelHeights(first: number, second: number): [number, number] {
  const apart = 15 - Math.abs(first - second);
  if (apart <= 0) return [first, second];
  const sign = first <= second ? -1 : 1;
  return [round(first + (sign * apart) / 2), round(second - (sign * apart) / 2)];
}

function weekLabels(weeks: readonly Week[], step: number, { x }: Frame, bottom: number): Mark[] {
  const isLong = weeks.length > DAYS_UP_TO;
  const every = isLong ? labelEvery(step * WEEKS_IN_MONTH, 80) : labelEvery(step || 60, 58);
  return weeks.flatMap(({ week }, index): Mark[] => {
    const monday = weekOf(week);
    if (isLong ? !beginsMonth(monday, every) : index % every !== 0) return [];
    const text = isLong ? monthWords(monday) : shortDayWords(monday);
    const middle = Math.max(x(index), textWidth(text) / 2);
    return [{ kind: 'text', x: middle, y: bottom + 17, text, fill: 'soft', anchor: 'middle' }];
  });
}

/** Whether it is the first Monday of a month, one of `every`, counted so that each January is among them. */
function beginsMonth(monday: number, every: number): boolean {
  const date = new Date(monday);
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth();
  return date.getUTCDate() <= 7 && months % every === 0;
}

function readingOf(week: Week): Pick<Slot, 'title' | 'lines'> {
  return {
    title: reading(week.week, dayWords(weekOf(week.week))),
    lines: [
      `${names.opened}: ${week.opened.toLocaleString()}`,
      `${names.solved}: ${solvedIn(week).toLocaleString()}`,
      `${names.backlog}: ${week.backlog.toLocaleString()}`,
    ],
  };
}
