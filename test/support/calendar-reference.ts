import type { BusinessCalendar } from '../../src/domain/calendar/business-calendar.ts';

const MINUTE = 60_000;

/** What a clock on the wall shows during one minute. */
interface WallMinute {
  /** "YYYY-MM-DD". */
  readonly date: string;
  /** "HH:MM". */
  readonly time: string;
  /** 1 is Monday. */
  readonly weekday: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const digits = '2-digit';
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: digits, day: digits, hour: digits, minute: digits },
  });
  formats.set(timeZone, format);
  return format;
}

/** The wall clock of `timeZone` at an instant, as Node formats it. */
export function wallMinute(timeZone: string, instant: number): WallMinute {
  // American: 03/29/2026, 03:00. Its parts one by one (formatToParts) are the same and take three times as long.
  const [month, day, year, hour, minute] = formatOf(timeZone).format(instant).split(/\D+/);
  const date = `${year}-${month}-${day}`;
  const sundayIs0 = new Date(`${date}T12:00:00Z`).getUTCDay();
  return { date, time: `${hour}:${minute}`, weekday: sundayIs0 === 0 ? 7 : sundayIs0 };
}

/** The rule in the words of the specification, for one minute. Times compare as texts. */
export function isWorkingMinute({ intervals, holidays }: BusinessCalendar, wall: WallMinute): boolean {
  if (holidays.includes(wall.date)) return false;
  return intervals.some(({ weekday, start, end }) => weekday === wall.weekday && start <= wall.time && wall.time < end);
}

/** Some minutes of a zone, one by one. */
export class WallMinutes {
  readonly #walls: readonly WallMinute[];
  readonly #start: number;

  constructor(timeZone: string, start: number, minutes: number) {
    this.#start = start;
    this.#walls = Array.from({ length: minutes }, (_, index) => wallMinute(timeZone, start + index * MINUTE));
  }

  /** The first instants of the working minutes, in order. */
  workingMinutes(calendar: BusinessCalendar): number[] {
    return this.#walls.flatMap((wall, index) =>
      isWorkingMinute(calendar, wall) ? [this.#start + index * MINUTE] : [],
    );
  }
}

/** The first instant after `from`, at most at `to`, at which the zone's distance from UTC is another than just before; null: none. */
export function offsetChange(timeZone: string, from: number, to: number): number | null {
  const before = offsetMinutes(timeZone, from);
  if (offsetMinutes(timeZone, to) === before) return null;
  let [same, other] = [from, to];
  while (other - same > MINUTE) {
    const middle = Math.floor((same + other) / 2 / MINUTE) * MINUTE;
    if (offsetMinutes(timeZone, middle) === before) same = middle;
    else other = middle;
  }
  return other;
}

function offsetMinutes(timeZone: string, instant: number): number {
  const { date, time } = wallMinute(timeZone, instant);
  return (Date.parse(`${date}T${time}:00Z`) - instant) / MINUTE;
}

/** The changes of offset that a look every four weeks from 2000 to 2040 finds, as the four weeks that they lie in. */
export function changingWeeks(timeZone: string): [from: number, to: number][] {
  const found: [number, number][] = [];
  const step = 28 * 24 * 60 * MINUTE;
  const end = Date.UTC(2040, 0, 1);
  let before = offsetMinutes(timeZone, Date.UTC(2000, 0, 1));
  for (let from = Date.UTC(2000, 0, 1); from < end; from += step) {
    const after = offsetMinutes(timeZone, from + step);
    if (after !== before) found.push([from, from + step]);
    before = after;
  }
  return found;
}
