import fc from 'fast-check';
import { expect, it } from 'vitest';
import { workingTime } from '../src/domain/calendar/working-time.ts';
import { calendarOf, FROM_2000, jumpOf, MINUTE, TO_2040, ZONES } from './support/calendar-random.ts';
import { changingWeeks, offsetChange, WallMinutes } from './support/calendar-reference.ts';

const WINDOWS_PER_ZONE = 1;
const CALENDARS_PER_WINDOW = 8;
const TRIES_PER_CALENDAR = 3;
/** Minutes of a window; a change of offset lies somewhere in it, or a minute outside. */
const WINDOW = 1_200;

const wholeMinute = (at: number): number => Math.floor(at / MINUTE) * MINUTE;

/** An instant that something happens around: a change of the zone's offset where there is one, now and then any instant. */
function moment(zone: string): fc.Arbitrary<number> {
  const anywhere = fc.integer({ min: FROM_2000, max: TO_2040 }).map(wholeMinute);
  const changing = changingWeeks(zone);
  if (changing.length === 0) return anywhere;
  const change = fc.constantFrom(...changing).map(([from, to]) => offsetChange(zone, from, to) ?? from);
  return fc.oneof({ arbitrary: change, weight: 5 }, { arbitrary: anywhere, weight: 1 });
}

const share = fc.double({ min: 0, max: 1, noNaN: true });
const shares = fc.array(fc.tuple(share, share, share), {
  minLength: TRIES_PER_CALENDAR,
  maxLength: TRIES_PER_CALENDAR,
});

it('working time is what counting minute by minute on the wall clock of any zone gives', { timeout: 120_000 }, () => {
  for (const zone of ZONES) {
    const window = moment(zone).chain((at) =>
      fc.record({
        start: fc.integer({ min: 0, max: WINDOW }).map((before) => at - before * MINUTE),
        calendars: fc.array(fc.tuple(calendarOf(zone, at, jumpOf(zone, at)), shares), {
          minLength: CALENDARS_PER_WINDOW,
          maxLength: CALENDARS_PER_WINDOW,
        }),
      }),
    );
    const property = fc.property(window, ({ start, calendars }) => {
      const minutes = new WallMinutes(zone, start, WINDOW);
      for (const [calendar, tries] of calendars) {
        const time = workingTime(calendar);
        const worked = minutes.workingMinutes(calendar);
        for (const [x, y, part] of tries) {
          const [from = 0, to = 0] = [x, y].sort((a, b) => a - b).map((of) => start + Math.floor(of * WINDOW) * MINUTE);
          const later = worked.filter((at) => at >= from);
          expect(time.between(new Date(from), new Date(to))).toBe(later.filter((at) => at < to).length * MINUTE);
          const count = Math.ceil(part * later.length);
          const last = later[count - 1];
          expect(time.after(new Date(from), count * MINUTE)).toEqual(
            new Date(last === undefined ? from : last + MINUTE),
          );
        }
      }
    });
    fc.assert(property, { numRuns: WINDOWS_PER_ZONE });
  }
});
