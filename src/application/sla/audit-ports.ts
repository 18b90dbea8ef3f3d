import type { AuditedEvent, ClockRecord } from '../../domain/audit/audited-ticket.ts';
import type { PolicyBook } from '../../domain/audit/policy-book.ts';

/** One ticket as its rows have it, and what its log says of it, oldest event first. */
export interface AuditedClock {
  readonly stored: ClockRecord;
  readonly events: readonly AuditedEvent[];
}

/** Some tickets in the order of their numbers, deleted ones too, their logs and every policy version, all seen at one moment. */
export interface AuditSlice {
  readonly clocks: readonly AuditedClock[];
  readonly policies: PolicyBook;
}

/** How far the audit in shares has come. */
export interface AuditPlace {
  /** The number up to which this round has come; 0 when it begins. */
  readonly after: number;
  /** The lowest and the highest number of a ticket; 0 when there is none. */
  readonly first: number;
  readonly last: number;
  /** When the share before this one was begun: a server was at work then. null: there was none. */
  readonly begunBefore: Date | null;
}

/** What the audit reads, and the place that its shares have come to. It changes nothing else. */
export interface ClockAudit {
  /** The place, left as it is. */
  place(): Promise<AuditPlace>;
  /** What `judge` says of the next `limit` tickets after number `after`, and the last of their numbers; null: none was left. */
  read<T>(
    page: { readonly after: number; readonly limit: number },
    judge: (slice: AuditSlice) => T,
  ): Promise<{ readonly verdict: T; readonly last: number } | null>;
  /** What `judge` says of these tickets. */
  of<T>(tickets: readonly string[], judge: (slice: AuditSlice) => T): Promise<T>;
  /**
   * Begins a share at `now`: a new round when the last one came to its end. null: another process began one at `notSince` or
   * later.
   */
  beginShare(now: Date, notSince: Date): Promise<AuditPlace | null>;
  /**
   * What `judge` says of up to `limit` tickets after number `after`, none beyond `upTo`, and the number up to which the place is
   * moved with it. null: another process is at it, or has moved the place away from `after`.
   */
  share<T>(
    range: { readonly after: number; readonly upTo: number; readonly limit: number },
    judge: (slice: AuditSlice) => T,
  ): Promise<{ readonly verdict: T; readonly last: number } | null>;
}
