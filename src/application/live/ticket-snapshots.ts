import type { LoggedEvent } from '../../domain/event.ts';
import type { Ticket } from '../../domain/ticket.ts';
import type { TicketStore } from '../ticket/ports.ts';

/** Rights are asked on a ticket no older than this at delivery. */
const FRESH_MS = 500;
const SWEEP_AT = 2_000;

interface Snapshot {
  readonly ticket: Promise<Ticket | null>;
  readonly readAt: number;
}

/**
 * The tickets of events that are being delivered, read after the event and once for all subscribers. The key carries the event's
 * position: a snapshot taken for an earlier event never answers for a later one.
 */
export class TicketSnapshots {
  readonly #tickets: Pick<TicketStore, 'byIds'>;
  readonly #now: () => number;
  readonly #snapshots = new Map<string, Snapshot>();
  #batch: { ids: Set<string>; result: Promise<Map<string, Ticket | null>> } | null = null;

  constructor(tickets: Pick<TicketStore, 'byIds'>, now: () => number) {
    this.#tickets = tickets;
    this.#now = now;
  }

  /** The ticket that `event` is about; null when there is none. */
  async of(event: LoggedEvent): Promise<Ticket | null> {
    return this.#fresh(event) ?? this.#read(event);
  }

  /** Reads the tickets of events in one statement; those that are known and fresh only if `anew`. */
  async prefetch(events: readonly LoggedEvent[], { anew }: { readonly anew: boolean }): Promise<void> {
    await Promise.all(events.map((event) => (anew ? null : this.#fresh(event)) ?? this.#read(event)));
  }

  #fresh(event: LoggedEvent): Promise<Ticket | null> | null {
    const known = this.#snapshots.get(keyOf(event));
    return known && this.#now() - known.readAt <= FRESH_MS ? known.ticket : null;
  }

  async #read(event: LoggedEvent): Promise<Ticket | null> {
    const id = event.subjectId;
    if (id === null) return null;
    const key = keyOf(event);
    if (this.#snapshots.size > SWEEP_AT) this.#sweep();
    const ticket = this.#load(id);
    this.#snapshots.delete(key);
    this.#snapshots.set(key, { ticket, readAt: this.#now() });
    // A failed read is not remembered: the next delivery tries again.
    ticket.catch(() => this.#snapshots.delete(key));
    return ticket;
  }

  /** Ids asked for in the same tick are read together. */
  #load(id: string): Promise<Ticket | null> {
    if (!this.#batch) {
      const ids = new Set<string>();
      const result = Promise.resolve().then(async () => {
        this.#batch = null;
        const wanted = [...ids];
        const tickets = await this.#tickets.byIds(wanted);
        return new Map(wanted.map((each, i) => [each, tickets[i] ?? null]));
      });
      this.#batch = { ids, result };
    }
    this.#batch.ids.add(id);
    return this.#batch.result.then((tickets) => tickets.get(id) ?? null);
  }

  #sweep(): void {
    const oldest = this.#now() - FRESH_MS;
    // In the order in which they were read: behind the first fresh one all are.
    for (const [key, { readAt }] of this.#snapshots) {
      if (readAt >= oldest) return;
      this.#snapshots.delete(key);
    }
  }
}

function keyOf({ position, subjectId }: LoggedEvent): string {
  return `${position}:${subjectId}`;
}
