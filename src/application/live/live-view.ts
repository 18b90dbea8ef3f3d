import type { LoggedEvent } from '../../domain/event.ts';
import type { EventSelection } from './ports.ts';

/** What a subscription asks of the log: which events, and what becomes of each at its delivery. */
export interface LiveView<T> {
  readonly selection: EventSelection;
  /** Who sees it so. Of views of one document with the same variables, those of one audience deliver the same. */
  readonly audience: string;
  /**
   * Loads what the delivery of the next few events needs, in one go. `anew`: as of now, whatever is known already; else only what is
   * missing.
   */
  prefetch(events: readonly LoggedEvent[], how: { readonly anew: boolean }): Promise<void>;
  /** Turns an event into what is told, asking for rights at that moment; undefined: nothing is. */
  deliver(event: LoggedEvent): Promise<T | undefined>;
  /** null: each event is told. Else what is told is how something stands, and each state once. */
  readonly states: States<T> | null;
}

/** How something stands, as a subscription tells it. */
export interface States<T> {
  /** The same for the same state. */
  key(value: T): string;
  /** Whether nothing can come after it. */
  isLast(value: T): boolean;
}

/** How far a subscriber has come. */
export interface Place {
  /** Every event up to here was told, or was not for it. */
  readonly position: number;
  /** The key of the state that was told last. */
  readonly state: string | null;
}
