import { describe, expect, it } from 'vitest';
import { type BusinessCalendar, calendarProblems, normalCalendar } from '../src/domain/calendar/business-calendar.ts';
import { workingTime } from '../src/domain/calendar/working-time.ts';
import { calendar } from './support/calendar-week.ts';

const OFFICE = 'Mon-Fri 09:00-17:00';
const isSound = (given: BusinessCalendar): boolean => calendarProblems(given, 'input.calendar').length === 0;

/** Every problem as "path: message", the path without "input.calendar". */
const problemsOf = (given: BusinessCalendar): string[] =>
  calendarProblems(given, 'input.calendar').map(({ path, message }) => {
    expect(path.startsWith('input.calendar.')).toBe(true);
    return `${path.slice('input.calendar.'.length)}: ${message}`;
  });
const ofHours = (hours: string): string[] => problemsOf(calendar('UTC', hours));

describe('a calendar is sound', () => {
  it.each([
    'Europe/Berlin',
    'europe/berlin',
    'UTC',
    'US/Pacific',
    'Asia/Kolkata',
    'Etc/GMT+5',
    'America/Port-au-Prince',
  ])('in the zone %s', (zone) => expect(isSound(calendar(zone, OFFICE))).toBe(true));

  it.each([
    ['with a break', 'Mon 09:00-12:00, Mon 13:00-17:00'],
    ['with intervals that touch', 'Mon 09:00-12:00, Mon 12:00-17:00'],
    ['with a night as two intervals', 'Sat 22:00-24:00, Sun 00:00-06:00'],
    ['with the same hours on two weekdays, in any order', 'Sun 09:00-12:00, Mon 09:00-12:00'],
    ['with a single minute', 'Sun 23:59-24:00'],
  ])('%s', (_, hours) => expect(ofHours(hours)).toEqual([]));

  it('with holidays on leap days, and with one twice', () => {
    expect(
      isSound(calendar('UTC', OFFICE, ['2028-02-29', '2000-02-29', '2028-02-29', '9999-12-31', '0001-01-01'])),
    ).toBe(true);
  });

  it('with 200 intervals and 2,000 holidays', () => {
    const intervals = Array.from({ length: 200 }, (_, index) => ({
      ...{ weekday: (index % 7) + 1, start: `${10 + Math.floor(index / 70)}:${10 + (Math.floor(index / 7) % 10)}` },
      end: `${10 + Math.floor(index / 70)}:${11 + (Math.floor(index / 7) % 10)}`,
    }));
    const holidays = Array.from({ length: 2_000 }, (_, day) => new Date(day * 86_400_000).toISOString().slice(0, 10));
    expect(problemsOf({ timeZone: 'UTC', intervals, holidays })).toEqual([]);
    expect(problemsOf({ timeZone: 'UTC', intervals: [...intervals, ...intervals.slice(0, 1)], holidays: [] })).toEqual([
      'intervals: Give at most 200 intervals; these are 201.',
    ]);
    expect(problemsOf(calendar('UTC', OFFICE, [...holidays, '2030-01-01']))).toEqual([
      'holidays: Give at most 2000 holidays; these are 2001.',
    ]);
  });
});

