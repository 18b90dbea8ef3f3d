import type { Actor } from '../../domain/actor.ts';
import { DomainError, invalid } from '../../domain/domain-error.ts';
import { authorise } from '../authorise.ts';
import { decodeCursor, decodePosition, encodeCursor } from '../cursor.ts';
import type { EventLog } from './ports.ts';

const KIND = 'log';
const KEPT = 'kept';

/** A position of the event log as clients carry it; the same for alerts, ticket events, history and `eventCursor`. */
export function toEventCursor(position: number): string {
  return encodeCursor(KIND, [position]);
}

/**
 * The cursor of an element of a list that lies below the floor: it goes on through the list of what is kept, since what lay
 * between was no part of that list when it was made. For everything else it is as old as its position says.
 */
export function toKeptCursor(position: number): string {
  return encodeCursor(KIND, [position, KEPT]);
}

/** Whether it is a cursor of `toKeptCursor`. */
export function isKeptCursor(cursor: string | null | undefined): boolean {
  return cursor !== null && cursor !== undefined && decodeCursor(KIND, cursor)[1] === KEPT;
}

/** The position in a cursor, or null without one; damaged or foreign: VALIDATION_FAILED. */
export function fromEventCursor(cursor: string | null | undefined): number | null {
  return cursor === null || cursor === undefined ? null : decodePosition(KIND, cursor);
}

/** The position in a cursor, or null without one; VALIDATION_FAILED when it lies ahead of the log. */
export async function positionIn(log: EventLog, cursor: string | null | undefined): Promise<number | null> {
  const position = fromEventCursor(cursor);
  if (position === null) return null;
  // Not the settled position: that one waits for open writers, and may for a moment lie below a cursor handed out before.
  if (position > (await log.head()))
    throw invalid('after', 'This cursor is ahead of the event log: it comes from another database. Leave it out.');
  return position;
}

/**
 * CURSOR_EXPIRED when events after `position` may be gone; of one ticket: when its events are. Ask it after reading, since they may
 * be removed meanwhile.
 */
export async function refuseExpired(log: EventLog, position: number, ticketId: string | null): Promise<void> {
  if (position >= (await log.floor())) return;
  if (ticketId === null || !(await log.isWhole(ticketId))) throw cursorExpired();
}

/** The position to go on from, in the events of one ticket or of all: see positionIn and refuseExpired. */
export async function resumePosition(
  log: EventLog,
  cursor: string | null | undefined,
  ticketId: string | null,
): Promise<number | null> {
  const position = await positionIn(log, cursor);
  if (position !== null) await refuseExpired(log, position, ticketId);
  return position;
}

/** CURSOR_EXPIRED: events after the cursor are no longer kept. */
function cursorExpired(): DomainError<'CURSOR_EXPIRED'> {
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
