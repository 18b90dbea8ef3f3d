import { describe, expect, it } from 'vitest';
import { workingTime } from '../../../src/domain/calendar/working-time.ts';
import { afterWorking, timeZones } from './calendar-time.ts';
import { addedStretch, copiedMonday, draftOf, inputOf, type PolicyValues } from './policy-draft.ts';
import { changesBetween, factsOf } from './policy-words.ts';
import { barsOf, normalTime, sameDays, weeklyMinutes } from './week.ts';

const MINUTE = 60_000;
const weekdays = (start: string, end: string) => [1, 2, 3, 4, 5].map((weekday) => ({ weekday, start, end }));
const OFFICE = { timeZone: 'Europe/Berlin', intervals: weekdays('09:00', '17:00'), holidays: ['2026-12-25'] };
const POLICY: PolicyValues = {
  tier: 'VIP',
  resolutionMinutes: 125,
  atRiskPercent: 75,
  breachAction: 'ESCALATE',
  escalateEveryMinutes: null,
  maxEscalationLevel: 3,
  calendar: null,
};

describe('the week', () => {
  it('takes times as people type them, and leaves alone what is none', () => {
    expect(['9', '9:30', '17.30', '1730', ' 08:00 ', '24', '24:00'].map(normalTime)).toEqual([
      '09:00',
      '09:30',
      '17:30',
      '17:30',
      '08:00',
      '24:00',
      '24:00',
    ]);
    expect(['', 'noon', '25:00', '9:61', '24:30'].map(normalTime)).toEqual(['', 'noon', '25:00', '9:61', '24:30']);
  });

  it('is drawn to scale, without what is no stretch', () => {
    const intervals = [
      { weekday: 1, start: '12:00', end: '24:00' },
      { weekday: 1, start: '00:00', end: '06:00' },
      { weekday: 1, start: '09:00', end: 'x' },
    ];
    expect(barsOf(intervals, 1)).toEqual([
      { from: 0, length: 0.25 },
      { from: 0.5, length: 0.5 },
    ]);
    expect(weeklyMinutes(intervals)).toBe(18 * 60);
    expect(sameDays(OFFICE.intervals).map(({ from, to, hours }) => [from, to, hours])).toEqual([
      [1, 5, '09:00–17:00'],
      [6, 7, ''],
    ]);
  });
});

describe('what a calendar means', () => {
  const zones = [
    'Europe/Berlin',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Africa/Casablanca',
    'UTC',
  ];
  const shapes = [
    weekdays('09:00', '17:00'),
    [
      { weekday: 7, start: '00:00', end: '04:30' },
      { weekday: 6, start: '22:15', end: '24:00' },
      { weekday: 3, start: '01:00', end: '03:05' },
    ],
  ];

  it.each(zones)('in %s is what the server works out, over changes of the clock and holidays', (timeZone) => {
    const starts = [
      '2026-03-27T15:59:30.000Z',
      '2026-10-24T23:30:00Z',
      '2026-04-04T14:45:10.250Z',
      '2026-12-24T12:00Z',
    ];
    for (const intervals of shapes)
      for (const from of starts)
        for (const minutes of [1, 120, 1_440]) {
          const calendar = { timeZone, intervals, holidays: ['2026-12-25', '2026-03-30'] };
          const expected = workingTime(calendar).after(new Date(from), minutes * MINUTE);
          expect([from, minutes, afterWorking(calendar, Date.parse(from), minutes * MINUTE)]).toEqual([
            from,
            minutes,
            expected.getTime(),
          ]);
        }
  });

  it('round the clock is the time itself; without hours or in an unknown zone it is never', () => {
    expect(afterWorking(null, 1_000, 500)).toBe(1_500);
    expect(afterWorking({ ...OFFICE, intervals: [] }, 0, 1)).toBeNull();
    expect(afterWorking({ ...OFFICE, timeZone: 'Nowhere/Town' }, 0, 1)).toBeNull();
    expect(timeZones()).toContain('UTC');
  });
});

describe('the draft of a policy', () => {
  it('says unchanged what the policy says', () => {
    for (const policy of [POLICY, { ...POLICY, escalateEveryMinutes: 90, calendar: OFFICE }])
      expect(inputOf('VIP', draftOf(policy, 'UTC'))).toEqual(policy);
  });

  it('begins a calendar with office hours here, and keeps it while round the clock is chosen', () => {
    const draft = { ...draftOf(POLICY, 'Asia/Tokyo'), hasCalendar: true };
    expect(inputOf('VIP', draft).calendar).toEqual({ ...OFFICE, timeZone: 'Asia/Tokyo', holidays: [] });
    expect(inputOf('VIP', { ...draft, hasCalendar: false }).calendar).toBeNull();
  });

  it('leaves it to the API to refuse what is empty', () => {
    const draft = { ...draftOf(POLICY, 'UTC'), hours: '' as const, minutes: '' as const, atRisk: '' as const };
    expect(inputOf('VIP', draft)).toMatchObject({ resolutionMinutes: 0, atRiskPercent: 0 });
  });

  it('copies Monday and adds hours after the last', () => {
    const { intervals } = draftOf({ ...POLICY, calendar: OFFICE }, 'UTC');
    const monday = addedStretch([...intervals.slice(0, 1), { key: 9, weekday: 6, start: '10:00', end: '12:00' }], 1);
    expect(monday.at(-1)).toEqual({ key: 10, weekday: 1, start: '18:00', end: '20:00' });
    const copied = copiedMonday(monday);
    expect(copied.map(({ weekday, start }) => `${weekday} ${start}`)).toEqual([
      ...[1, 2, 3, 4, 5].flatMap((day) => [`${day} 09:00`, `${day} 18:00`]),
      '6 10:00',
    ]);
    expect(new Set(copied.map(({ key }) => key)).size).toBe(copied.length);
    expect(addedStretch([{ key: 0, weekday: 2, start: '20:00', end: '24:00' }], 2).at(-1)).toMatchObject({
      start: '22:00',
      end: '24:00',
    });
  });
});

describe('a policy in words', () => {
  it('says each field, and only what differs between two', () => {
    expect(
      factsOf(POLICY)
        .map(({ words }) => words)
        .slice(0, 3),
    ).toEqual(['2 h 5 min', '75 % of it (1 h 34 min)', 'Escalate the ticket']);
    const edited = { ...POLICY, escalateEveryMinutes: 30, calendar: OFFICE };
    expect(changesBetween(POLICY, POLICY)).toEqual([]);
    expect(changesBetween(POLICY, edited).map(({ field, after }) => `${field}: ${after}`)).toEqual([
      'Resolve within: 2 h 5 min of working time',
      'Escalates again: every 30 min, while nobody acknowledges',
      'Time counts: 40 h each week',
      'Business hours: Mon–Fri 09:00–17:00',
      'Time zone: Europe/Berlin',
      'Holidays: 2026-12-25',
    ]);
  });
});
