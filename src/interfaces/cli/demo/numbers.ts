const COUNT = new Intl.NumberFormat('en-US');

/** 12345 as "12,345". */
export function count(value: number): string {
  return COUNT.format(value);
}

/** A duration for a table, in two units at most: "45 s", "7 min", "3 h 05 min", "2 d 04 h". */
export function minutes(value: number): string {
  if (value < 1) return `${Math.round(value * 60)} s`;
  const whole = Math.round(value);
  if (whole < 60) return `${whole} min`;
  if (whole < 24 * 60) return `${Math.floor(whole / 60)} h ${twoDigits(whole % 60)} min`;
  const hours = Math.round(value / 60);
  return `${Math.floor(hours / 24)} d ${twoDigits(hours % 24)} h`;
}

/** Milliseconds for a sentence: "840 ms", "2.1 s". */
export function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** What is left until an instant as a clock shows it, rounded up: "1:05"; overdue time with a sign: "-0:03". */
export function countdown(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const sign = seconds < 0 ? '-' : '';
  const absolute = Math.abs(seconds);
  return `${sign}${Math.floor(absolute / 60)}:${twoDigits(absolute % 60)}`;
}

/** The UTC time of day of an instant (RFC 3339, or milliseconds since 1970) with milliseconds: "14:03:22.114". */
export function timeOfDay(instant: string | number): string {
  return new Date(instant).toISOString().slice(11, 23);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
