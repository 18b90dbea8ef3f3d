const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const DAY_AND_TIME = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: 'numeric',
  minute: '2-digit',
});
const DAY_MS = 24 * 3_600_000;

/** The time of day to the second, in the viewer's zone; of another day, with `now`, the day too. Milliseconds. */
export function clockTime(at: number, now = at): string {
  return now - at >= DAY_MS ? DAY_AND_TIME.format(at) : TIME.format(at);
}
