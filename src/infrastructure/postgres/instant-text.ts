/** What Postgres writes of an instant, such as `2026-03-01 09:30:00.25+00`; the offset is that of the session. */
const FORM = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d)(?::?(\d\d))?$/;

/** The instant that Postgres wrote. `new Date` would read it by rules of its own, by which the first century is ours. */
export function instantOf(text: string): Date {
  const [, day, time, hours, minutes = '00'] = FORM.exec(text) ?? [];
  return new Date(hours === undefined ? text : `${day}T${time}${hours}:${minutes}`);
}