describe('a calendar is refused, with the field that is wrong and what to do,', () => {
  it.each([
    '',
    'Europe/Atlantis',
    '+01:00',
    '-0500',
    'UTC+1',
    'Z',
    '2026-01-01T00:00[Europe/Berlin]',
    ' UTC',
    'x'.repeat(100_000),
  ])('in the zone %j', (zone) => {
    const [problem, ...more] = problemsOf(calendar(zone, OFFICE));
    expect(more).toEqual([]);
    expect(problem).toMatch(
      /^timeZone: ".*" is no known time zone; give an IANA name such as Europe\/Berlin or UTC, not an offset\.$/,
    );
    expect(problem?.length).toBeLessThan(200);
  });

  it('without working time', () => {
    expect(problemsOf({ timeZone: 'UTC', intervals: [], holidays: [] })).toEqual([
      'intervals: There is no working time; give at least one interval, or no calendar for round the clock.',
    ]);
  });

  it.each([0, 8, -1, 1.5, Number.NaN])('on weekday %s', (weekday) => {
    expect(
      problemsOf({ timeZone: 'UTC', intervals: [{ weekday, start: '09:00', end: '17:00' }], holidays: [] }),
    ).toEqual(['intervals[0].weekday: Must be a weekday from 1 (Monday) to 7 (Sunday).']);
  });

  it.each(['9:00', '09:60', '25:00', '24:01', '0900', '09:00:00', '', 'noon', '09:00 ', '٠٩:٠٠'])('at %j', (time) => {
    expect(problemsOf({ timeZone: 'UTC', intervals: [{ weekday: 1, start: time, end: time }], holidays: [] })).toEqual([
      `intervals[0].start: "${time}" is no time; write HH:MM, from 00:00 to 23:59.`,
      `intervals[0].end: "${time}" is no time; write HH:MM, from 00:01 to 24:00.`,
    ]);
  });

  it.each([
    ['start', 'An interval cannot start at 24:00; use 00:00 of the next weekday.', 'Mon 24:00-24:00'],
    ['end', 'Write 24:00 for the midnight that ends the day; 00:00 begins it.', 'Mon 22:00-00:00'],
    [
      'end',
      'Must be after the start, 09:00; write hours that pass midnight as two intervals: to 24:00, and from 00:00 of the next weekday.',
      'Mon 09:00-09:00',
    ],
    [
      'end',
      'Must be after the start, 22:00; write hours that pass midnight as two intervals: to 24:00, and from 00:00 of the next weekday.',
      'Mon 22:00-06:00',
    ],
  ])('at its %s: %s', (field, message, hours) => {
    expect(ofHours(hours)).toEqual([`intervals[0].${field}: ${message}`]);
  });

  it.each([
    ['a later one', 'Mon 09:00-12:00, Mon 11:00-13:00', 1, 'intervals[0] (Monday 09:00-12:00)', '12:00'],
    [
      'a later one that is listed first',
      'Tue 11:00-13:00, Tue 09:00-12:00',
      0,
      'intervals[1] (Tuesday 09:00-12:00)',
      '12:00',
    ],
    ['one within another', 'Sun 09:00-17:00, Sun 12:00-13:00', 1, 'intervals[0] (Sunday 09:00-17:00)', '17:00'],
    ['the same twice', 'Wed 09:00-12:00, Wed 09:00-12:00', 1, 'intervals[0] (Wednesday 09:00-12:00)', '12:00'],
    [
      'over others that lie within',
      'Mon 09:00-17:00, Tue 10:00-11:00, Mon 16:59-24:00',
      2,
      'intervals[0] (Monday 09:00-17:00)',
      '17:00',
    ],
  ])('that overlaps: %s', (_, hours, index, other, end) => {
    expect(ofHours(hours)).toEqual([
      `intervals[${index}].start: Overlaps ${other}; start at ${end} or later, or make one interval of the two.`,
    ]);
  });

  it('only for what an interval is itself, not for what it would overlap then', () => {
    const paths = ofHours('Mon 09:00-17:00, Mon 10:00-9, Mon 11:00-10:00, Mon 12:00-00:00').map(
      (each) => each.split(':')[0],
    );
    expect(paths).toEqual(['intervals[1].end', 'intervals[2].end', 'intervals[3].end']);
  });

  it('with each overlap on its own, against the one that ends last', () => {
    const paths = ofHours('Mon 09:00-17:00, Mon 10:00-11:00, Mon 12:00-13:00, Mon 17:00-18:00').map((each) =>
      each.slice(0, 40),
    );
    expect(paths).toEqual(['intervals[1].start: Overlaps intervals[0', 'intervals[2].start: Overlaps intervals[0']);
  });

  it.each([
    '2027-02-29',
    '2100-02-29',
    '2026-02-30',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '0000-01-01',
  ])('with the holiday %s, which does not exist', (date) =>
    expect(problemsOf(calendar('UTC', OFFICE, ['2026-12-25', date]))).toEqual([
      `holidays[1]: There is no ${date}; give a date of the calendar.`,
    ]));

  it.each([
    '25.12.2026',
    '2026-1-1',
    '20261225',
    '',
    '2026-12-25T00:00:00Z',
    '+002026-12-25',
    'tomorrow',
  ])('with the holiday %j', (date) => {
    expect(problemsOf(calendar('UTC', OFFICE, [date]))).toEqual([
      `holidays[0]: "${date}" is no date; write it as YYYY-MM-DD, such as 2026-12-25.`,
    ]);
  });

  it('with all of its mistakes at once', () => {
    const intervals = [
      { weekday: 9, start: '9', end: '00:00' },
      { weekday: 1, start: '09:00', end: '12:00' },
      { weekday: 1, start: '11:00', end: '13:00' },
    ];
    const paths = calendarProblems({ timeZone: 'Mars', intervals, holidays: ['x', '2026-12-25', 'y'] }, 'at').map(
      ({ path }) => path,
    );
    expect(paths).toEqual([
      ...['at.timeZone', 'at.intervals[0].weekday', 'at.intervals[0].start', 'at.intervals[0].end'],
      ...['at.intervals[2].start', 'at.holidays[0]', 'at.holidays[2]'],
    ]);
  });
});

it('the normal form is one for all ways to write a calendar, and means the same', () => {
  const given = calendar('eUROPE/berlin', 'Tue 13:00-17:00, Tue 09:00-12:00, Mon 09:00-12:00', [
    '2026-12-26',
    '2026-12-25',
    '2026-12-26',
  ]);
  const normal = normalCalendar(given);
  expect(normal).toEqual(
    calendar('Europe/Berlin', 'Mon 09:00-12:00, Tue 09:00-12:00, Tue 13:00-17:00', ['2026-12-25', '2026-12-26']),
  );
  expect(normalCalendar(normal)).toEqual(normal);
  const [from, to] = [new Date('2026-01-01T00:00Z'), new Date('2028-01-01T00:00Z')];
  expect(workingTime(normal).between(from, to)).toBe(workingTime(given).between(from, to));
  expect(normalCalendar(calendar('us/pacific', OFFICE)).timeZone).toBe('US/Pacific');
});
