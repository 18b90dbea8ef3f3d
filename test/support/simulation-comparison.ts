import type { TestDesk } from './desk.ts';
import type { ModelTicket, Said } from './simulation-book.ts';
import { MINUTE_MS, type Minute } from './simulation-minutes.ts';
import { lineText, loggedLine, modelView, sideBySide, storedView } from './simulation-views.ts';
import type { SlaModel } from './sla-model.ts';

const TOLD = 40;
const LATER = Number.MAX_SAFE_INTEGER;

/** Which lines of different tickets must come in the same order. */
export type Order = 'of all' | 'of those not moved' | 'of none';

/** Compares a desk with its model, and keeps the story that led to a difference. */
export class Comparison {
  /** What was compared. */
  readonly counts = { lines: 0, alerts: 0, rows: 0 };
  /** The kinds of lines among them. */
  readonly types = new Set<string>();
  readonly #desk: TestDesk;
  readonly #model: SlaModel;
  readonly #origin: Date;
  readonly #title: string;
  readonly #story: { readonly text: string; readonly ticket: string | null }[] = [];
  readonly #touched = new Set<string>();
  /** The position up to which the log was read. */
  #read = 0;
  #step = 0;

  constructor(desk: TestDesk, model: SlaModel, origin: Date, title: string) {
    this.#desk = desk;
    this.#model = model;
    this.#origin = origin;
    this.#title = title;
  }

  /** Everything that was told, in order, without anything that another run would have otherwise. */
  get story(): readonly string[] {
    return this.#story.map(({ text }) => text);
  }

  readonly minuteOf = (at: Date): Minute => (at.getTime() - this.#origin.getTime()) / MINUTE_MS;

  dateOf(minute: Minute): Date {
    return new Date(this.#origin.getTime() + minute * MINUTE_MS);
  }

  /** The next minute at which the desk has something to record; null: none is known. */
  async nextDeadline(): Promise<Minute | null> {
    const { rows } = await this.#desk.db.pool.query<{ at: Date | null }>(
      'SELECT min(sla_next_deadline_at) AS at FROM tickets WHERE sla_next_deadline_at > $1',
      [this.dateOf(this.#model.now)],
    );
    return rows[0]?.at ? this.minuteOf(rows[0].at) : null;
  }

  /** The number of the next action. */
  begin(step: number): void {
    this.#step = step;
  }

  /** Something that happened to a ticket, or (null) to what is not one ticket. */
  tell(ticket: Pick<ModelTicket, 'id' | 'number'> | null, text: string): void {
    const about = ticket ? `TSP-${ticket.number} ` : '';
    this.#story.push({ text: `${this.#step}. minute ${this.#model.now}: ${about}${text}`, ticket: ticket?.id ?? null });
    if (ticket) this.#touched.add(ticket.id);
  }

  /** An error that says what differs, after the last things that happened to the ticket. */
  difference(ticket: string | null, what: string): Error {
    const about = this.#story.filter((each) => ticket === null || each.ticket === ticket || each.ticket === null);
    const last = about.slice(-TOLD).map(({ text }) => `  ${text}`);
    const where = `${this.#title}, action ${this.#step}, minute ${this.#model.now}${ticket ? `, ticket ${ticket}` : ''}`;
    return new Error([`${where}:`, ...last, what].join('\n'));
  }

  /** What the log has grown by must be what the model said, for each ticket in the same order, and as far as `order` says in all. */
  async log(order: Order): Promise<void> {
    const [news, told] = [await this.#news(), this.#model.said()];
    const moved = new Set(told.filter(({ type }) => /^sla\..*_changed$/.test(type)).map(({ ticket }) => ticket));
    const isInOrder = (ticket: string) => order === 'of all' || (order === 'of those not moved' && !moved.has(ticket));
    const group = ({ ticket }: Said) => (isInOrder(ticket) ? '' : ticket);
    const grouped = (lines: Said[]) => lines.toSorted((a, b) => compare(group(a), group(b)));
    const logged = grouped(news);
    const said = grouped(told);
    const at = Array.from({ length: Math.max(logged.length, said.length) }).findIndex(
      (_, i) => `${logged[i]?.ticket}${lineText(logged[i])}` !== `${said[i]?.ticket}${lineText(said[i])}`,
    );
    if (at >= 0) {
      const first = logged[at] ?? said[at];
      const around = (lines: Said[]) =>
        lines.slice(Math.max(0, at - 3), at + 8).map((line) => `${this.#nameOf(line.ticket)} ${lineText(line)}`);
      throw this.difference(first?.ticket ?? null, sideBySide('The log', around(logged), 'The model', around(said)));
    }
    this.counts.lines += said.length;
    this.counts.alerts += said.filter(({ data }) => 'seen' in data).length;
    for (const { ticket, type } of said) {
      this.#touched.add(ticket);
      this.types.add(type);
    }
  }

  /** The rows of every ticket that was touched since this was asked last. */
  async touchedRows(): Promise<void> {
    const ids = [...this.#touched].filter((id) => this.#model.tickets.has(id));
    this.#touched.clear();
    await this.#rows(ids);
  }

  /** The rows of all tickets, of which there is none that the model does not know. */
  async allRows(): Promise<void> {
    const { rows } = await this.#desk.db.pool.query<{ id: string }>('SELECT id FROM tickets');
    const unknown = rows.find(({ id }) => !this.#model.tickets.has(id));
    if (unknown) throw this.difference(unknown.id, 'This ticket is stored, but was never made.');
    await this.#rows([...this.#model.tickets.keys()]);
  }

  /** The self-audit: log and rows must tell the same story. `isWatched`: everything that is due has been recorded. */
  async audit(isWatched: boolean): Promise<void> {
    const { audited, mismatches, reasons } = await this.#desk.auditAll(isWatched ? {} : { watchedUntil: null });
    const [first] = mismatches;
    if (first) throw this.difference(first.ticketId, `The self-audit finds: ${JSON.stringify(first, null, 1)}`);
    if (audited === this.#model.tickets.size) return;
    throw this.difference(null, `The self-audit leaves tickets out: ${JSON.stringify(reasons)}`);
  }

  async #rows(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const { tickets, policies } = this.#desk.stores;
    const rows = await tickets.byIds(ids);
    const escalations = await tickets.escalationsOf(ids);
    const ended = await tickets.endedCyclesOf(ids);
    for (const [index, id] of ids.entries()) {
      const [ticket, model] = [rows[index], this.#model.tickets.get(id)];
      if (!ticket || !model) throw this.difference(id, 'This ticket was made, but is not stored.');
      const policy = await policies.version(ticket.clock.tier, ticket.clock.policyVersion);
      const stored = { ticket, escalations: escalations[index] ?? [], ended: ended[index] ?? [] };
      const left = storedView(stored, policy, this.dateOf(this.#model.now), this.minuteOf);
      const right = modelView(this.#model, model);
      if (left.join('\n') !== right.join('\n')) {
        throw this.difference(id, sideBySide('The desk', left, 'The model', right));
      }
      this.counts.rows += 1;
    }
  }

  /** What was logged about tickets since this was asked last. */
  async #news(): Promise<Said[]> {
    const events = await this.#desk.stores.log.read({ types: null, subjectId: null }, this.#read, LATER, 1_000_000);
    this.#read = events.at(-1)?.position ?? this.#read;
    const aboutTickets = events.filter(({ type }) => /^(?:ticket|sla)\./.test(type));
    return aboutTickets.map((event) => loggedLine(event, this.minuteOf));
  }

  #nameOf(id: string): string {
    return `TSP-${this.#model.tickets.get(id)?.number ?? id}`;
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
