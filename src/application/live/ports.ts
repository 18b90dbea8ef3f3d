import type { Actor } from '../../domain/actor.ts';
import type { ClientTier } from '../../domain/enums.ts';
import type { LoggedEvent } from '../../domain/event.ts';
import type { SlaAlertKind } from '../../domain/sla-alert.ts';
import type { Page } from '../page.ts';

/** What to read of the log: event types (null: all) and, of one subject or of all. */
export interface EventSelection {
  readonly types: readonly string[] | null;
  readonly subjectId: string | null;
}

/** Reading the append-only event log; positions rise, and what lies at or below the settled one never changes. */
export interface EventLog {
  /** The position up to which everything that will ever be there can be read now. */
  settled(): Promise<number>;
  /** The highest position that was given out, to transactions that are still open too; no cursor lies above it. */
  head(): Promise<number>;
  /** Events with `after` < position <= `upTo`, in order, `limit` at most. */
  read(selection: EventSelection, after: number, upTo: number, limit: number): Promise<LoggedEvent[]>;
  /** The highest position of an event that was removed; 0: none was. Below it there are gaps, and what is not a gap is kept. */
  floor(): Promise<number>;
  /** Whether the log of a ticket still begins with its creation. The events of a ticket are removed all at once. */
  isWhole(ticketId: string): Promise<boolean>;
  byId(id: string): Promise<LoggedEvent | null>;
  /** A ticket's history, oldest first, up to the settled position. */
  history(ticketId: string, first: number, after: number): Promise<Page<LoggedEvent>>;
  /** Alerts, oldest first; for an agent only of kept tickets that they hold now. Cursors of those below the floor: toKeptCursor. */
  alerts(query: AlertQuery): Promise<Page<LoggedEvent>>;
}

export interface AlertQuery {
  readonly actor: Actor;
  readonly kinds: readonly SlaAlertKind[] | null;
  readonly tier: ClientTier | null;
  readonly first: number;
  readonly after: number;
}
