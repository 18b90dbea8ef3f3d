import type { QueueEventsSubscription, QueueRowFragment } from './documents.generated.ts';

export type QueueRow = QueueRowFragment;
export type QueueEvent = QueueEventsSubscription['ticketEvents'];

/** How many rows are asked for at a time; the most that the API gives. */
export const PAGE_ROWS = 100;

/** What the table draws; a new object whenever something of it changed. */
export interface QueueSnapshot {
  /** How many rows the list has; null until it is known. */
  readonly total: number | null;
  /** Tickets that belong here and came after the list was read. */
  readonly arrived: number;
  readonly version: number;
}

/**
 * A list of tickets of which only some pages have been read. Events change rows where they stand: nothing moves under the reader's
 * hands. A row that no longer belongs to the view stays, marked, and one that came to belong to it is counted, until the list is read
 * anew.
 */
export class QueueModel {
  readonly #matches: (row: QueueRow) => boolean;
  readonly #rows = new Map<string, QueueRow>();
  readonly #places = new Map<number, string>();
  readonly #arrived = new Set<string>();
  readonly #gone = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #snapshot: QueueSnapshot = { total: null, arrived: 0, version: 0 };

  /** `matches`: whether a ticket belongs to the view now. */
  constructor(matches: (row: QueueRow) => boolean) {
    this.#matches = matches;
  }

  readonly snapshot = (): QueueSnapshot => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The row at a place, from 0; undefined: its page has not been read. */
  at(place: number): QueueRow | undefined {
    const id = this.#places.get(place);
    return id === undefined ? undefined : this.#rows.get(id);
  }

  /** Whether a row has left the view, or was deleted, since it was read. */
  isGone(id: string): boolean {
    return this.#gone.has(id);
  }

  row(id: string): QueueRow | undefined {
    return this.#rows.get(id);
  }

  /** Takes page `page`, from 1. With a `total` it is the first of a list that is read anew. */
  take(page: number, rows: readonly QueueRow[], total: number | undefined): void {
    if (total !== undefined) {
      this.#places.clear();
      this.#arrived.clear();
      this.#gone.clear();
    }
    const begin = (page - 1) * PAGE_ROWS;
    rows.forEach((row, n) => {
      const known = this.#rows.get(row.id);
      // An event may have told of a later version than the page that was on its way.
      this.#rows.set(row.id, known && known.version > row.version ? known : row);
      this.#places.set(begin + n, row.id);
      this.#arrived.delete(row.id);
    });
    this.#change({ total: total ?? this.#snapshot.total });
  }

  /** Takes what happened, in order. */
  apply(events: readonly QueueEvent[]): void {
    for (const { ticket, ticketId } of events) {
      if (ticket) this.#renew(ticket);
      else if (this.#rows.has(ticketId)) this.#gone.add(ticketId);
    }
    this.#change({});
  }

  /** Takes rows as they now are, for example from a mutation. */
  renew(rows: readonly QueueRow[]): void {
    for (const row of rows) this.#renew(row);
    this.#change({});
  }

  #renew(row: QueueRow): void {
    const known = this.#rows.get(row.id);
    const belongs = this.#matches(row);
    if (!known) {
      if (!belongs) this.#arrived.delete(row.id);
      else if (!this.#arrived.has(row.id)) this.#arrived.add(row.id);
      return;
    }
    // A comment leaves the version; what is older than what is shown is left out.
    if (known.version > row.version) return;
    this.#rows.set(row.id, row);
    if (belongs) this.#gone.delete(row.id);
    else this.#gone.add(row.id);
  }

  #change(change: Partial<QueueSnapshot>): void {
    const { version } = this.#snapshot;
    this.#snapshot = { ...this.#snapshot, ...change, arrived: this.#arrived.size, version: version + 1 };
    for (const listener of this.#listeners) listener();
  }
}
