import { BoundedMap } from './bounded-map.ts';
import type { BusinessCalendar } from './business-calendar.ts';
import {
  type CompiledCalendar,
  compileCalendar,
  compilePart,
  instantWhenWorked,
  type WorkingPart,
  workedBefore,
} from './working-part.ts';
import { PART_MS } from './zone-offsets.ts';

/** Arithmetic in the working time of one calendar. Whole milliseconds, instants of the years 1 to 9999. */
export interface WorkingTime {
  /** Working milliseconds from `from` (included) to `to` (not); 0 when `to` is not after `from`. */
  between(from: Date, to: Date): number;
  /**
   * The earliest instant, not before `from`, until which `milliseconds` of working time have passed since `from`: a promise
   * that fills a day is due when the day's work ends, not when the next begins. `from` itself when `milliseconds` is 0 or
   * less. Throws a RangeError when that is not before the year 10000.
   */
  after(from: Date, milliseconds: number): Date;
}

const EARLIEST = Date.parse('0001-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** 16 bytes each, so at most 3 MB for each calendar; a usual year has some 260 to 520 spans. */
const SPANS_KEPT = 200_000;
const CALENDARS_KEPT = 32;

const byObject = new WeakMap<BusinessCalendar, WorkingTime>();
const byContent = new BoundedMap<string, WorkingTime>(CALENDARS_KEPT);

/**
 * The working time of a valid calendar (`calendarProblems` finds none); null is round the clock. What it works out is kept
 * for calendars of the same content, so it may be called for each ticket.
 */
export function workingTime(calendar: BusinessCalendar | null): WorkingTime {
  if (calendar === null) return ROUND_THE_CLOCK;
  const known = byObject.get(calendar);
  if (known) return known;
  const { timeZone, intervals, holidays } = calendar;
  const key = JSON.stringify([timeZone, intervals.map(({ weekday, start, end }) => [weekday, start, end]), holidays]);
  const found = byContent.get(key) ?? byContent.set(key, new CalendarTime(compileCalendar(calendar)));
  byObject.set(calendar, found);
  return found;
}

/** Whether `workingTime(calendar).after(from, milliseconds)` lies at most `within` milliseconds of wall time after `from`. */
export function isReachable(
  calendar: BusinessCalendar | null,
  from: Date,
  milliseconds: number,
  within: number,
): boolean {
  const limit = new Date(Math.min(from.getTime() + within, LATEST));
  return workingTime(calendar).between(from, limit) >= milliseconds;
}

const ROUND_THE_CLOCK: WorkingTime = {
  between: (from, to) => Math.max(0, instantOf(to) - instantOf(from)),
  after: (from, milliseconds) => {
    const at = instantOf(from) + Math.max(0, wholeOf(milliseconds));
    if (at > LATEST) throw unreachable(milliseconds);
    return new Date(at);
  },
};

class CalendarTime implements WorkingTime {
  readonly #calendar: CompiledCalendar;
  readonly #parts = new BoundedMap<number, WorkingPart>(SPANS_KEPT, ({ starts }) => starts.length + 1);

  constructor(calendar: CompiledCalendar) {
    this.#calendar = calendar;
  }

  between(from: Date, to: Date): number {
    const start = instantOf(from);
    const end = instantOf(to);
    if (end <= start) return 0;
    const last = Math.floor(end / PART_MS);
    let total = 0;
    for (let index = Math.floor(start / PART_MS); index < last; index++) total += this.#part(index).total;
    return total + workedBefore(this.#part(last), end) - workedBefore(this.#part(Math.floor(start / PART_MS)), start);
  }

  after(from: Date, milliseconds: number): Date {
    const start = instantOf(from);
    const asked = wholeOf(milliseconds);
    if (asked <= 0) return new Date(start);
    if (start + asked > LATEST) throw unreachable(milliseconds);
    let index = Math.floor(start / PART_MS);
    let part = this.#part(index);
    // From here on counted from the beginning of the part.
    let left = asked + workedBefore(part, start);
    while (left > part.total) {
      left -= part.total;
      index += 1;
      if (index * PART_MS > LATEST) throw unreachable(milliseconds);
      part = this.#part(index);
    }
    const at = instantWhenWorked(part, left);
    if (at > LATEST) throw unreachable(milliseconds);
    return new Date(at);
  }

  #part(index: number): WorkingPart {
    return this.#parts.get(index) ?? this.#parts.set(index, compilePart(this.#calendar, index));
  }
}

function instantOf(date: Date): number {
  const instant = date.getTime();
  // Not written as two comparisons that an invalid date (NaN) would pass.
  if (instant >= EARLIEST && instant <= LATEST) return instant;
  throw new RangeError('Working time is counted from the year 1 to the year 9999 only; give an instant between them.');
}

/** A part of a millisecond has passed only when the whole one has. */
function wholeOf(milliseconds: number): number {
  const whole = Math.ceil(milliseconds);
  if (Number.isNaN(whole)) throw new RangeError('Give the working time as a number of milliseconds.');
  return whole;
}

const unreachable = (milliseconds: number): RangeError =>
  new RangeError(`${milliseconds} ms of working time do not pass before the year 10000; promise less, or work more.`);
