const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Below this the seconds are shown: they can be waited for. */
const SECONDS_BELOW = 10 * MINUTE;
/** From here on hours say nothing any more. */
const DAYS_ALONE = 10 * DAY;

/** A length of time in at most two units, such as "2 d 4 h", "3 h 5 min", "12 min", "4 min 09 s"; its sign is left out. */
export function durationWords(milliseconds: number): string {
  const length = Math.abs(milliseconds);
  if (length >= DAYS_ALONE) return `${Math.floor(length / DAY)} d`;
  if (length >= DAY) return two(Math.floor(length / DAY), 'd', Math.floor((length % DAY) / HOUR), 'h');
  if (length >= HOUR) return two(Math.floor(length / HOUR), 'h', Math.floor((length % HOUR) / MINUTE), 'min');
  if (length >= SECONDS_BELOW) return `${Math.floor(length / MINUTE)} min`;
  const seconds = Math.floor((length % MINUTE) / SECOND);
  if (length >= MINUTE) return `${Math.floor(length / MINUTE)} min ${String(seconds).padStart(2, '0')} s`;
  return `${seconds} s`;
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** How long ago or how far ahead, for people: "just now", "4 min ago", "in 2 h". */
export function relativeWords(instant: number, now: number): string {
  const distance = instant - now;
  const length = Math.abs(distance);
  if (length < 45 * SECOND) return distance > 5 * SECOND ? 'in a moment' : 'just now';
  const rounded =
    length >= DAY
      ? `${Math.round(length / DAY)} d`
      : length >= 90 * MINUTE
        ? `${Math.round(length / HOUR)} h`
        : `${Math.max(1, Math.round(length / MINUTE))} min`;
  return distance > 0 ? `in ${rounded}` : `${rounded} ago`;
}
