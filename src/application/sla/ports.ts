import type { ClientTier } from '../../domain/enums.ts';
import type { NewEvent } from '../../domain/event.ts';
import type { PolicyKey, SlaPolicy, SlaPolicyEdit } from '../../domain/sla-policy.ts';
import type { TicketChange, TicketState } from '../../domain/ticket.ts';

export interface PolicyStore {
  /** The policy in force for what `key` describes; there always is one. */
  inForce(key: PolicyKey): Promise<SlaPolicy>;
  /** Those in force, VIP first. */
  all(): Promise<SlaPolicy[]>;
  /** A version that once was in force; versions never change. */
  version(tier: ClientTier, version: number): Promise<SlaPolicy>;
  /** Every version of a tier's policy, newest first. */
  history(tier: ClientTier): Promise<SlaPolicy[]>;
  /** Puts the next version in force, with the event that `event` makes of it. */
  set(edit: SlaPolicyEdit, by: string, at: Date, event: (policy: SlaPolicy) => NewEvent): Promise<SlaPolicy>;
  /** Adds version 1 of each tier that has none. */
  seed(policies: readonly SlaPolicyEdit[], at: Date): Promise<void>;
}

/** A deadline that a timer can wait for. */
export interface Deadlines {
  /** Up to `limit` instants that come next, nearest first, none after `until`; overdue ones included. */
  next(until: Date, limit: number): Promise<Date[]>;
}

/** The tickets with something due, or under an outdated policy, claimed and changed in bulk. */
export interface ClockSlices {
  /**
   * Claims up to `limit` tickets whose next deadline is at or before `now`, those for which something has to be recorded first
   * (see nextDue in domain/sla-detection.ts), skipping rows that somebody holds, and saves the changes that `rule` makes of them, in
   * its order, all in one transaction. One claimer at a time: the result is null when another one is at it.
   */
  changeDue(
    now: Date,
    limit: number,
    rule: (states: readonly TicketState[]) => readonly TicketChange[],
  ): Promise<ClaimedSlice | null>;
  /**
   * The same for up to `limit` unsettled tickets in `scope` that are not under the policy in force for their client's tier.
   * Rows that somebody holds are waited for. Returns how many were claimed; fewer than `limit` means that none is left.
   */
  changeOutdated(
    scope: OutdatedScope,
    limit: number,
    rule: (states: readonly TicketState[]) => readonly TicketChange[],
  ): Promise<number>;
  /** How many clocks run, and how many of them are past their due instant at `now`. */
  counts(now: Date): Promise<{ running: number; overdue: number }>;
  /** The self-audit: deadlines that have passed at `now` without their alert. 0 when healthy. */
  overdueUnalerted(now: Date): Promise<number>;
}

/**
 * Where to look for outdated tickets: under an older policy version of one tier; of one client whose tier changed; or both
 * everywhere, the change of tier among clients that had one in the last 30 days.
 */
export type OutdatedScope = { readonly tier: ClientTier } | { readonly clientId: string } | 'all';

export interface ClaimedSlice {
  /** How many rows were claimed; fewer than `limit` means that nothing more was due and free. */
  readonly claimed: number;
  /** What was saved, in its order; a ticket may be in it several times. */
  readonly changes: readonly TicketChange[];
}
