import { asc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { ClaimedSlice, ClockSlices, Deadlines, OutdatedScope } from '../../application/sla/ports.ts';
import type { TicketState } from '../../application/ticket/ports.ts';
import type { ClientTier } from '../../domain/enums.ts';
import { nextDeadlineOf } from '../../domain/sla-detection.ts';
import type { TicketChange } from '../../domain/ticket.ts';
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

  changeDue(now: Date, limit: number, rule: (state: TicketState) => TicketChange): Promise<ClaimedSlice | null> {
    return this.#db.transaction(async (tx) => {
      // One claimer at a time, so that alerts come in due order; whoever finds another one at it leaves.
      const { rows } = await tx.sql.execute<{ mine: boolean }>(
        sql`SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCKS.claimDueClocks}) AS mine`,
      );
      if (!rows[0]?.mine) return null;
      const due = sql`${tickets.slaNextDeadlineAt} <= ${now.toISOString()}::timestamptz`;
      const states = await this.#claim(tx, due, limit, 'nearest and free');
      // The order of alerts is that of the due instants that the rows have now, under the lock.
      const inOrder = inDueOrder(states);
      const judged = inOrder.map(rule);
      // The unchanged ones too: a deadline that says something else than its clock is mended, not claimed for ever.
      await saveSlice(tx, judged);
      const changes = judged.filter((change, i) => change.ticket !== inOrder[i]?.ticket);
      return { claimed: states.length, changes };
    });
  }

  changeOutdated(scope: OutdatedScope, limit: number, rule: (state: TicketState) => TicketChange): Promise<number> {
    return this.#db.transaction(async (tx) => {
      // One mover after the other, and rows that somebody holds are waited for: an edit that overtakes the moving of the one
      // before it would else skip what that one holds, and leave it behind.
      await tx.sql.execute(sql`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.moveClocks})`);
      const inForce = await this.#policies.inForceBy(tx.sql);
      const unsettled = sql`${tickets.slaState} <> 'MET'`;
      // Each question in the form of an index: a million running clocks are not to be looked at for it.
      const older = (tier: ClientTier) =>
        sql`${unsettled} AND ${tickets.slaTier} = ${tier} AND ${tickets.slaPolicyVersion} < ${inForce[tier].version}`;
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
        const states = await this.#claim(tx, question, limit - claimed, 'any');
        await saveSlice(tx, inDueOrder(states).map(rule));
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

  /** Locks the tickets first and reads them after, so that what a rule sees is what the lock holds. */
  async #claim(tx: Tx, where: SQL, limit: number, which: 'nearest and free' | 'any'): Promise<TicketState[]> {
    const order = which === 'any' ? [] : [asc(tickets.slaNextDeadlineAt), asc(tickets.id)];
    const locked = await tx.sql
      .select({ id: tickets.id })
      .from(tickets)
      .innerJoin(clients, eq(clients.id, tickets.clientId))
      .where(where)
      .orderBy(...order)
      .limit(limit)
      .for('update', which === 'any' ? { of: tickets } : { of: tickets, skipLocked: true });
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

function inDueOrder(states: readonly TicketState[]): TicketState[] {
  return states.toSorted((a, b) => deadlineMs(a) - deadlineMs(b) || a.ticket.number - b.ticket.number);
}

function deadlineMs(state: TicketState): number {
  const due = state.ticket.clock.dueAt;
  const next = nextDeadlineOf(state.ticket);
  return (next ?? due ?? state.ticket.createdAt).getTime();
}
