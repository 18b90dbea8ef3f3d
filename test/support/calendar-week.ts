import type { BusinessCalendar } from '../../src/domain/calendar/business-calendar.ts';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A calendar in short: `calendar('Europe/Berlin', 'Mon-Fri 09:00-17:00, Sat 10:00-12:00', ['2026-12-25'])`. */
export function calendar(timeZone: string, hours: string, holidays: readonly string[] = []): BusinessCalendar {
  const intervals = hours.split(', ').flatMap((each) => {
    const [days = '', times = ''] = each.split(' ');
    const [first = '', last = first] = days.split('-');
    const [start = '', end = ''] = times.split('-');
    return DAYS.slice(DAYS.indexOf(first), DAYS.indexOf(last) + 1).map((day) => ({
      ...{ weekday: DAYS.indexOf(day) + 1, start, end },
    }));
  });
  return { timeZone, intervals, holidays };
}
