import type { AuditedEvent, ClockRecord } from './audited-ticket.ts';
import { LogFold, type OnFolded, Unknown } from './log-fold.ts';
import type { LogProblem } from './log-problems.ts';
import type { PolicyBook } from './policy-book.ts';

/** What the log alone says that the rows should be, and where the log itself is not what time and rules make of it. */
export interface Recomputed {
  readonly record: ClockRecord;
  readonly problems: readonly LogProblem[];
}

/** The log does not tell everything that the clock was made of: nothing can be said about it. */
export interface NotAuditable {
  readonly notAuditable: string;
}

/**
 * Makes a ticket's clock anew from its events, in the order of the log. What people did is applied by the rules that the live
 * code uses. What time did (warnings, breaches, levels, moves to another policy) is derived by these rules and not copied: of
 * its events only the instants of detection are believed, and each must be there, once, in its place, saying what was derived.
 */
export function recompute(
  ticket: { readonly id: string; readonly number: number },
  events: readonly AuditedEvent[],
  policies: PolicyBook,
  onFolded: OnFolded = () => undefined,
): Recomputed | NotAuditable {
  const [created] = events;
  if (!created) return { notAuditable: 'It has no events.' };
  if (created.type !== 'ticket.created') {
    return { notAuditable: 'Its log does not begin with its creation: older events were deleted.' };
  }
  try {
    const fold = new LogFold(ticket, created, events, policies, onFolded);
    fold.run();
    return { record: fold.record(), problems: fold.problems };
  } catch (error) {
    if (error instanceof Unknown) return { notAuditable: error.message };
    throw error;
  }
}
