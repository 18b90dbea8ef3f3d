import { describe, expect, it } from 'vitest';
import { workingTime } from '../src/domain/calendar/working-time.ts';
import { calendar } from './support/calendar-week.ts';

/**
 * Worked out by hand. Instants are in UTC; changes of offset lie in the past, so that newer zone data does not move them.
 * name | zone | hours | from | to | worked | holidays
 */
const BETWEEN = `
  # Berlin: 02:00 became 03:00 on 30 March 2025 (01:00Z), and 03:00 became 02:00 on 26 October (01:00Z).
  a night shift over the gap is an hour short | Europe/Berlin | Sat 22:00-24:00, Sun 00:00-06:00 | 2025-03-29T12:00Z | 2025-03-30T12:00Z | 7 h
  a night shift over the overlap is an hour long | Europe/Berlin | Sat 22:00-24:00, Sun 00:00-06:00 | 2025-10-25T12:00Z | 2025-10-26T12:00Z | 9 h
  an interval that starts in the gap starts at its end | Europe/Berlin | Sun 02:30-04:00 | 2025-03-30T00:00Z | 2025-03-30T12:00Z | 1 h
  an interval that ends in the gap ends at its start | Europe/Berlin | Sun 01:30-02:30 | 2025-03-30T00:00Z | 2025-03-30T12:00Z | 0.5 h
  an interval within the gap does not exist | Europe/Berlin | Sun 02:15-02:45 | 2025-03-30T00:00Z | 2025-03-30T12:00Z | 0 h
  an interval that starts in the overlap is two stretches | Europe/Berlin | Sun 02:30-04:00 | 2025-10-26T00:00Z | 2025-10-26T12:00Z | 2 h
  an interval that ends in the overlap is two stretches | Europe/Berlin | Sun 01:00-02:30 | 2025-10-25T22:00Z | 2025-10-26T12:00Z | 2 h
  an interval within the overlap counts twice | Europe/Berlin | Sun 02:15-02:45 | 2025-10-25T22:00Z | 2025-10-26T12:00Z | 1 h
  # Samoa went from UTC-10 to UTC+14 at the end of Thursday, 29 December 2011 (10:00Z): there was no Friday.
  a day that the zone skipped has no working time | Pacific/Apia | Mon-Fri 09:00-17:00 | 2011-12-29T19:00Z | 2012-01-02T03:00Z | 16 h
  the skipped day as a holiday takes nothing away | Pacific/Apia | Mon-Fri 09:00-17:00 | 2011-12-29T19:00Z | 2012-01-02T03:00Z | 16 h | 2011-12-30
  around a skipped day the clock goes on | Pacific/Apia | Mon-Sun 00:00-24:00 | 2011-12-30T00:00Z | 2011-12-31T00:00Z | 24 h
  Kwajalein skipped a Saturday | Pacific/Kwajalein | Sat 00:00-24:00 | 1993-08-15T12:00Z | 1993-08-27T11:00Z | 0 h
  # Lord Howe moves its clocks by half an hour, at 02:00 local.
  half an hour is skipped | Australia/Lord_Howe | Sun 00:00-06:00 | 2025-10-04T00:00Z | 2025-10-06T00:00Z | 5.5 h
  half an hour comes twice | Australia/Lord_Howe | Sun 00:00-06:00 | 2025-04-05T00:00Z | 2025-04-07T00:00Z | 6.5 h
  a quarter of an hour from UTC | Asia/Kathmandu | Mon 09:00-17:00 | 2025-01-06T03:15Z | 2025-01-06T11:15Z | 8 h
  a minute before a quarter of an hour from UTC | Asia/Kathmandu | Mon 09:00-17:00 | 2025-01-06T03:00Z | 2025-01-06T03:16Z | 1/60 h
  # Morocco sets its clocks back for Ramadan: 03:00 became 02:00 on 10 March 2024, 02:00 became 03:00 on 14 April.
  Ramadan begins: a night is an hour long | Africa/Casablanca | Sun 00:00-06:00 | 2024-03-09T12:00Z | 2024-03-10T12:00Z | 7 h
  Ramadan ends: a night is an hour short | Africa/Casablanca | Sun 00:00-06:00 | 2024-04-13T12:00Z | 2024-04-14T12:00Z | 5 h
  # Clocks changed at midnight: 00:00 became 01:00, and 24:00 became 23:00 (in Havana 01:00 became 00:00).
  Cairo loses the first hour of a Friday | Africa/Cairo | Fri 00:00-24:00 | 2023-04-26T00:00Z | 2023-04-30T00:00Z | 23 h
  Cairo repeats the last hour of a Thursday | Africa/Cairo | Thu 00:00-24:00 | 2023-10-25T00:00Z | 2023-10-29T00:00Z | 25 h
  a holiday with a repeated hour is off for both | Africa/Cairo | Thu 00:00-24:00 | 2023-10-25T00:00Z | 2023-10-29T00:00Z | 0 h | 2023-10-26
  the day after that holiday is whole | Africa/Cairo | Thu-Fri 00:00-24:00 | 2023-10-25T21:00Z | 2023-10-27T22:00Z | 24 h | 2023-10-26
  Beirut loses the first hour of a Sunday | Asia/Beirut | Sun 00:00-24:00 | 2024-03-30T00:00Z | 2024-04-02T00:00Z | 23 h
  Beirut repeats the last hour of a Saturday | Asia/Beirut | Sat 00:00-24:00 | 2024-10-25T00:00Z | 2024-10-29T00:00Z | 25 h
  Havana loses the first hour of a Sunday | America/Havana | Sun 00:00-24:00 | 2024-03-09T12:00Z | 2024-03-12T00:00Z | 23 h
  Havana has 00:00 to 00:30 twice | America/Havana | Sun 00:00-00:30 | 2024-11-02T12:00Z | 2024-11-04T00:00Z | 1 h
  29 February off | UTC | Mon-Fri 09:00-17:00 | 2028-02-28T00:00Z | 2028-03-02T00:00Z | 16 h | 2028-02-29
  a year later there is none, and nothing is off | UTC | Mon-Fri 09:00-17:00 | 2029-02-26T00:00Z | 2029-03-03T00:00Z | 40 h | 2028-02-29
  a holiday at the weekend takes nothing away | UTC | Mon-Fri 09:00-17:00 | 2026-08-10T00:00Z | 2026-08-17T00:00Z | 40 h | 2026-08-15
  a holiday is a local date | Pacific/Auckland | Mon-Sun 00:00-24:00 | 2025-06-30T12:00Z | 2025-07-01T12:00Z | 0 h | 2025-07-01
  a break at noon | UTC | Mon 09:00-12:00, Mon 13:00-17:00 | 2026-06-01T11:00Z | 2026-06-01T14:00Z | 2 h
  intervals that touch are as one | UTC | Mon 09:00-12:00, Mon 12:00-17:00 | 2026-06-01T00:00Z | 2026-06-02T00:00Z | 8 h
  a weekend has none | UTC | Mon-Fri 09:00-17:00 | 2026-06-05T17:00Z | 2026-06-08T09:00Z | 0 h
  backwards there is none | UTC | Mon-Fri 09:00-17:00 | 2026-06-05T17:00Z | 2026-06-01T00:00Z | 0 h
  before 1970 | UTC | Mon-Fri 09:00-17:00 | 1969-12-31T00:00Z | 1970-01-02T00:00Z | 16 h
  round the clock over many years | UTC | Mon-Sun 00:00-24:00 | 1900-01-01T00:00Z | 2100-01-01T00:00Z | 1753176 h
  # Until April 1893 Berlin kept the sun's time, 53 minutes and 28 seconds ahead of UTC.
  local mean time, to the second | Europe/Berlin | Mon 09:00-17:00 | 1890-01-06T08:06:32Z | 1890-01-06T16:06:32Z | 8 h
`;

