import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import type { Page } from '../../application/page.ts';
import type {
  Acknowledgement,
  TicketDraft,
  TicketListQuery,
  TicketState,
  TicketStore,
} from '../../application/ticket/ports.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { NewEvent } from '../../domain/event.ts';
import type { SlaClock } from '../../domain/sla-clock.ts';
import type { Escalation, Ticket, TicketChange } from '../../domain/ticket.ts';
import type { Database, Tx } from './database.ts';
import type { PostgresPolicyStore } from './policy-store.ts';
import { clients } from './schema/people.ts';
import { escalations, slaCycles, tickets } from './schema/tickets.ts';
import { listTicketPage } from './ticket-list.ts';
import { ticketColumns, toInterval, toRow, toTicket } from './ticket-rows.ts';
import { saveChange, stateColumns, toStates } from './ticket-writer.ts';

/** Tickets in Postgres: every change locks the row, applies a pure rule and commits with its events. */
export class PostgresTicketStore implements TicketStore {
  readonly #db: Database;
  readonly #policies: PostgresPolicyStore;

  constructor(db: Database, policies: PostgresPolicyStore) {
    this.#db = db;
    this.#policies = policies;
  }

  async create(draft: TicketDraft, createdFrom: string, events: readonly NewEvent[]): Promise<Ticket> {
    return this.#db.transaction(async (tx) => {
      const row = { ...toRow(draft), createdFrom };
      const [created] = await tx.sql
        .insert(tickets)
        .values(row)
        .onConflictDoNothing({ target: tickets.id })
        .returning(ticketColumns);
      if (created) {
        tx.append(events);
        return toTicket(created);
      }
      const [existing] = await tx.sql.select().from(tickets).where(eq(tickets.id, draft.id));
      if (existing?.createdFrom === createdFrom) return toTicket(existing);
      throw new DomainError(
        'CONFLICT',
        'A ticket with this id was created by someone else or from other input. Use a fresh id.',
        {},
      );
    });
  }

  async change(id: string, rule: (state: TicketState) => TicketChange): Promise<Ticket | null> {
    return this.#db.transaction(async (tx) => {
      const state = await this.#lock(tx, id);
      if (!state) return null;
      const change = rule(state);
      await saveChange(tx, state, change);
      return change.ticket;
    });
  }

  async acknowledge(
    id: string,
    by: string,
    at: Date,
    event: (state: TicketState) => NewEvent,
  ): Promise<Acknowledgement | null> {
    return this.#db.transaction(async (tx) => {
      const state = await this.#lock(tx, id);
      if (!state) return null;
      const { ticket } = state;
      if (ticket.deletedAt) return { ticket, outcome: 'deleted' };
      const ofCycle = and(eq(escalations.ticketId, id), eq(escalations.cycle, ticket.clock.cycle));
      const open = await tx.sql
        .update(escalations)
        .set({ acknowledgedById: by, acknowledgedAt: at })
        .where(and(ofCycle, isNull(escalations.acknowledgedAt)))
        .returning({ id: escalations.id });
      if (open.length === 0) {
        const [any] = await tx.sql.select({ id: escalations.id }).from(escalations).where(ofCycle).limit(1);
        return { ticket, outcome: any ? 'before' : 'nothing' };
      }
      tx.append([event(state)]);
      return { ticket, outcome: 'now' };
    });
  }

  async byIds(ids: readonly string[]): Promise<(Ticket | null)[]> {
    if (ids.length === 0) return [];
    const rows = await this.#db.sql
      .select(ticketColumns)
      .from(tickets)
      .where(inArray(tickets.id, [...ids]));
    const byId = new Map(rows.map((row) => [row.id, toTicket(row)]));
    return ids.map((id) => byId.get(id) ?? null);
  }

  async byNumber(number: number): Promise<Ticket | null> {
    const [row] = await this.#db.sql.select(ticketColumns).from(tickets).where(eq(tickets.number, number));
    return row ? toTicket(row) : null;
  }

  list(query: TicketListQuery): Promise<Page<Ticket>> {
    return listTicketPage(this.#db.sql, query);
  }

  async escalationsOf(ticketIds: readonly string[]): Promise<Escalation[][]> {
    const rows = await this.#db.sql
      .select()
      .from(escalations)
      .where(inArray(escalations.ticketId, [...ticketIds]))
      .orderBy(asc(escalations.cycle), asc(escalations.level));
    return ticketIds.map((id) => rows.filter((row) => row.ticketId === id));
  }

  async escalation(id: string): Promise<Escalation | null> {
    const [row] = await this.#db.sql.select().from(escalations).where(eq(escalations.id, id));
    return row ?? null;
  }

  async endedCycles(ticketId: string): Promise<SlaClock[]> {
    const rows = await this.#db.sql
      .select()
      .from(slaCycles)
      .where(eq(slaCycles.ticketId, ticketId))
      .orderBy(asc(slaCycles.cycle));
    return rows.map(({ ticketId: _, intervals, ...row }) => ({
      ...row,
      state: 'MET',
      atRiskAt: null,
      atRiskAlertedAt: null,
      intervals: intervals.map(toInterval),
    }));
  }

  async #lock(tx: Tx, id: string): Promise<TicketState | null> {
    const rows = await tx.sql
      .select(stateColumns)
      .from(tickets)
      .innerJoin(clients, eq(clients.id, tickets.clientId))
      .where(eq(tickets.id, id))
      .for('update', { of: tickets });
    return (await toStates(tx.sql, this.#policies, rows))[0] ?? null;
  }
}
