import { type BusinessCalendar, dayOf, minutesOf } from './business-calendar.ts';
import { offsetStretches } from './zone-offsets.ts';

/** A calendar in numbers: working hours in milliseconds since midnight for each weekday (0 is Monday), holidays by day number. */
export interface CompiledCalendar {
  readonly timeZone: string;
  readonly weekdays: readonly (readonly { readonly start: number; readonly end: number }[])[];
  readonly holidays: ReadonlySet<number>;
}

/** The spans of working time of one part, in order and apart: where each starts, and the time worked in the part before it. */
export interface WorkingPart {
  readonly starts: Float64Array;
  /** One more than `starts`: the last is `total`. */
  readonly before: Float64Array;
  readonly total: number;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** 1970-01-01, day 0, was a Thursday. */
const WEEKDAY_OF_DAY_0 = 3;

/** Throws a RangeError for a calendar without working time, in which nothing would ever be due. */
export function compileCalendar({ timeZone, intervals, holidays }: BusinessCalendar): CompiledCalendar {
  const weekdays = [1, 2, 3, 4, 5, 6, 7].map((weekday) =>
    intervals
      .filter((interval) => interval.weekday === weekday)
      .map(({ start, end }) => ({ start: millisecondsOf(start), end: millisecondsOf(end) }))
      .sort((a, b) => a.start - b.start),
  );
  if (weekdays.every((hours) => hours.length === 0)) throw new RangeError('A calendar must have working time.');
  return { timeZone, weekdays, holidays: new Set(holidays.flatMap((date) => dayOf(date) ?? [])) };
}

/**
 * An instant is working time when its local wall time lies in the hours of its local weekday and its local date is no
 * holiday. Within a stretch of constant offset local time is UTC plus offset, so there each day's hours are shifted and cut to
 * the stretch: what a clock skips is in no stretch, what it shows twice is in two.
 */
export function compilePart(calendar: CompiledCalendar, part: number): WorkingPart {
  const starts: number[] = [];
  const before: number[] = [];
  let total = 0;
  let lastEnd = Number.NEGATIVE_INFINITY;
  for (const { from, to, offset } of offsetStretches(calendar.timeZone, part)) {
    const localFrom = from + offset;
    const localTo = to + offset;
    for (let day = Math.floor(localFrom / DAY_MS); day * DAY_MS < localTo; day++) {
      if (calendar.holidays.has(day)) continue;
      const midnight = day * DAY_MS;
      for (const hours of calendar.weekdays[weekdayOf(day)] ?? []) {
        const start = Math.max(midnight + hours.start, localFrom) - offset;
        const end = Math.min(midnight + hours.end, localTo) - offset;
        if (start >= end) continue;
        if (start !== lastEnd) {
          starts.push(start);
          before.push(total);
        }
        total += end - start;
        lastEnd = end;
      }
    }
  }
  return { starts: Float64Array.from(starts), before: Float64Array.from([...before, total]), total };
}

/** Working milliseconds of `part` before `instant`, which lies in it or at its end. */
export function workedBefore({ starts, before }: WorkingPart, instant: number): number {
  const span = lastNotAbove(starts, instant);
  if (span < 0) return 0;
  return Math.min(at(before, span) + instant - at(starts, span), at(before, span + 1));
}

/** The earliest instant of `part` before which `worked` milliseconds of it are working time; 0 < `worked` <= `total`. */
export function instantWhenWorked({ starts, before }: WorkingPart, worked: number): number {
  // Whole milliseconds: the span in which the last of them lies.
  const span = lastNotAbove(before, worked - 1);
  return at(starts, span) + worked - at(before, span);
}

/** The place of the last number of an ascending list that is not above `limit`; -1 when all are. */
function lastNotAbove(ascending: Float64Array, limit: number): number {
  let low = -1;
  let high = ascending.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at(ascending, middle) <= limit) low = middle;
    else high = middle;
  }
  return low;
}

const at = (list: Float64Array, index: number): number => list[index] ?? 0;

const weekdayOf = (day: number): number => (((day + WEEKDAY_OF_DAY_0) % 7) + 7) % 7;

const millisecondsOf = (time: string): number => (minutesOf(time) ?? 0) * MINUTE_MS;
