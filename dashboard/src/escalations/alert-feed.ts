import type { WallAlertsSubscription } from './documents.generated.ts';
import type { KeptAlerts } from './kept-alerts.ts';

export type WallAlert = WallAlertsSubscription['slaAlerts'];

export interface FeedEntry {
  readonly alert: WallAlert;
  /** When this page began to listen again, of an alert that came before that and was first seen afterwards; null: seen as it came. */
  readonly missedUntil: number | null;
}

export interface FeedSnapshot {
  /** The newest first. */
  readonly entries: readonly FeedEntry[];
  /** The list is full: what is older has left it. */
  readonly isFull: boolean;
}

/** So many alerts are listed; older ones leave. */
export const FEED_LENGTH = 500;

/**
 * The alerts of the wall. What is kept of them over a reload is the place in the log where the list begins, and the ids of what was
 * seen: the list is read again from there, and what is not among the ids is new. So none is lost, and none is announced twice.
 */
export class AlertFeed {
  readonly #save: (kept: KeptAlerts) => void;
  readonly #listeners = new Set<() => void>();
  #kept: KeptAlerts | null;
  #seen: ReadonlySet<string>;
  /** The oldest first. */
  #entries: FeedEntry[] = [];
  #snapshot: FeedSnapshot = { entries: [], isFull: false };

  constructor(kept: KeptAlerts | null, save: (kept: KeptAlerts) => void) {
    this.#kept = kept;
    this.#save = save;
    this.#seen = new Set(kept?.seen);
  }

  /** Where to begin; null: nothing is kept. */
  get from(): string | null {
    return this.#kept?.from ?? null;
  }

  readonly snapshot = (): FeedSnapshot => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Begins at `cursor`, since nothing is kept or what is kept leads nowhere any more. */
  begin(cursor: string): void {
    this.#entries = [];
    this.#seen = new Set();
    this.#keep({ from: cursor, last: cursor });
  }

  /**
   * The log no longer reaches back to where the list began. Returns where to go on: behind the last alert that was seen, as long as
   * nothing is known to be missing; null: that, too, may be gone.
   */
  afterExpiry(cursor: string): string | null {
    const last = this.#kept?.last ?? null;
    if (last === null || last === cursor) return null;
    this.#entries = [];
    this.#keep({ from: last, last });
    return last;
  }

  /** Takes alerts as they come, oldest first; `listeningSince`: since when the page hears of them at once. Returns the new ones. */
  take(alerts: readonly WallAlert[], listeningSince: number): FeedEntry[] {
    const added: FeedEntry[] = [];
    let { from, last } = this.#kept ?? { from: '', last: '' };
    for (const alert of alerts) {
      const isNew = !this.#seen.has(alert.id);
      const isMissed = isNew && Date.parse(alert.detectedAt) < listeningSince;
      const entry = { alert, missedUntil: isMissed ? listeningSince : null };
      this.#entries.push(entry);
      if (!isNew) continue;
      added.push(entry);
      last = alert.cursor;
    }
    for (const { alert } of this.#entries.splice(0, Math.max(0, this.#entries.length - FEED_LENGTH)))
      from = alert.cursor;
    // The list is read again in its order, so that the ids that are needed are the last ones.
    this.#seen = new Set([...this.#seen, ...added.map(({ alert }) => alert.id)].slice(-FEED_LENGTH));
    this.#keep({ from, last });
    return added;
  }

  /** Takes everything off the list. */
  clear(): void {
    const newest = this.#entries.at(-1);
    this.#entries = [];
    if (newest && this.#kept) this.#keep({ from: newest.alert.cursor, last: this.#kept.last });
  }

  #keep({ from, last }: Pick<KeptAlerts, 'from' | 'last'>): void {
    this.#kept = { from, last, seen: [...this.#seen] };
    this.#save(this.#kept);
    this.#snapshot = { entries: this.#entries.toReversed(), isFull: this.#entries.length >= FEED_LENGTH };
    for (const listener of this.#listeners) listener();
  }
}
