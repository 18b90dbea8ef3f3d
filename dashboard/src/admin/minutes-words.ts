import { durationWords } from '../shared/duration.ts';

const MINUTE_MS = 60_000;
/** Below this the seconds of a share of a promise are shown. */
const SECONDS_BELOW = 10;

/** A length of working time in words: hours and minutes, never days, since a day of work is no day. */
export function minutesWords(minutes: number): string {
  if (minutes < SECONDS_BELOW && !Number.isInteger(minutes)) return durationWords(minutes * MINUTE_MS);
  const whole = Math.round(minutes);
  const [hours, rest] = [Math.floor(whole / 60), whole % 60];
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
