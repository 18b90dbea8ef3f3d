import type { ClientTier } from '../../domain/enums.ts';
import type { NewEvent } from '../../domain/event.ts';
import type { PolicyKey, SlaPolicy, SlaPolicyEdit } from '../../domain/sla-policy.ts';
import type { OpenClock } from '../../domain/sla-policy-preview.ts';
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
  /** Puts the next version in force at `now()`, asked when it is its turn, with the event that `event` makes of it. */
  set(edit: SlaPolicyEdit, by: string, now: () => Date, event: (policy: SlaPolicy) => NewEvent): Promise<SlaPolicy>;
  /** Adds version 1 of each tier that has none. */
  seed(policies: readonly SlaPolicyEdit[], at: Date): Promise<void>;
}

/** Looking at all open tickets of a tier at once. */
export interface OpenClocks {
  /** Returns what `view` makes of a tier as it is at one moment, whatever changes meanwhile. Nothing is locked. */
  look<T>(tier: ClientTier, view: (open: OpenTier) => Promise<T>): Promise<T>;
}

export interface OpenTier {
  readonly inForce: SlaPolicy;
  /** The unsettled tickets of the tier's clients, deleted ones left out, whatever policy they are under. To be read once. */
  readonly batches: AsyncIterable<readonly OpenClock[]>;
}

/** A deadline that a timer can wait for. */
export interface Deadlines {
  /** Up to `limit` instants that come next, nearest first, none after `until`; overdue ones included. */
  next(until: Date, limit: number): Promise<Date[]>;
}

/** The tickets with something due, claimed and changed in bulk. */
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
  /** How many clocks run, and how many of them are past their due instant at `now`. */
  counts(now: Date): Promise<{ running: number; overdue: number }>;
  /** The self-audit: deadlines that have passed at `now` without their alert. 0 when healthy. */
  overdueUnalerted(now: Date): Promise<number>;
}

export interface ClaimedSlice {
  /** How many rows were claimed; fewer than `limit` means that nothing more was due and free. */
  readonly claimed: number;
  /** What was saved, in its order; a ticket may be in it several times. */
  readonly changes: readonly TicketChange[];
}

/** The unsettled tickets that are not under the policy in force for their client's tier. */
export interface OutdatedClocks {
  /**
   * Claims some of those in `scope` and saves what a rule makes of them, all in one short transaction. Rows that somebody holds are
   * left out; when nothing else is left, one of them is waited for, and nothing is held meanwhile. One batch at a time: another caller
   * waits for it.
   */
  changeOutdated(scope: OutdatedScope, batch: MoveBatch): Promise<MovedBatch>;
  /** Resolves when every change of a ticket that is being saved now has ended, or after two seconds. */
  changesUnderWay(): Promise<void>;
}

export interface MoveBatch {
  /** How many tickets to claim at most. */
  readonly limit: number;
  /** What to save, in its order. */
  readonly rule: (states: readonly TicketState[]) => readonly TicketChange[];
  /** The event to log with it, when the scope is a tier. */
  readonly report: (progress: MoveProgress) => NewEvent;
}

/** Where to look: under an older version of one tier; at one client whose tier changed; at all whose tier did in the last 30 days. */
export type OutdatedScope = { readonly tier: ClientTier } | { readonly clientId: string } | 'retiered';

/** How far the tickets of a tier have come to its policy in force; the last one of a version has 0 remaining. */
export interface MoveProgress {
  readonly tier: ClientTier;
  readonly version: number;
  /** In this batch. */
  readonly moved: number;
  /** Under an older version when the batch was saved; counted when few are left, else reckoned from the batch before. */
  readonly remaining: number;
}

export interface MovedBatch {
  readonly moved: number;
  /** Nothing in the scope was outdated any more. */
  readonly isDone: boolean;
  /** For how long the claimed rows were locked, in milliseconds. */
  readonly heldMs: number;
  /** What was logged; null: nothing. */
  readonly progress: MoveProgress | null;
}
