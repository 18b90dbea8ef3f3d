import { asc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { ClaimedSlice, ClockSlices, Deadlines, OutdatedScope } from '../../application/sla/ports.ts';
import type { ClientTier } from '../../domain/enums.ts';
import { policyFor } from '../../domain/sla-policy.ts';
import type { TicketChange, TicketState } from '../../domain/ticket.ts';
import { ADVISORY_LOCKS } from './advisory-locks.ts';
import type { Database, Tx } from './database.ts';
import type { PostgresPolicyStore } from './policy-store.ts';
import { clients } from './schema/people.ts';
import { tickets } from './schema/tickets.ts';
import { saveSlice, stateColumns, toStates } from './ticket-writer.ts';

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
      const states = await this.#claim(tx, sql`${tickets.slaNextDeadlineAt} <= ${at}`, limit, recorded);
      const changes = rule(states);
      await saveSlice(tx, states, changes);
      return { claimed: states.length, changes };
    });
  }

  changeOutdated(
    scope: OutdatedScope,
    limit: number,
    rule: (states: readonly TicketState[]) => readonly TicketChange[],
  ): Promise<number> {
    return this.#db.transaction(async (tx) => {
      // One mover after the other, and rows that somebody holds are waited for: an edit that overtakes the moving of the one
      // before it would else skip what that one holds, and leave it behind.
      await tx.sql.execute(sql`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.moveClocks})`);
      const inForce = await this.#policies.inForceBy(tx.sql);
      const unsettled = sql`${tickets.slaState} <> 'MET'`;
      // Each question in the form of an index: a million running clocks are not to be looked at for it.
      const older = (tier: ClientTier) =>
        sql`${unsettled} AND ${tickets.slaTier} = ${tier} AND ${tickets.slaPolicyVersion} < ${policyFor(inForce, { tier }).version}`;
      const retiered = sql`${unsettled} AND ${tickets.slaTier} <> ${clients.tier}`;
      const recently = sql`${clients.tierChangedAt} > now() - interval '30 days'`;
      const questions =
        scope === 'all'
          ? [older('VIP'), older('NORMAL'), sql`${retiered} AND ${recently}`]
          : 'tier' in scope
            ? [older(scope.tier)]
            : [sql`${retiered} AND ${tickets.clientId} = ${scope.clientId}`];
      let claimed = 0;
      for (const question of questions) {
        if (claimed >= limit) break;
        const states = await this.#claim(tx, question, limit - claimed, null);
        await saveSlice(tx, states, rule(states));
        claimed += states.length;
      }
      return claimed;
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
        FROM tickets
       WHERE sla_next_deadline_at <= ${now.toISOString()}::timestamptz`);
    return Number(rows[0]?.overdue);
  }

  /**
   * With an `order`: the first free ones; without: any, and held ones are waited for. Locks the tickets first and reads them after, so that
   * what a rule sees is what the lock holds.
   */
  async #claim(tx: Tx, where: SQL, limit: number, order: SQL | null): Promise<TicketState[]> {
    const locked = await tx.sql
      .select({ id: tickets.id })
      .from(tickets)
      .innerJoin(clients, eq(clients.id, tickets.clientId))
      .where(where)
      .orderBy(...(order ? [order, asc(tickets.number)] : []))
      .limit(limit)
      .for('update', order ? { of: tickets, skipLocked: true } : { of: tickets });
    if (locked.length === 0) return [];
    const ids = locked.map(({ id }) => id);
    const rows = await tx.sql
      .select(stateColumns)
      .from(tickets)
      .innerJoin(clients, eq(clients.id, tickets.clientId))
      .where(inArray(tickets.id, ids));
    return toStates(tx.sql, this.#policies, rows);
  }
}
