import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BusinessCalendar } from '../src/domain/calendar/business-calendar.ts';
import { workingTime } from '../src/domain/calendar/working-time.ts';
import {
  calendarOf,
  complement,
  DAY,
  FROM_2000,
  MINUTE,
  TO_2040,
  weeklyHours,
  weeklyMinutes,
  ZONES,
} from './support/calendar-random.ts';

const RUNS_PER_ZONE = 3;
const SAMPLES_PER_RUN = 8;
const PART = 364 * DAY;

/** Instants to the millisecond: any, and close to the seams at which the implementation cuts time. */
const instant = fc.oneof(
  { arbitrary: fc.integer({ min: FROM_2000, max: TO_2040 }), weight: 3 },
  fc.tuple(fc.integer({ min: 31, max: 70 }), fc.integer({ min: -DAY, max: DAY })).map(([n, by]) => n * PART + by),
);
/** Lengths: moments, days, and up to two years. */
const span = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.integer({ min: 0, max: 3 * DAY }),
  fc.integer({ min: 0, max: 2 * PART }),
);
/** Promises: milliseconds, and so many weeks of work, whole ones (which end when the week's work does) or not. */
const promise = fc.record({
  milliseconds: fc.integer({ min: 0, max: 3 }),
  weeks: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 }), fc.double({ min: 0, max: 60, noNaN: true })),
});
type Promised = typeof promise extends fc.Arbitrary<infer T> ? T : never;

const millisecondsOf = ({ intervals }: BusinessCalendar, { milliseconds, weeks }: Promised): number =>
  milliseconds + Math.round(weeks * weeklyMinutes(intervals) * MINUTE);

/** How far from the instant of the run a sample begins. */
const shift = fc.oneof(fc.integer({ min: -10, max: 10 }), fc.integer({ min: -30 * DAY, max: 30 * DAY }));

/** Tries a law in every zone of this Node: so many calendars, each with so many samples. A failure prints its seed and path. */
function inEveryZone<T>(sample: fc.Arbitrary<T>, law: (calendar: BusinessCalendar, at: number, sample: T) => void) {
  const samples = fc.array(fc.tuple(shift, sample), { minLength: SAMPLES_PER_RUN, maxLength: SAMPLES_PER_RUN });
  for (const zone of ZONES) {
    const run = instant.chain((around) => fc.tuple(calendarOf(zone, around), fc.constant(around), samples));
    const property = fc.property(run, ([calendar, around, tries]) => {
      for (const [by, each] of tries) law(calendar, around + by, each);
    });
    fc.assert(property, { numRuns: RUNS_PER_ZONE });
  }
}

const date = (at: number): Date => new Date(at);

describe('in every time zone, from 2000 to 2040', { timeout: 120_000 }, () => {
  it('there are some hundred zones to try', () => {
    expect(ZONES.length).toBeGreaterThan(300);
  });

  it('`after` is when exactly the promised time has passed, and not a millisecond later', () => {
    inEveryZone(promise, (calendar, at, some) => {
      const promised = millisecondsOf(calendar, some);
      const time = workingTime(calendar);
      const due = time.after(date(at), promised);
      expect(due.getTime()).toBeGreaterThanOrEqual(at);
      expect(time.between(date(at), due)).toBe(promised);
      if (promised > 0) expect(time.between(date(at), date(due.getTime() - 1))).toBe(promised - 1);
      else expect(due.getTime()).toBe(at);
    });
  });

  it('who promises more, or begins later, is not due earlier; and a promise can be kept in two steps', () => {
    inEveryZone(fc.tuple(promise, promise, span), (calendar, at, [first, second, later]) => {
      const [promised, more] = [millisecondsOf(calendar, first), millisecondsOf(calendar, second)];
      const time = workingTime(calendar);
      const due = time.after(date(at), promised);
      const all = time.after(date(at), promised + more);
      expect(all.getTime()).toBeGreaterThanOrEqual(due.getTime());
      expect(time.after(due, more)).toEqual(more === 0 ? due : all);
      expect(time.after(date(at + later), promised).getTime()).toBeGreaterThanOrEqual(due.getTime());
    });
  });

  it('`between` adds up, grows with the stretch and is never more than it', () => {
    inEveryZone(fc.tuple(span, span), (calendar, at, [first, second]) => {
      const time = workingTime(calendar);
      const [a, b, c] = [date(at), date(at + first), date(at + first + second)];
      expect(time.between(a, b) + time.between(b, c)).toBe(time.between(a, c));
      expect(time.between(a, b)).toBeGreaterThanOrEqual(0);
      expect(time.between(a, b)).toBeLessThanOrEqual(first);
      expect(time.between(a, b)).toBeLessThanOrEqual(time.between(a, c));
      expect(time.between(b, c)).toBeLessThanOrEqual(time.between(a, c));
      if (first > 0) expect(time.between(b, a)).toBe(0);
    });
  });

  it('what is not working time is the working time of the calendar turned round, hours twice or skipped included', () => {
    inEveryZone(fc.tuple(weeklyHours(), span), ({ timeZone }, at, [intervals, length]) => {
      const [from, to] = [date(at), date(at + length)];
      const rest = complement(intervals);
      const off = rest.length === 0 ? 0 : workingTime({ timeZone, intervals: rest, holidays: [] }).between(from, to);
      expect(workingTime({ timeZone, intervals, holidays: [] }).between(from, to) + off).toBe(length);
    });
  });
});
