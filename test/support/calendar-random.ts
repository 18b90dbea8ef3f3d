import fc from 'fast-check';
import type { BusinessCalendar, BusinessInterval } from '../../src/domain/calendar/business-calendar.ts';
import { wallMinute } from './calendar-reference.ts';

export const ZONES = Intl.supportedValuesOf('timeZone');
export const MINUTE = 60_000;
export const DAY = 1_440 * MINUTE;
export const FROM_2000 = Date.UTC(2000, 0, 1);
export const TO_2040 = Date.UTC(2040, 0, 1);

const timeOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Edges of hours: any, midnights, and close to one of `focus` (minutes since midnight). */
function edge(focus: readonly number[]): fc.Arbitrary<number> {
  const near = fc.tuple(fc.constantFrom(...focus), fc.integer({ min: -75, max: 75 }));
  return fc.oneof(fc.integer({ min: 0, max: 1_440 }), fc.constantFrom(0, 1_440, 540, 1_020), {
    arbitrary: near.map(([at, by]) => Math.min(1_440, Math.max(0, at + by))),
    weight: 2,
  });
}

/** Hours of one weekday: up to three intervals, which touch when `touching`, else leave a break. */
function hoursOf(weekday: number, edges: readonly number[], touching: boolean): BusinessInterval[] {
  const sorted = [...edges].sort((a, b) => a - b);
  const step = touching ? 1 : 2;
  return sorted.flatMap((start, index) => {
    const end = sorted[index + 1];
    return index % step === 0 && end !== undefined ? [{ weekday, start: timeOf(start), end: timeOf(end) }] : [];
  });
}

const focusOnNights = [60, 120, 180];

/** Weekly hours: all seven weekdays, or some of them; the whole day too, and nights as two intervals. */
export function weeklyHours(focus: readonly number[] = focusOnNights): fc.Arbitrary<BusinessInterval[]> {
  const day = fc.tuple(
    fc.uniqueArray(edge(focus), { minLength: 2, maxLength: 5 }),
    fc.boolean(),
    fc.integer({ min: 0, max: 3 }),
  );
  return fc.array(day, { minLength: 7, maxLength: 7 }).map((days) =>
    days.flatMap(([edges, touching, kind], index) => {
      if (kind === 0 && index > 0) return [];
      if (kind === 1 && index > 0) return hoursOf(index + 1, [0, 1_440], false);
      return hoursOf(index + 1, edges, touching);
    }),
  );
}

/** A valid calendar of a zone, with holidays among the days around `around`. */
export function calendarOf(
  timeZone: string,
  around: number,
  focus?: readonly number[],
): fc.Arbitrary<BusinessCalendar> {
  const holiday = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -400, max: 400 }));
  const dateOf = (days: number): string => new Date(around + days * DAY).toISOString().slice(0, 10);
  return fc
    .record({ intervals: weeklyHours(focus), holidays: fc.array(holiday.map(dateOf), { maxLength: 4 }) })
    .map((rest) => ({ timeZone, ...rest }));
}

/** The times of day that the zone's clocks jump from and to at an instant: where edges of hours are worth trying. */
export function jumpOf(timeZone: string, instant: number): number[] {
  return [instant - MINUTE, instant].map((each) => minutesOf(wallMinute(timeZone, each).time));
}

/** Working minutes of a week without holidays in which no clock is changed. */
export function weeklyMinutes(intervals: readonly BusinessInterval[]): number {
  return intervals.reduce((total, { start, end }) => total + minutesOf(end) - minutesOf(start), 0);
}

/** The same week the other way round: what is not working time in `intervals` is, and the reverse. */
export function complement(intervals: readonly BusinessInterval[]): BusinessInterval[] {
  return [1, 2, 3, 4, 5, 6, 7].flatMap((weekday) => {
    const taken = intervals.filter((interval) => interval.weekday === weekday);
    const edges = ['00:00', ...taken.flatMap(({ start, end }) => [start, end]).sort(), '24:00'];
    return edges.flatMap((start, index) => {
      const end = edges[index + 1] ?? start;
      return index % 2 === 0 && start < end ? [{ weekday, start, end }] : [];
    });
  });
}
