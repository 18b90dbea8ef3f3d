import type { Actor } from '../../domain/actor.ts';
import { DomainError, invalid } from '../../domain/domain-error.ts';
import { authorise } from '../authorise.ts';
import { decodePosition, encodeCursor } from '../cursor.ts';
import type { EventLog } from './ports.ts';

const KIND = 'log';

/** A position of the event log as clients carry it; the same for alerts, ticket events, history and `eventCursor`. */
export function toEventCursor(position: number): string {
  return encodeCursor(KIND, [position]);
}

/** The position in a cursor, or null without one; damaged or foreign: VALIDATION_FAILED. */
export function fromEventCursor(cursor: string | null | undefined): number | null {
  return cursor === null || cursor === undefined ? null : decodePosition(KIND, cursor);
}

/** The position to go on from: VALIDATION_FAILED when it lies ahead of the log, CURSOR_EXPIRED when older rows are gone. */
export async function resumePosition(log: EventLog, cursor: string | null | undefined): Promise<number | null> {
  const position = fromEventCursor(cursor);
  if (position === null) return null;
  // Not the settled position: that one waits for open writers, and may for a moment lie below a cursor handed out before.
  const [head, floor] = [await log.head(), await log.floor()];
  if (position > head)
    throw invalid('after', 'This cursor is ahead of the event log: it comes from another database. Leave it out.');
  if (position < floor) throw cursorExpired();
  return position;
}

/** CURSOR_EXPIRED: events after the cursor are no longer kept. */
export function cursorExpired(): DomainError<'CURSOR_EXPIRED'> {
  const message =
    'This cursor is older than the kept event log. Load the present state, then subscribe after a new eventCursor.';
  return new DomainError('CURSOR_EXPIRED', message, {});
}

/** The head of the log now: read it, then a page, then subscribe after it, and nothing is missed. */
export const eventCursor =
  (deps: { log: EventLog }) =>
  async (actor: Actor): Promise<string> => {
    authorise(actor, 'desk.read');
    return toEventCursor(await deps.log.settled());
  };
