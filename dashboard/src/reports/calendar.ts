// Days, weeks and months as the reports count them: in UTC, so that a shared view shows everybody the same numbers.
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

const DAY = new Intl.DateTimeFormat(undefined, { timeZone: 'UTC', dateStyle: 'medium' });
const SHORT_DAY = new Intl.DateTimeFormat(undefined, { timeZone: 'UTC', day: 'numeric', month: 'short' });
const MONTH = new Intl.DateTimeFormat(undefined, { timeZone: 'UTC', month: 'short', year: 'numeric' });
const SHORT_MONTH = new Intl.DateTimeFormat(undefined, { timeZone: 'UTC', month: 'short' });

/** The midnight before an instant. */
export function dayStart(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS;
}

export function addDays(day: number, days: number): number {
  return day + days * DAY_MS;
}

/** The first day of the month that lies `months` after that of `at`. */
export function monthStart(at: number, months = 0): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
}

/** The Monday before an instant, which begins its ISO week. */
export function weekStart(at: number): number {
  // 1970 began on a Thursday.
  return Math.floor((at - 4 * DAY_MS) / WEEK_MS) * WEEK_MS + 4 * DAY_MS;
}

export function weeksBetween(first: number, last: number): number {
  return Math.round((weekStart(last) - weekStart(first)) / WEEK_MS);
}

/** The Monday of an ISO week such as "2026-W47". */
export function weekOf(name: string): number {
  const [year = 0, week = 0] = name.split('-W').map(Number);
  // The fourth of January is always in the first week.
  return weekStart(Date.UTC(year, 0, 4)) + (week - 1) * WEEK_MS;
}

/** The first day of a month such as "2026-11". */
export function monthOf(name: string): number {
  return Date.parse(`${name}-01T00:00:00Z`);
}

/** "2026-11-23" */
export function dayName(day: number): string {
  return new Date(day).toISOString().slice(0, 10);
}

/** The midnight that begins a day such as "2026-11-23"; null when there is no such day, or it lies where no desk has been. */
export function parseDay(name: string | null): number | null {
  if (name === null || !/^\d{4}-\d\d-\d\d$/.test(name)) return null;
  const day = Date.parse(`${name}T00:00:00Z`);
  return Number.isNaN(day) || dayName(day) !== name || day < Date.UTC(1990, 0, 1) ? null : day;
}

export const dayWords = (day: number): string => DAY.format(day);
export const shortDayWords = (day: number): string => SHORT_DAY.format(day);
export const monthWords = (month: number): string => MONTH.format(month);
export const shortMonthWords = (month: number): string => SHORT_MONTH.format(month);