/** name | zone | hours | from | promised | due | holidays */
const AFTER = `
  over a weekend | UTC | Mon-Fri 09:00-17:00 | 2026-06-05T16:00Z | 2 h | 2026-06-08T10:00:00.000Z
  a full day is due at closing time, not at the next opening | UTC | Mon-Fri 09:00-17:00 | 2026-06-05T09:00Z | 8 h | 2026-06-05T17:00:00.000Z
  so is a full week | UTC | Mon-Fri 09:00-17:00 | 2026-06-01T00:00Z | 40 h | 2026-06-05T17:00:00.000Z
  to a break at noon | UTC | Mon 09:00-12:00, Mon 13:00-17:00 | 2026-06-01T09:00Z | 3 h | 2026-06-01T12:00:00.000Z
  a start outside the hours waits for the opening | UTC | Mon-Fri 09:00-17:00 | 2026-06-06T12:00Z | 8 h | 2026-06-08T17:00:00.000Z
  a start at closing time waits too | UTC | Mon-Fri 09:00-17:00 | 2026-06-05T17:00Z | 0.5 h | 2026-06-08T09:30:00.000Z
  nothing is due at once, also outside the hours | UTC | Mon-Fri 09:00-17:00 | 2026-06-06T12:00Z | 0 h | 2026-06-06T12:00:00.000Z
  less than nothing too | UTC | Mon-Fri 09:00-17:00 | 2026-06-06T12:00Z | -3 h | 2026-06-06T12:00:00.000Z
  milliseconds are kept | UTC | Mon-Fri 09:00-17:00 | 2026-06-05T16:59:59.999Z | 2 ms | 2026-06-08T09:00:00.001Z
  half a millisecond has passed when a whole one has | UTC | Mon-Fri 09:00-17:00 | 2026-06-05T09:00Z | 0.5 ms | 2026-06-05T09:00:00.001Z
  over a row of holidays | UTC | Mon-Fri 09:00-17:00 | 2026-12-24T16:00Z | 2 h | 2026-12-28T10:00:00.000Z | 2026-12-25
  over 29 February | UTC | Mon-Fri 09:00-17:00 | 2028-02-28T16:00Z | 2 h | 2028-03-01T10:00:00.000Z | 2028-02-29
  over the gap of a night | Europe/Berlin | Sat 22:00-24:00, Sun 00:00-06:00 | 2025-03-29T21:00Z | 4 h | 2025-03-30T01:00:00.000Z
  between the two stretches of an overlap | Europe/Berlin | Sun 02:30-04:00 | 2025-10-26T00:00Z | 0.75 h | 2025-10-26T01:45:00.000Z
  at the end of the first of them | Europe/Berlin | Sun 02:30-04:00 | 2025-10-26T00:00Z | 0.5 h | 2025-10-26T01:00:00.000Z
  over the day that Samoa skipped | Pacific/Apia | Mon-Fri 09:00-17:00 | 2011-12-30T03:00Z | 1 h | 2012-01-01T20:00:00.000Z
  the Friday after the skipped one | Pacific/Apia | Fri 09:00-17:00 | 2011-12-24T03:00Z | 1 h | 2012-01-05T20:00:00.000Z
  opening in Ramadan, an hour later in UTC | Africa/Casablanca | Mon-Fri 09:00-17:00 | 2024-03-11T00:00Z | 1 h | 2024-03-11T10:00:00.000Z
  opening after Ramadan | Africa/Casablanca | Mon-Fri 09:00-17:00 | 2024-04-15T00:00Z | 1 h | 2024-04-15T09:00:00.000Z
  from a day with hours to one a year later | UTC | Wed 09:00-10:00 | 2026-01-01T00:00Z | 52 h | 2026-12-30T10:00:00.000Z
  to the last day | UTC | Mon-Fri 09:00-17:00 | 9999-12-31T09:00Z | 8 h | 9999-12-31T17:00:00.000Z
  from the first day, a Monday | UTC | Mon-Fri 09:00-17:00 | 0001-01-01T00:00Z | 9 h | 0001-01-02T10:00:00.000Z
`;

const rowsOf = (table: string): string[][] =>
  table
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' | '));

/** Milliseconds of "1.5 h", "1/60 h" or "2 ms". */
function millisecondsOf(text: string): number {
  const [amount = '', unit] = text.split(' ');
  const [dividend, divisor = 1] = amount.split('/').map(Number);
  return (Number(dividend) / divisor) * (unit === 'h' ? 3_600_000 : 1);
}

const timeOf = (zone = '', hours = '', holidays = '') =>
  workingTime(calendar(zone, hours, holidays.split(' ').filter(Boolean)));

describe('between', () => {
  it.each(rowsOf(BETWEEN))('%s', (_, zone, hours, from = '', to = '', worked = '', holidays) => {
    expect(timeOf(zone, hours, holidays).between(new Date(from), new Date(to))).toBe(millisecondsOf(worked));
  });
});

describe('after', () => {
  it.each(rowsOf(AFTER))('%s', (_, zone, hours, from = '', promised = '', due, holidays) => {
    const found = timeOf(zone, hours, holidays).after(new Date(from), millisecondsOf(promised));
    expect(found.toISOString()).toBe(due);
  });
});
