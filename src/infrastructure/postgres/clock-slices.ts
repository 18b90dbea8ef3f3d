import { asc, type SQL, sql } from 'drizzle-orm';
import type { ClaimedSlice, ClockSlices, Deadlines } from '../../application/sla/ports.ts';
import type { TicketChange, TicketState } from '../../domain/ticket.ts';
import { ADVISORY_LOCKS } from './advisory-locks.ts';
import { claimedStates } from './claimed-states.ts';
import type { Database, Tx } from './database.ts';
import type { PostgresPolicyStore } from './policy-store.ts';
import { tickets } from './schema/tickets.ts';
import { saveSlice } from './ticket-writer.ts';

/** Of what is overdue, no more than this is counted: an outage must not make its own scrapes expensive. */
const MOST_COUNTED = 10_000;

/** Claims slices of tickets and changes them in bulk, each slice in one short transaction. */
export class PostgresClockSlices implements ClockSlices, Deadlines {
  readonly #db: Database;
  readonly #policies: PostgresPolicyStore;

  constructor(db: Database, policies: PostgresPolicyStore) {
    this.#db = db;
    this.#policies = policies;
  }

  changeDue(
    now: Date,
    limit: number,
    rule: (states: readonly TicketState[]) => readonly TicketChange[],
  ): Promise<ClaimedSlice | null> {
    return this.#db.transaction(async (tx) => {
      // One claimer at a time, so that alerts come in due order; whoever finds another one at it leaves.
      const { rows } = await tx.sql.execute<{ mine: boolean }>(
        sql`SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCKS.claimDueClocks}) AS mine`,
      );
      if (!rows[0]?.mine) return null;
      const at = sql`${now.toISOString()}::timestamptz`;
      // Where warning and breach are both past, what is recorded is the breach: it takes its place in the order by its due instant.
      const recorded = sql`CASE WHEN ${tickets.slaBreachedAt} IS NULL AND ${tickets.slaDueAt} <= ${at}
                                THEN ${tickets.slaDueAt} ELSE ${tickets.slaNextDeadlineAt} END`;
      const states = await this.#claim(tx, sql`${tickets.slaNextDeadlineAt} <= ${at}`, recorded, limit);
      const changes = rule(states);
      await saveSlice(tx, states, changes);
      return { claimed: states.length, changes };
    });
  }

  async next(until: Date, limit: number): Promise<Date[]> {
    const rows = await this.#db.sql
      .select({ at: tickets.slaNextDeadlineAt })
      .from(tickets)
      .where(sql`${tickets.slaNextDeadlineAt} <= ${until.toISOString()}::timestamptz`)
      .orderBy(asc(tickets.slaNextDeadlineAt))
      .limit(limit);
    return rows.flatMap(({ at }) => (at ? [at] : []));
  }

  async counts(now: Date): Promise<{ running: number; overdue: number }> {
    const { rows } = await this.#db.sql.execute<Record<'running' | 'overdue', string>>(sql`
      SELECT count(*) AS running,
             count(*) FILTER (WHERE sla_due_at <= ${now.toISOString()}::timestamptz) AS overdue
        FROM tickets
       WHERE sla_state = 'RUNNING' AND deleted_at IS NULL`);
    return { running: Number(rows[0]?.running), overdue: Number(rows[0]?.overdue) };
  }

  async overdueUnalerted(now: Date): Promise<number> {
    const { rows } = await this.#db.sql.execute<{ overdue: string }>(sql`
      SELECT count(*) AS overdue
        FROM (SELECT FROM tickets
               WHERE sla_next_deadline_at <= ${now.toISOString()}::timestamptz
               LIMIT ${MOST_COUNTED}) AS overdue_ones`);
    return Number(rows[0]?.overdue);
  }

  /** Locks the first free ones. */
  async #claim(tx: Tx, where: SQL, order: SQL, limit: number): Promise<TicketState[]> {
    const locked = await tx.sql
      .select({ id: tickets.id })
      .from(tickets)
      .where(where)
      .orderBy(order, asc(tickets.number))
      .limit(limit)
      .for('update', { skipLocked: true });
    const ids = locked.map(({ id }) => id);
    return claimedStates(tx, this.#policies, ids);
  }
}
