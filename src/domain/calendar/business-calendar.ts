import type { FieldError } from '../domain-error.ts';
import { canonicalZone } from './zone-offsets.ts';

/** Working hours of one weekday, every week, in the calendar's local time. A night is two of them, one on each day. */
export interface BusinessInterval {
  /** ISO 8601: 1 is Monday, 7 is Sunday. */
  readonly weekday: number;
  /** "HH:MM", the first minute that counts. */
  readonly start: string;
  /** "HH:MM", the first minute that counts no more; "24:00" is the end of the day. */
  readonly end: string;
}

/** When a promise's time passes. Check one from outside with `calendarProblems`, keep it as `normalCalendar` gives it. */
export interface BusinessCalendar {
  /** IANA name, such as Europe/Berlin. */
  readonly timeZone: string;
  readonly intervals: readonly BusinessInterval[];
  /** Local dates, "YYYY-MM-DD", on which no time counts. */
  readonly holidays: readonly string[];
}

export const MAX_INTERVALS = 200;
export const MAX_HOLIDAYS = 2_000;

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const TIME = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const DAY_MS = 86_400_000;

/** Minutes since midnight of "HH:MM"; null when it is no time from 00:00 to 24:00. */
export function minutesOf(time: string): number | null {
  return TIME.test(time) ? Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) : null;
}

/** Days since 1970-01-01 of a date "YYYY-MM-DD" of the years 1 to 9999; null when there is no such date. */
export function dayOf(date: string): number | null {
  if (!DATE.test(date) || date.startsWith('0000')) return null;
  const instant = new Date(`${date}T00:00:00Z`);
  const exists = !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(date);
  return exists ? instant.getTime() / DAY_MS : null;
}

/** What is wrong with a calendar, every mistake with its path below `at` (`input.calendar.intervals[0].end`). */
export function calendarProblems(calendar: BusinessCalendar, at: string): FieldError[] {
  const { timeZone, intervals, holidays } = calendar;
  return [...zoneProblems(timeZone, at), ...hoursProblems(intervals, at), ...holidayProblems(holidays, at)];
}

/** A valid calendar in the one form it is kept in: zone as usually written, intervals and holidays in order, no date twice. */
export function normalCalendar(calendar: BusinessCalendar): BusinessCalendar {
  return {
    timeZone: canonicalZone(calendar.timeZone) ?? calendar.timeZone,
    intervals: calendar.intervals
      .map(({ weekday, start, end }) => ({ weekday, start, end }))
      .sort((a, b) => a.weekday - b.weekday || compare(a.start, b.start)),
    holidays: [...new Set(calendar.holidays)].sort(compare),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function zoneProblems(timeZone: string, at: string): FieldError[] {
  if (canonicalZone(timeZone) !== null) return [];
  const message = `${quoted(timeZone)} is no known time zone; give an IANA name such as Europe/Berlin or UTC, not an offset.`;
  return [{ path: `${at}.timeZone`, message }];
}

function hoursProblems(intervals: readonly BusinessInterval[], at: string): FieldError[] {
  const path = `${at}.intervals`;
  if (intervals.length === 0) {
    return [
      { path, message: 'There is no working time; give at least one interval, or no calendar for round the clock.' },
    ];
  }
  if (intervals.length > MAX_INTERVALS) {
    return [{ path, message: `Give at most ${MAX_INTERVALS} intervals; these are ${intervals.length}.` }];
  }
  const each = intervals.flatMap((interval, index) => intervalProblems(interval, `${path}[${index}]`));
  return [...each, ...overlapProblems(intervals, path)];
}

function intervalProblems({ weekday, start, end }: BusinessInterval, path: string): FieldError[] {
  const problems: FieldError[] = [];
  if (!isWeekday(weekday)) {
    problems.push({ path: `${path}.weekday`, message: 'Must be a weekday from 1 (Monday) to 7 (Sunday).' });
  }
  const from = minutesOf(start);
  if (from === null) {
    problems.push({ path: `${path}.start`, message: `${quoted(start)} is no time; write HH:MM, from 00:00 to 23:59.` });
  } else if (start === '24:00') {
    problems.push({
      path: `${path}.start`,
      message: 'An interval cannot start at 24:00; use 00:00 of the next weekday.',
    });
  }
  const to = minutesOf(end);
  if (to === null) {
    problems.push({ path: `${path}.end`, message: `${quoted(end)} is no time; write HH:MM, from 00:01 to 24:00.` });
  } else if (to === 0) {
    problems.push({ path: `${path}.end`, message: 'Write 24:00 for the midnight that ends the day; 00:00 begins it.' });
  } else if (from !== null && start !== '24:00' && to <= from) {
    const message = `Must be after the start, ${start}; write hours that pass midnight as two intervals: to 24:00, and from 00:00 of the next weekday.`;
    problems.push({ path: `${path}.end`, message });
  }
  return problems;
}

/** Among intervals that are sound alone, those that start before an earlier one has ended; of two that start together, the second. */
function overlapProblems(intervals: readonly BusinessInterval[], path: string): FieldError[] {
  const sound = intervals
    .map((interval, index) => ({ ...interval, index }))
    .filter((interval) => intervalProblems(interval, '').length === 0)
    .sort((a, b) => a.weekday - b.weekday || compare(a.start, b.start));
  const problems: FieldError[] = [];
  let last = sound[0];
  for (const next of sound.slice(1)) {
    if (last && last.weekday === next.weekday && next.start < last.end) {
      const other = `intervals[${last.index}] (${WEEKDAYS[last.weekday - 1]} ${last.start}-${last.end})`;
      const message = `Overlaps ${other}; start at ${last.end} or later, or make one interval of the two.`;
      problems.push({ path: `${path}[${next.index}].start`, message });
    }
    if (!last || last.weekday !== next.weekday || next.end > last.end) last = next;
  }
  return problems;
}

function holidayProblems(holidays: readonly string[], at: string): FieldError[] {
  const path = `${at}.holidays`;
  if (holidays.length > MAX_HOLIDAYS) {
    return [{ path, message: `Give at most ${MAX_HOLIDAYS} holidays; these are ${holidays.length}.` }];
  }
  return holidays.flatMap((date, index) => {
    if (dayOf(date) !== null) return [];
    const message = DATE.test(date)
      ? `There is no ${date}; give a date of the calendar.`
      : `${quoted(date)} is no date; write it as YYYY-MM-DD, such as 2026-12-25.`;
    return [{ path: `${path}[${index}]`, message }];
  });
}

const isWeekday = (weekday: number): boolean => Number.isInteger(weekday) && weekday >= 1 && weekday <= 7;

/** What the caller wrote, cut short: a message is to be read. */
const quoted = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
