import type pg from 'pg';
import { fromEventCursor } from '../../src/application/live/event-cursor.ts';
import { alertEventTypes, type SlaAlertKind } from '../../src/domain/sla-alert.ts';

interface Logged {
  readonly id: string;
  readonly position: number;
  readonly type: string;
  readonly ticketId: string;
}

/** What a subscriber asked for. */
export interface Heard {
  readonly what: 'events' | 'alerts';
  /** null: of every ticket. */
  readonly ticketId: string | null;
  /** null: of every kind. */
  readonly kinds: readonly SlaAlertKind[] | null;
  /** Whether every event is for them; else they are told some of these, by what they may see at that moment. */
  readonly hearsAll: boolean;
  /** null: live only. */
  readonly after: string | null;
  /** The ids of what came, in that order. */
  readonly ids: readonly string[];
}

/** The events about tickets as the log has them, to compare with what subscribers heard. */
export class SoakEvents {
  readonly #pool: pg.Pool;
  readonly #all: Logged[] = [];
  readonly #byId = new Map<string, Logged>();
  #position = 0;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  get count(): number {
    return this.#all.length;
  }

  /** Reads what has been settled since. */
  async read(): Promise<void> {
    const { rows } = await this.#pool.query(
      `SELECT id, position::int, type, subject_id AS "ticketId" FROM event_log
        WHERE position > $1 AND position <= event_log_settled() ORDER BY position`,
      [this.#position],
    );
    for (const event of rows as Logged[]) {
      this.#position = Math.max(this.#position, event.position);
      if (!/^(ticket|sla)\./.test(event.type) || this.#byId.has(event.id)) continue;
      this.#all.push(event);
      this.#byId.set(event.id, event);
    }
  }

  /** What is wrong with what somebody heard, in words; null: nothing is. */
  fault(heard: Heard): string | null {
    const told = heard.ids.map((id) => this.#byId.get(id));
    const unknown = told.indexOf(undefined);
    if (unknown >= 0) return `heard ${heard.ids[unknown]}, which is not in the log`;
    const positions = told.map((event) => event?.position ?? 0);
    const after = fromEventCursor(heard.after);
    const back = positions.findIndex((position, n) => position <= (n > 0 ? (positions[n - 1] ?? 0) : (after ?? 0)));
    if (back >= 0) return `heard ${heard.ids[back]} twice or too late`;
    const foreign = told.find((event) => event && !isFor(heard, event));
    if (foreign) return `heard ${foreign.type} of ${foreign.ticketId}, which they had not asked for`;
    const first = after ?? (positions[0] ?? 0) - 1;
    const last = positions.at(-1) ?? 0;
    const due = this.#between(first, last).filter((event) => isFor(heard, event));
    if (!heard.hearsAll || due.length === told.length) return null;
    const missed = due.filter(({ id }) => !heard.ids.includes(id));
    return `missed ${missed.length} of ${due.length}, first ${JSON.stringify(missed[0])}`;
  }

  /** The last event that somebody must have heard by now; null: there is none. */
  lastFor(heard: Heard): string | null {
    const after = fromEventCursor(heard.after) ?? 0;
    return this.#all.findLast((event) => event.position > after && isFor(heard, event))?.id ?? null;
  }

  /** Above `first`, up to `last`. */
  #between(first: number, last: number): Logged[] {
    const found: Logged[] = [];
    for (let at = this.#all.length - 1; at >= 0; at -= 1) {
      const event = this.#all[at];
      if (!event || event.position <= first) break;
      if (event.position <= last) found.push(event);
    }
    return found.reverse();
  }
}

function isFor({ what, ticketId, kinds }: Heard, event: Logged): boolean {
  if (what === 'alerts') return alertEventTypes(kinds).includes(event.type);
  return ticketId === null || ticketId === event.ticketId;
}
