import { monthOf, monthWords, shortMonthWords } from './calendar.ts';
import { labelEvery, legend, line, type Mark, niceTicks, type Scene, type Slot, square, textWidth } from './scene.ts';
import { type Escalations, percentWords, shareOf, tierWords } from './tables.ts';
import { reportTexts } from './texts.ts';

const { months: texts } = reportTexts;
/** Beyond these a bar for each month says less than one for each year. */
const MOST_MONTHS = 60;
const PLOT = 190;
const YEAR_WIDTH = 48;

export const isByYear = (months: readonly Escalations[]): boolean => months.length > MOST_MONTHS;

/** Months summed up to years. */
export function yearsOf(months: readonly Escalations[]): Escalations[] {
  const years = new Map<string, Escalations>();
  for (const month of months) {
    const name = month.name.slice(0, 4);
    const sum = years.get(name);
    years.set(name, sum ? added(name, sum, month) : { ...month, name });
  }
  return [...years.values()];
}

function added(name: string, a: Escalations, b: Escalations): Escalations {
  return {
    name,
    vip: a.vip + b.vip,
    vipAll: a.vipAll + b.vipAll,
    normal: a.normal + b.normal,
    normalAll: a.normalAll + b.normalAll,
    all: a.all + b.all,
    total: a.total + b.total,
  };
}

/** A column for each month, VIP below and Normal on it; beyond five years one for each year. */
export function monthsScene(months: readonly Escalations[], width: number): Scene {
  const bars = isByYear(months) ? yearsOf(months) : months;
  const ticks = niceTicks(Math.max(1, ...bars.map(({ all }) => all)), 4);
  const most = ticks.at(-1) ?? 1;
  const head = legend(
    [
      { swatch: square('first'), label: tierWords('VIP') },
      { swatch: square('second'), label: tierWords('NORMAL') },
    ],
    width,
  );
  const left = Math.max(...ticks.map((tick) => textWidth(tick.toLocaleString()))) + 8;
  const top = head.height + 18;
  const bottom = top + PLOT;
  const slot = (width - left) / bars.length;
  const bar = Math.min(slot * 0.68, 44);
  const scale = (count: number): number => (count / most) * PLOT;
  const marks: Mark[] = [...head.marks];
  for (const tick of ticks) {
    const y = bottom - scale(tick);
    marks.push(
      { kind: 'path', d: line(left, y, width, y), stroke: tick === 0 ? 'soft' : 'grid' },
      { kind: 'text', x: left - 6, y: y + 4, text: tick.toLocaleString(), fill: 'soft', anchor: 'end' },
    );
  }
  const every = labelEvery(slot, 34);
  const hasTotals = slot >= textWidth(most.toLocaleString()) + 6;
  const slots: Slot[] = [];
  for (const [index, each] of bars.entries()) {
    const middle = left + (index + 0.5) * slot;
    const vip = scale(each.vip);
    const normal = scale(each.normal);
    const column = { kind: 'rect', x: middle - bar / 2, width: bar } as const;
    if (vip > 0) marks.push({ ...column, y: bottom - vip, height: vip, fill: 'first' });
    // A line of ground parts the two, which the colours alone would not for everybody.
    const gap = vip > 0 && normal > 1.5 ? 1 : 0;
    if (normal > 0) {
      marks.push({ ...column, y: bottom - vip - normal, height: normal - gap, fill: 'second' });
    }
    if (hasTotals && each.all > 0) {
      const y = bottom - vip - normal - 5;
      marks.push({ kind: 'text', x: middle, y, text: each.all.toLocaleString(), fill: 'ink', anchor: 'middle' });
    }
    marks.push(...labels(each.name, index, every, slot, middle, bottom));
    slots.push({ x: left + index * slot, width: slot, ...reading(each) });
  }
  return { width, height: bottom + 38, marks, slots };
}

/** The month, and below the first one and each January the year. */
function labels(name: string, index: number, every: number, slot: number, x: number, bottom: number): Mark[] {
  const text = { kind: 'text', x, fill: 'soft', anchor: 'middle' } as const;
  if (name.length === 4) return index % every === 0 ? [{ ...text, y: bottom + 16, text: name }] : [];
  const january = name.endsWith('-01');
  // With gaps, they are counted from January, so that the years stand regularly.
  const counted = every === 1 ? index : Number(name.slice(5)) - 1;
  const shows = every <= 12 ? counted % Math.min(every, 12) === 0 : january;
  const marks: Mark[] = shows ? [{ ...text, y: bottom + 16, text: shortMonthWords(monthOf(name)) }] : [];
  const isFree = (13 - Number(name.slice(5))) * slot > YEAR_WIDTH;
  if (january || (index === 0 && shows && isFree))
    marks.push({ ...text, y: bottom + 32, text: name.slice(0, 4), weight: 600 });
  return marks;
}

function reading({ name, vip, vipAll, normal, normalAll, all, total }: Escalations): Pick<Slot, 'title' | 'lines'> {
  return {
    title: name.length === 4 ? name : monthWords(monthOf(name)),
    lines: [
      texts.reading(tierWords('VIP'), vip, vipAll),
      texts.reading(tierWords('NORMAL'), normal, normalAll),
      `${texts.reading(tierWords(null), all, total)} (${percentWords(shareOf(all, total))})`,
    ],
  };
}
