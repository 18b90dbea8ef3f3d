import { type Calendar, spansOf, WEEKDAYS } from './week.ts';

const MINUTE = 60_000;
/** Clocks are set forward and back at quarters of an hour (UTC), wherever they are set; within one the offset stands. */
const QUARTER = 15 * MINUTE;
const DAY = 86_400_000;
/** 1970-01-01 was a Thursday: 0 is Monday. */
const WEEKDAY_OF_DAY_0 = 3;
const FURTHEST = 366 * DAY;

/**
 * The instant at which `working` milliseconds of working time have passed since `from`, as the server counts them; null when that is
 * not within a year, or the zone is unknown. For showing what a calendar means before it is saved: what is due is told by the API.
 */
export function afterWorking(calendar: Calendar | null, from: number, working: number): number | null {
  if (calendar === null) return from + working;
  const offsetAt = offsetsOf(calendar.timeZone);
  if (!offsetAt) return null;
  const days = WEEKDAYS.map((weekday) => spansOf(calendar.intervals, weekday));
  if (days.every((spans) => spans.length === 0)) return null;
  const holidays = new Set(calendar.holidays);
  let left = working;
  for (let begin = from; begin < from + FURTHEST; begin = (Math.floor(begin / QUARTER) + 1) * QUARTER) {
    const end = (Math.floor(begin / QUARTER) + 1) * QUARTER;
    const offset = offsetAt(begin);
    const midnight = Math.floor((begin + offset) / DAY) * DAY;
    const spans = days[(midnight / DAY + WEEKDAY_OF_DAY_0) % 7] ?? [];
    if (spans.length === 0 || holidays.has(new Date(midnight).toISOString().slice(0, 10))) continue;
    for (const [start, stop] of spans) {
      const first = Math.max(begin, midnight + start * MINUTE - offset);
      const last = Math.min(end, midnight + stop * MINUTE - offset);
      if (last <= first) continue;
      if (last - first >= left) return first + left;
      left -= last - first;
    }
  }
  return null;
}

/** What the zone adds to UTC at an instant, in milliseconds; null for a zone that the browser does not know. */
function offsetsOf(timeZone: string): ((instant: number) => number) | null {
  const format = formatOf(timeZone);
  if (!format) return null;
  const known = new Map<number, number>();
  return (instant) => {
    const quarter = Math.floor(instant / QUARTER) * QUARTER;
    const found = known.get(quarter) ?? wallTime(format, quarter) - quarter;
    known.set(quarter, found);
    return found;
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  const numbers = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', calendar: 'gregory', ...numbers });
  } catch {
    return null;
  }
}

/** What clocks of the zone show, as if it were UTC. */
function wallTime(format: Intl.DateTimeFormat, instant: number): number {
  const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute);
}

/** Every zone that the browser knows, and UTC. */
export function timeZones(): string[] {
  return [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];
}
