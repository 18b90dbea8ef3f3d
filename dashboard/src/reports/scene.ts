// A chart as plain marks: the page draws them as SVG in the colours of its scheme, a picture and the print in those of paper.

/** What a mark is for; light, dark and paper each have a colour for it. */
export type Paint = 'ink' | 'soft' | 'grid' | 'surface' | 'first' | 'second' | 'band' | 'kept' | 'problem' | 'area';

export type Mark =
  | {
      readonly kind: 'rect';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly fill: Paint;
      readonly stroke?: Paint;
      readonly radius?: number;
    }
  | {
      readonly kind: 'path';
      readonly d: string;
      readonly fill?: Paint;
      readonly stroke?: Paint;
      readonly width?: number;
      readonly dash?: string;
    }
  | {
      readonly kind: 'text';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly fill: Paint;
      readonly size?: number;
      readonly weight?: number;
      readonly anchor?: 'start' | 'middle' | 'end';
    };

/** What is read where the pointer stands. */
export interface Slot {
  readonly x: number;
  readonly width: number;
  readonly title: string;
  readonly lines: readonly string[];
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Mark[];
  readonly slots: readonly Slot[];
}

export const TEXT_SIZE = 12;
const MEAN_LETTER = 0.56;

/** About how wide a text is; for leaving room, not for setting type. */
export function textWidth(text: string, size = TEXT_SIZE): number {
  return text.length * size * MEAN_LETTER;
}

/** Steps from 0 to at least `most`, at most `about` of them, of a size that people count in. Whole numbers. */
export function niceTicks(most: number, about: number): number[] {
  const rough = Math.max(1, most / about);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? 10 * power;
  return ticksBy(step, most);
}

const HOUR = 60;
const DAY = 24 * HOUR;
const TIME_STEPS = [
  1,
  2,
  5,
  10,
  15,
  30,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  5 * DAY,
  10 * DAY,
];

/** The same for minutes, in minutes, hours and days. */
export function timeTicks(mostMinutes: number, about: number): number[] {
  const rough = mostMinutes / about;
  const step = TIME_STEPS.find((each) => each >= rough);
  if (step !== undefined) return ticksBy(step, mostMinutes);
  return niceTicks(mostMinutes / DAY, about).map((days) => days * DAY);
}

function ticksBy(step: number, most: number): number[] {
  const steps = Math.max(1, Math.ceil(most / step - 1e-9));
  return Array.from({ length: steps + 1 }, (_, index) => index * step);
}

/** Every how many of `count` slots can have a label of this width. */
export function labelEvery(slotWidth: number, labelWidth: number): number {
  const rough = Math.max(1, Math.ceil(labelWidth / Math.max(slotWidth, 0.01)));
  return [1, 2, 3, 4, 6, 12, 24, 36, 60, 120].find((each) => each >= rough) ?? rough;
}

export const round = (value: number): number => Math.round(value * 100) / 100;

export function line(x1: number, y1: number, x2: number, y2: number): string {
  return `M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}`;
}

export function polyline(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
}

export function disc(x: number, y: number, radius: number): string {
  const r = round(radius);
  return `M${round(x - radius)} ${round(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
}

export function diamond(x: number, y: number, radius: number): string {
  return `M${round(x - radius)} ${round(y)}L${round(x)} ${round(y - radius)}L${round(x + radius)} ${round(y)}L${round(x)} ${round(y + radius)}Z`;
}

const LEGEND_ROW = 20;

/** What the marks of a chart stand for, in rows that fit. */
export function legend(
  entries: readonly { readonly swatch: (x: number, y: number) => Mark; readonly label: string }[],
  width: number,
): { readonly marks: readonly Mark[]; readonly height: number } {
  const marks: Mark[] = [];
  let x = 0;
  let y = 10;
  for (const { swatch, label } of entries) {
    const wide = 20 + textWidth(label) + 18;
    if (x > 0 && x + wide > width) {
      x = 0;
      y += LEGEND_ROW;
    }
    marks.push(swatch(x, y - 4), { kind: 'text', x: x + 20, y, text: label, fill: 'soft' });
    x += wide;
  }
  return { marks, height: y + 10 };
}

export const square =
  (fill: Paint, stroke?: Paint) =>
  (x: number, y: number): Mark => ({
    kind: 'rect',
    x: x + 1,
    y: y - 5,
    width: 13,
    height: 10,
    fill,
    radius: 2,
    ...(stroke ? { stroke } : {}),
  });
