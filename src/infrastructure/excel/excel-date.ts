const DAY_MS = 86_400_000;
const EPOCH_1900 = Date.UTC(1899, 11, 30);
const EPOCH_1904 = Date.UTC(1904, 0, 1);
/** 31 December 9999, the last day that Excel knows, plus one. */
const END = Date.UTC(10_000, 0, 1);
const ISO_8601 = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * The UTC instant of an Excel day number, to the nearest millisecond; null when there is no such day. The 1900 system counts
 * a 29 February 1900 that never was (day 60), so the days before it are one later than the later ones suggest.
 */
export function excelDate(days: number, date1904: boolean): Date | null {
  if (!(days >= 0)) return null;
  if (!date1904 && days >= 60 && days < 61) return null;
  const epoch = date1904 ? EPOCH_1904 : days < 60 ? EPOCH_1900 + DAY_MS : EPOCH_1900;
  const instant = epoch + Math.round(days * DAY_MS);
  return instant < END ? new Date(instant) : null;
}

/** The day number of an instant in the 1900 system, as `excelDate` reads it; null for one that Excel does not know. */
export function excelDays(instant: Date): number | null {
  const at = instant.getTime();
  // The first day is 31 December 1899, number 0, which Excel shows as "0 January 1900".
  if (!(at >= EPOCH_1900 + DAY_MS && at < END)) return null;
  const days = (at - EPOCH_1900) / DAY_MS;
  return days < 61 ? days - 1 : days;
}

/** The instant of a cell of type `d` (ISO 8601; without an offset it counts as UTC, like all of Excel's dates), or null. */
export function isoDate(text: string): Date | null {
  const match = ISO_8601.exec(text);
  if (!match) return null;
  const [, date = '', hours = '00:00', seconds = '00', fraction = '', offset = 'Z'] = match;
  // JavaScript moves 31 June on to 1 July in silence; such a date is none.
  const midnight = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== date) return null;
  const instant = new Date(`${date}T${hours}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`);
  return Number.isNaN(instant.getTime()) ? null : instant;
}
