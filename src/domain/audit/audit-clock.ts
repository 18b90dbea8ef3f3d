import { ticketReference } from '../ticket.ts';
import type { AuditedEvent, ClockRecord } from './audited-ticket.ts';
import { compareRecords, type Difference } from './compare-records.ts';
import { type PolicyBook, TOLERANCE_MS } from './policy-book.ts';
import { type Recomputed, recompute } from './recompute.ts';
import { tellClock, tellEvent } from './tell-clock.ts';

/** A clock whose rows and log tell different stories. */
export interface ClockMismatch {
  readonly ticketId: string;
  /** "TSP-1042". */
  readonly reference: string;
  readonly differences: readonly Difference[];
  /** How the stored clock explains itself. */
  readonly stored: string;
  /** How the log explains it, and the events that it comes from. */
  readonly recomputed: string;
  readonly log: readonly string[];
}

export type ClockVerdict =
  | { readonly kind: 'agrees' }
  | { readonly kind: 'differs'; readonly mismatch: ClockMismatch }
  | { readonly kind: 'not_auditable'; readonly reason: string };

const MOST_EVENTS_TOLD = 50;

/**
 * Compares a ticket's rows with what its log alone says that they should be. `watchedUntil`: up to when detection is known to have
 * been at work; what fell due more than a minute before it and is not in the log is a difference too.
 */
export function auditClock(
  stored: ClockRecord,
  events: readonly AuditedEvent[],
  policies: PolicyBook,
  watchedUntil: Date | null,
): ClockVerdict {
  const found = recompute(stored.ticket, events, policies);
  if ('notAuditable' in found) return { kind: 'not_auditable', reason: found.notAuditable };
  const differences = [
    ...compareRecords(stored, found.record),
    ...found.problems.map(({ at, logged, expected }) => ({
      field: `log at ${at.toISOString()}`,
      stored: logged,
      recomputed: expected,
    })),
    ...overdue(found, watchedUntil),
  ];
  if (differences.length === 0) return { kind: 'agrees' };
  return { kind: 'differs', mismatch: told(stored, found, differences, events, policies) };
}

function overdue({ record }: Recomputed, watchedUntil: Date | null): Difference[] {
  const { nextDeadlineAt } = record;
  if (!nextDeadlineAt || !watchedUntil || watchedUntil.getTime() - nextDeadlineAt.getTime() <= TOLERANCE_MS) return [];
  const { breachedAt } = record.ticket.clock;
  const what = breachedAt ? 'a further level' : 'a warning or a breach';
  return [
    {
      field: 'overdue',
      stored: 'nothing recorded',
      recomputed: `${what}, due ${nextDeadlineAt.toISOString()} and not recorded by ${watchedUntil.toISOString()}`,
    },
  ];
}

function told(
  stored: ClockRecord,
  { record }: Recomputed,
  differences: readonly Difference[],
  events: readonly AuditedEvent[],
  policies: PolicyBook,
): ClockMismatch {
  const lines: string[] = [];
  recompute(stored.ticket, events, policies, (event, ticket) => lines.push(tellEvent(event, ticket)));
  const left = lines.length - MOST_EVENTS_TOLD;
  const log = left > 0 ? [`${left} earlier events`, ...lines.slice(left)] : lines;
  // An open stretch is measured up to the same instant on both sides.
  const now = new Date(Math.max(...events.map(({ occurredAt }) => occurredAt.getTime())));
  const tell = ({ ticket }: ClockRecord) =>
    tellClock(ticket, policies.version(ticket.clock.tier, ticket.clock.policyVersion), now);
  return {
    ticketId: stored.ticket.id,
    reference: ticketReference(stored.ticket.number),
    differences,
    stored: tell(stored),
    recomputed: tell(record),
    log,
  };
}
