import { asc, eq, inArray, sql } from 'drizzle-orm';
import type { Page } from '../../application/page.ts';
import type {
  EndedCycle,
  TicketColumn,
  TicketDraft,
  TicketListQuery,
  TicketStore,
  TicketTable,
} from '../../application/ticket/ports.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { NewEvent } from '../../domain/event.ts';
import type { Escalation, Ticket, TicketChange, TicketState } from '../../domain/ticket.ts';
import { ticketAdded } from '../../domain/trail.ts';
import type { Database, Tx } from './database.ts';
import type { PostgresPolicyStore } from './policy-store.ts';
import { clients } from './schema/people.ts';
import { escalations, slaCycles, tickets } from './schema/tickets.ts';
import { listTicketPage } from './ticket-list.ts';
import { ticketColumns, toInterval, toRow, toTicket } from './ticket-rows.ts';
import { readTicketTable } from './ticket-table.ts';
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
        tx.audit(ticketAdded(draft));
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

  async byIds(ids: readonly string[]): Promise<(Ticket | null)[]> {
    if (ids.length === 0) return [];
    const rows = await this.#db.sql
      .select(ticketColumns)
      .from(tickets)
      .where(sql`${tickets.id} = ANY (${sql.param(ids)}::uuid[])`);
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

  table(query: TicketListQuery, columns: readonly TicketColumn[]): Promise<TicketTable> {
    return readTicketTable(this.#db, query, columns);
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

  async endedCyclesOf(ticketIds: readonly string[]): Promise<EndedCycle[][]> {
    const rows = await this.#db.sql
      .select()
      .from(slaCycles)
      .where(inArray(slaCycles.ticketId, [...ticketIds]))
      .orderBy(asc(slaCycles.cycle));
    return ticketIds.map((id) =>
      rows
        .filter(({ ticketId }) => ticketId === id)
        .map(({ ticketId: _, intervals, ...row }) => ({ ...row, intervals: intervals.map(toInterval) })),
    );
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
