import { describe, expect, it } from 'vitest';
import { BoundedMap } from '../src/domain/calendar/bounded-map.ts';
import { isReachable, workingTime } from '../src/domain/calendar/working-time.ts';
import { calendar } from './support/calendar-week.ts';

const DAY = 86_400_000;
const YEAR = 365 * DAY;
const OFFICE = 'Mon-Fri 09:00-17:00';
const at = (instant: string): Date => new Date(instant);

describe('without a calendar, round the clock,', () => {
  const time = workingTime(null);
  const noon = at('2026-03-29T12:00Z');

  it('working time is time', () => {
    expect(time.between(noon, at('2026-03-30T12:00Z'))).toBe(DAY);
    expect(time.between(noon, at('2026-03-28T12:00Z'))).toBe(0);
    expect(time.after(noon, DAY)).toEqual(at('2026-03-30T12:00Z'));
    expect(time.after(noon, -DAY)).toEqual(noon);
  });

  it('the last instant is that of the year 9999', () => {
    expect(time.after(at('9999-12-31T00:00Z'), DAY - 1)).toEqual(at('9999-12-31T23:59:59.999Z'));
    expect(() => time.after(at('9999-12-31T00:00Z'), DAY)).toThrow('before the year 10000');
  });
});

describe('where working time ends', () => {
  const time = workingTime(calendar('Europe/Berlin', OFFICE));

  it.each([
    DAY,
    Number.POSITIVE_INFINITY,
    Number.MAX_SAFE_INTEGER,
  ])('%s ms from the last days on, it says so', (promised) => {
    expect(() => time.after(at('9999-12-31T15:00Z'), promised)).toThrow(
      'do not pass before the year 10000; promise less',
    );
  });

  it('a promise that would be kept after the last hours says so as well', () => {
    expect(() => time.after(at('9999-12-31T15:00Z'), 3_600_001)).toThrow('do not pass before the year 10000');
    expect(time.after(at('9999-12-31T15:00Z'), 3_600_000)).toEqual(at('9999-12-31T16:00Z'));
  });

  it.each([
    new Date(Number.NaN),
    new Date(8.64e15),
    new Date(-8.64e15),
  ])('%s is no instant to count from', (instant) => {
    for (const each of [time, workingTime(null)]) {
      expect(() => each.after(instant, 1)).toThrow(RangeError);
      expect(() => each.between(instant, at('2026-01-01T00:00Z'))).toThrow(RangeError);
      expect(() => each.between(at('2026-01-01T00:00Z'), instant)).toThrow(RangeError);
    }
  });

  it('a promise that is no number and a calendar without working time are refused, not searched for', () => {
    expect(() => time.after(at('2026-01-01T00:00Z'), Number.NaN)).toThrow(RangeError);
    expect(() => workingTime({ timeZone: 'UTC', intervals: [], holidays: [] })).toThrow('must have working time');
  });
});

describe('a promise is reachable', () => {
  const from = at('2026-06-01T00:00Z');
  const week = 40 * 3_600_000;

  it('when it is kept within so much wall time, to the millisecond', () => {
    const closing = at('2026-06-05T17:00Z').getTime() - from.getTime();
    expect(isReachable(calendar('UTC', OFFICE), from, week, closing)).toBe(true);
    expect(isReachable(calendar('UTC', OFFICE), from, week, closing - 1)).toBe(false);
    expect(isReachable(null, from, DAY, DAY)).toBe(true);
    expect(isReachable(null, from, DAY + 1, DAY)).toBe(false);
  });

  it('a year of working time not at a minute a week within ten years', () => {
    expect(isReachable(calendar('UTC', 'Mon 09:00-09:01'), from, YEAR, 10 * YEAR)).toBe(false);
    expect(isReachable(calendar('UTC', OFFICE), from, YEAR, 10 * YEAR)).toBe(true);
  });

  it('also when "within" goes beyond all time', () => {
    expect(isReachable(calendar('UTC', OFFICE), at('9999-12-31T00:00Z'), week, 10 * YEAR)).toBe(false);
  });
});

describe('what was worked out', () => {
  it('is kept by content, whatever object carries it', () => {
    expect(workingTime(calendar('UTC', OFFICE))).toBe(workingTime(calendar('UTC', OFFICE)));
    expect(workingTime(calendar('UTC', OFFICE))).not.toBe(workingTime(calendar('UTC', OFFICE, ['2026-12-25'])));
  });

  it('is forgotten, oldest first, beyond what may be kept', () => {
    const map = new BoundedMap<string, number>(10, (value) => value);
    for (const [key, value] of [
      ['a', 4],
      ['b', 5],
      ['a', 3],
      ['c', 3],
    ] as const)
      map.set(key, value);
    expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([3, undefined, 3]);
    expect(map.set('d', 99)).toBe(99);
    expect([map.size, map.get('d')]).toEqual([1, 99]);
  });

  it('can be worked out again after it was forgotten', () => {
    const calendars = Array.from({ length: 40 }, (_, index) => calendar('UTC', `Mon 09:00-10:${10 + index}`));
    const due = () => calendars.map((each) => workingTime({ ...each }).after(at('2026-06-01T00:00Z'), 3_600_000 + 1));
    expect(due()).toEqual(due());
  });
});
