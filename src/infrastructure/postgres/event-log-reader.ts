import { and, asc, count, eq, type InferSelectModel, inArray, type SQL, sql } from 'drizzle-orm';
import { toEventCursor, toKeptCursor } from '../../application/live/event-cursor.ts';
import type { AlertQuery, EventLog, EventSelection } from '../../application/live/ports.ts';
import { type Page, pageOf } from '../../application/page.ts';
import { type EventType, type LoggedEvent, TICKET_EVENT_TYPES } from '../../domain/event.ts';
import { alertEventTypes } from '../../domain/sla-alert.ts';
import type { Database } from './database.ts';
import { sameTick } from './same-tick.ts';
import { eventLog, projections } from './schema/event-log.ts';
import { tickets } from './schema/tickets.ts';

/** Reads the event log up to its settled position; see drizzle/0001 for why that is not simply its head. */
export class PostgresEventLog implements EventLog {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async settled(): Promise<number> {
    const { rows } = await this.#db.sql.execute<{ settled: string }>(sql`SELECT event_log_settled() AS settled`);
    return Number(rows[0]?.settled ?? 0);
  }

  head(): Promise<number> {
    return this.#head('head');
  }

  readonly #head = sameTick<'head', number>(
    () => '',
    async (calls) => {
      const { rows } = await this.#db.sql.execute<{ head: string }>(
        sql`SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS head FROM event_log_position_seq`,
      );
      return calls.map(() => Number(rows[0]?.head ?? 0));
    },
  );

  async read(selection: EventSelection, after: number, upTo: number, limit: number): Promise<LoggedEvent[]> {
    const rows = await this.#db.sql
      .select()
      .from(eventLog)
      .where(
        and(
          between(after, upTo),
          selection.types ? inArray(eventLog.type, [...selection.types]) : undefined,
          selection.subjectId ? eq(eventLog.subjectId, selection.subjectId) : undefined,
        ),
      )
      .orderBy(asc(eventLog.position))
      .limit(limit);
    return rows.map(toEvent);
  }

  floor(): Promise<number> {
    return this.#floor('floor');
  }

  readonly #floor = sameTick<'floor', number>(
    () => '',
    async (calls) => {
      const [row] = await this.#db.sql.select().from(projections).where(eq(projections.name, FLOOR));
      return calls.map(() => row?.position ?? 0);
    },
  );

  async isWhole(ticketId: string): Promise<boolean> {
    const ofTicket = this.#db.sql
      .select({ type: eventLog.type })
      .from(eventLog)
      .where(eq(eventLog.subjectId, ticketId));
    const [first] = await ofTicket.orderBy(asc(eventLog.position)).limit(1);
    return first?.type === 'ticket.created';
  }

  async byId(id: string): Promise<LoggedEvent | null> {
    const [row] = await this.#db.sql.select().from(eventLog).where(eq(eventLog.id, id));
    return row ? toEvent(row) : null;
  }

  history(ticketId: string, first: number, after: number): Promise<Page<LoggedEvent>> {
    return this.#history({ ticketId, first, after });
  }

  /** The histories of all tickets of a list in one statement, each ticket's read from the index on its own. */
  readonly #history = sameTick<HistoryKey, Page<LoggedEvent>>(
    ({ first, after }) => `${first}:${after}`,
    async (keys) => {
      const [{ first, after }] = keys;
      const settled = await this.settled();
      const ofTicket = this.#db.sql
        .select()
        .from(eventLog)
        .where(and(eq(eventLog.subjectId, tickets.id), ABOUT_TICKETS, between(after, settled)))
        .orderBy(asc(eventLog.position))
        .limit(first + 1)
        .as('history');
      const ids = [...new Set(keys.map(({ ticketId }) => ticketId))];
      const rows = await this.#db.sql
        .select({ history: ofTicket._.selectedFields })
        .from(tickets)
        .crossJoinLateral(ofTicket)
        .where(inArray(tickets.id, ids))
        .orderBy(asc(ofTicket.position));
      return keys.map(({ ticketId }) =>
        pageOf(
          rows.flatMap(({ history }) => (history.subjectId === ticketId ? [history] : [])),
          first,
          (row) => ({ cursor: toEventCursor(row.position), node: toEvent(row) }),
          { hasPreviousPage: after > 0, totalCount: () => this.#historyCount({ ticketId, settled }) },
        ),
      );
    },
  );

  readonly #historyCount = sameTick<{ readonly ticketId: string; readonly settled: number }, number>(
    ({ settled }) => String(settled),
    async (keys) => {
      const [{ settled }] = keys;
      const ids = keys.map(({ ticketId }) => ticketId);
      const counts = await this.#db.sql
        .select({ ticketId: eventLog.subjectId, count: count() })
        .from(eventLog)
        .where(and(inArray(eventLog.subjectId, ids), ABOUT_TICKETS, between(0, settled)))
        .groupBy(eventLog.subjectId);
      const byTicket = new Map(counts.map((row) => [row.ticketId, row.count]));
      return ids.map((id) => byTicket.get(id) ?? 0);
    },
  );

  alerts({ actor, kinds, tier, first, after }: AlertQuery): Promise<Page<LoggedEvent>> {
    const held = sql`EXISTS (SELECT 1 FROM ${tickets}
      WHERE ${tickets.id} = ${eventLog.subjectId} AND ${tickets.assigneeId} = ${actor.id} AND ${tickets.deletedAt} IS NULL)`;
    const selected = and(
      // Said as the partial index says it, so that the planner can use it.
      sql`${eventLog.type} IN ('sla.at_risk', 'sla.breached', 'sla.escalated', 'sla.acknowledged')`,
      kinds ? inArray(eventLog.type, alertEventTypes(kinds)) : undefined,
      tier ? sql`${eventLog.data} ->> 'tier' = ${tier}` : undefined,
      actor.role === 'AGENT' ? held : undefined,
    );
    return this.#page(selected, first, after);
  }

  async #page(selected: SQL | undefined, first: number, after: number): Promise<Page<LoggedEvent>> {
    const { rows: places } = await this.#db.sql.execute<{ settled: string; floor: string }>(sql`
      SELECT event_log_settled() AS settled,
             coalesce((SELECT position FROM projections WHERE name = ${FLOOR}), 0) AS floor`);
    const [settled, floor] = [Number(places[0]?.settled ?? 0), Number(places[0]?.floor ?? 0)];
    const cursorOf = (position: number) => (position < floor ? toKeptCursor(position) : toEventCursor(position));
    const rows = await this.#db.sql
      .select()
      .from(eventLog)
      .where(and(selected, between(after, settled)))
      .orderBy(asc(eventLog.position))
      .limit(first + 1);
    return pageOf(rows, first, (row) => ({ cursor: cursorOf(row.position), node: toEvent(row) }), {
      hasPreviousPage: after > 0,
      totalCount: () => this.#db.sql.$count(eventLog, and(selected, between(0, settled))),
    });
  }
}

const FLOOR = 'event_log_floor';
const ABOUT_TICKETS = inArray(eventLog.type, [...TICKET_EVENT_TYPES]);

interface HistoryKey {
  readonly ticketId: string;
  readonly first: number;
  readonly after: number;
}

function between(after: number, upTo: number): SQL {
  return sql`${eventLog.position} > ${after} AND ${eventLog.position} <= ${upTo}`;
}

function toEvent(row: InferSelectModel<typeof eventLog>): LoggedEvent {
  return { ...row, type: row.type as EventType };
}
