/** A stretch of working time on one weekday, 1 Monday to 7 Sunday; times as "HH:MM", "24:00" is the end of the day. */
export interface Stretch {
  readonly weekday: number;
  readonly start: string;
  readonly end: string;
}

export interface Calendar {
  readonly timeZone: string;
  readonly intervals: readonly Stretch[];
  /** Local dates, "YYYY-MM-DD". */
  readonly holidays: readonly string[];
}

export const WEEKDAYS: readonly number[] = [1, 2, 3, 4, 5, 6, 7];
export const DAY_MINUTES = 1_440;

/** Minutes since midnight of "HH:MM"; null when it is no time from 00:00 to 24:00. */
export function minutesOf(time: string): number | null {
  const [, hours, minutes] = /^(\d\d):([0-5]\d)$/.exec(time) ?? [];
  if (hours === undefined || minutes === undefined) return null;
  const total = Number(hours) * 60 + Number(minutes);
  return total <= DAY_MINUTES ? total : null;
}

/** What people type for a time, as the API wants it: "9", "9:30", "17.30" and "1730" are times; anything else is left as it is. */
export function normalTime(typed: string): string {
  const text = typed.trim();
  const [, hours, minutes = '0'] = /^(\d{1,2})(?:[:.h ]?([0-5]\d))?$/.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 24) return text;
  const time = `${hours.padStart(2, '0')}:${minutes.padStart(2, '0')}`;
  return minutesOf(time) === null ? text : time;
}

export interface Bar {
  /** Parts of the day, 0 to 1. */
  readonly from: number;
  readonly length: number;
}

/** The stretches of a weekday that are times, as bars across a day. */
export function barsOf(intervals: readonly Stretch[], weekday: number): Bar[] {
  return spansOf(intervals, weekday).map(([start, end]) => ({
    from: start / DAY_MINUTES,
    length: (end - start) / DAY_MINUTES,
  }));
}

/** Minutes of working time in a week without holidays; overlaps, which the API refuses, count twice. */
export function weeklyMinutes(intervals: readonly Stretch[]): number {
  return WEEKDAYS.flatMap((weekday) => spansOf(intervals, weekday)).reduce((sum, [start, end]) => sum + end - start, 0);
}

/** The hours of a weekday in words, such as "09:00–12:00, 13:00–17:00"; empty when it has none. */
export function hoursWords(intervals: readonly Stretch[], weekday: number): string {
  return intervals
    .filter((each) => each.weekday === weekday)
    .map(({ start, end }) => `${start}–${end}`)
    .sort()
    .join(', ');
}

/** Weekdays that follow one another and have the same hours, together: Monday to Friday 09:00–17:00. */
export function sameDays(intervals: readonly Stretch[]): { from: number; to: number; hours: string }[] {
  const groups: { from: number; to: number; hours: string }[] = [];
  for (const weekday of WEEKDAYS) {
    const hours = hoursWords(intervals, weekday);
    const last = groups.at(-1);
    if (last && last.hours === hours) last.to = weekday;
    else groups.push({ from: weekday, to: weekday, hours });
  }
  return groups;
}

/** Start and end in minutes of what is sound. */
export function spansOf(intervals: readonly Stretch[], weekday: number): [number, number][] {
  return intervals
    .filter((each) => each.weekday === weekday)
    .flatMap(({ start, end }) => {
      const [from, to] = [minutesOf(start), minutesOf(end)];
      return from !== null && to !== null && from < to ? [[from, to] as [number, number]] : [];
    })
    .sort((a, b) => a[0] - b[0]);
}
