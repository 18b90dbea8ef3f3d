/** A stretch of the log that was looked at. */
export interface OldSlice {
  /** Tickets of which an event lies in it and whose events may all go. */
  readonly tickets: readonly string[];
  /** The position up to which it was looked at. */
  readonly last: number;
  /** What follows is younger, or not there. */
  readonly isEnd: boolean;
}

/**
 * The old part of the event log. Pruning goes through it in rounds, each from the beginning; the place that a round has come to
 * is kept, so that a process that ends loses nothing.
 */
export interface OldEvents {
  /**
   * The place of the round that is under way, or that of a new one, begun at `now`. null: the last one has ended and was begun
   * at `notSince` or later.
   */
  begin(now: Date, notSince: Date): Promise<number | null>;
  /**
   * Looks at up to `limit` events after position `after`, none beyond `upTo`. The events of a ticket may go when it was CLOSED
   * before `before`, and all of them happened before it and lie at or below `upTo`.
   */
  look(range: {
    readonly after: number;
    readonly upTo: number;
    readonly limit: number;
    readonly before: Date;
  }): Promise<OldSlice>;
  /**
   * Removes the events of `tickets` up to position `upTo`, raises the floor with them and moves the place from `after` to
   * `last`, in one transaction. Returns how many events it removed; null: another process moved the place, and nothing changed.
   */
  remove(batch: {
    readonly tickets: readonly string[];
    readonly upTo: number;
    readonly after: number;
    readonly last: number;
  }): Promise<number | null>;
  /** Ends the round. */
  end(): Promise<void>;
}
