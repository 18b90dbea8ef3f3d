/** A UTC day, "2026-11-23". Days of the years 0001 to 9999 compare as text. */
export type Day = string;

export const MS_PER_DAY = 86_400_000;
const MS_PER_MINUTE = 60_000;

/** The bounds within which reports look; nothing is stored outside of them. Both begin a year, which saves special cases. */
export const FIRST_INSTANT = new Date('0001-01-01T00:00:00.000Z');
export const LAST_INSTANT = new Date('9999-01-01T00:00:00.000Z');

/** The UTC day of an instant. */
export function dayOf(instant: Date): Day {
  return instant.toISOString().slice(0, 10);
}

/** The UTC days of instants, each once. Made for very many: few of them become text. */
export function daysOf(instants: readonly Date[]): Day[] {
  const numbers = new Set<number>();
  for (const instant of instants) numbers.add(Math.floor(instant.getTime() / MS_PER_DAY));
  return Array.from(numbers, (number) => dayOf(new Date(number * MS_PER_DAY)));
}

/** The instant at which the day begins. */
export function startOfDay(day: Day): Date {
  return new Date(`${day}T00:00:00.000Z`);
}

/** The day `count` days later (earlier when negative). */
export function addDays(day: Day, count: number): Day {
  return dayOf(new Date(startOfDay(day).getTime() + count * MS_PER_DAY));
}

/** The first day of the day's month. */
export function monthStart(day: Day): Day {
  return `${day.slice(0, 7)}-01`;
}

/** The first day of the month `count` months after the one of `day`. */
export function addMonths(day: Day, count: number): Day {
  const months = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + count;
  const year = String(Math.floor(months / 12)).padStart(4, '0');
  return `${year}-${String((months % 12) + 1).padStart(2, '0')}-01`;
}

/** The first day of the day's year. */
export function yearStart(day: Day): Day {
  return `${day.slice(0, 4)}-01-01`;
}

/** The Monday of the day's ISO week. */
export function weekStart(day: Day): Day {
  return addDays(day, -((startOfDay(day).getUTCDay() + 6) % 7));
}

/** The month's name, "2026-11". */
export function monthName(day: Day): string {
  return day.slice(0, 7);
}

/** The ISO 8601 name of the week that begins on `monday`, "2026-W47": its year is that of its Thursday. */
export function weekName(monday: Day): string {
  const thursday = startOfDay(addDays(monday, 3));
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / MS_PER_DAY / 7) + 1;
  return `${String(year).padStart(4, '0')}-W${String(week).padStart(2, '0')}`;
}

/** Milliseconds as minutes with fractions. */
export function toMinutes(ms: number): number {
  return ms / MS_PER_MINUTE;
}
