import type { NewEvent } from '../event.ts';
import type { AuditedEvent } from './audited-ticket.ts';

/** A place where the log is not what time and rules make of it. */
export interface LogProblem {
  readonly at: Date;
  /** What the log says. */
  readonly logged: string;
  /** What it should say. */
  readonly expected: string;
}

export interface Compared {
  readonly problems: readonly LogProblem[];
  /** How many of the logged events are those that were made. */
  readonly found: number;
}

/** Where the events that a rule made are not the next ones of the log. */
export function compareEvents(made: readonly NewEvent[], logged: readonly AuditedEvent[]): Compared {
  const problems: LogProblem[] = [];
  let next = 0;
  for (const event of made) {
    const found = logged[next];
    if (found?.type !== event.type) {
      problems.push({ at: event.occurredAt, logged: found ? `then ${found.type}` : 'nothing', expected: event.type });
      continue;
    }
    next += 1;
    const expected = facts(event);
    const said = facts(found);
    for (const [name, value] of Object.entries(expected)) {
      // A fact that the log does not have was not told yet by the release that wrote it.
      if (!(name in said) || said[name] === value) continue;
      problems.push({
        at: event.occurredAt,
        logged: `${event.type} with ${name} ${said[name]}`,
        expected: `${event.type} with ${name} ${value}`,
      });
    }
  }
  return { problems, found: next };
}

/** What an event says, each fact as a text. */
function facts({
  from,
  to,
  occurredAt,
  data,
}: Pick<NewEvent, 'from' | 'to' | 'occurredAt' | 'data'>): Record<string, string> {
  const said = Object.entries(data ?? {}).map(([name, value]) => [name, String(value)]);
  return { from: String(from), to: String(to), occurredAt: occurredAt.toISOString(), ...Object.fromEntries(said) };
}
