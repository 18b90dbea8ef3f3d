import { type SQL, sql } from 'drizzle-orm';
import type { OpenClocks, OpenTier } from '../../application/sla/ports.ts';
import type { ClientTier } from '../../domain/enums.ts';
import { policyFor } from '../../domain/sla-policy.ts';
import type { OpenClock } from '../../domain/sla-policy-preview.ts';
import type { Database, Sql } from './database.ts';
import type { PostgresPolicyStore } from './policy-store.ts';
import type { StoredInterval } from './schema/tickets.ts';
import { toInterval } from './ticket-rows.ts';

/** Small: the event loop turns between two batches, and what a batch leaves behind is collected while it is young. */
const BATCH = 500;

/** Reads the open clocks of a tier through a cursor, in one transaction that only reads. */
export class PostgresOpenClocks implements OpenClocks {
  readonly #db: Database;
  readonly #policies: PostgresPolicyStore;

  constructor(db: Database, policies: PostgresPolicyStore) {
    this.#db = db;
    this.#policies = policies;
  }

  look<T>(tier: ClientTier, view: (open: OpenTier) => Promise<T>): Promise<T> {
    return this.#db.transaction(
      async ({ sql: tx }) => {
        const inForce = policyFor(await this.#policies.inForceBy(tx), { tier });
        return view({ inForce, batches: this.#batches(tx, tier) });
      },
      { isolationLevel: 'repeatable read', accessMode: 'read only' },
    );
  }

  async *#batches(tx: Sql, tier: ClientTier): AsyncGenerator<OpenClock[]> {
    // All of it will be read, so what comes first quickly is no help.
    await tx.execute(sql`SET LOCAL cursor_tuple_fraction = 1`);
    await tx.execute(sql`DECLARE open_clocks NO SCROLL CURSOR FOR ${openClocks(tier)}`);
    const fetch = () => {
      const fetched = tx.execute<Row>(sql.raw(`FETCH ${BATCH} FROM open_clocks`)).then(({ rows }) => rows);
      // Whoever stops reading early does not wait for it; the transaction ends with its failure or without.
      fetched.catch(() => undefined);
      return fetched;
    };
    // The next batch is fetched while this one is looked at.
    for (let next = fetch(), rows = await next; rows.length > 0; rows = await next) {
      next = fetch();
      yield rows.map(toOpenClock);
    }
  }
}

/** A clock as it is read here: instants as milliseconds since 1970, which are made into a Date many times faster than text. */
interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly number: number;
  readonly tier: ClientTier;
  readonly policyVersion: number;
  readonly cycle: number;
  readonly state: 'RUNNING' | 'PAUSED';
  readonly escalationLevel: number;
  readonly startedAt: number;
  readonly dueAt: number | null;
  readonly atRiskAt: number | null;
  readonly atRiskAlertedAt: number | null;
  readonly breachedAt: number | null;
  readonly detectedAt: number | null;
  readonly ladderFrom: number | null;
  readonly nextEscalationAt: number | null;
  readonly acknowledgedAt: number | null;
  readonly intervals: readonly StoredInterval[];
}

const ms = (column: string): SQL => sql.raw(`round(date_part('epoch', t.${column}) * 1000)`);

/** Those under a version of the tier's own policy by its index; those under a former tier by their clients, who are few. */
function openClocks(tier: ClientTier): SQL {
  const ofClients = (which: SQL): SQL => sql`
    SELECT t.id, t.number, t.sla_tier AS tier, t.sla_policy_version AS "policyVersion", t.sla_cycle AS cycle, t.sla_state AS state,
           t.escalation_level AS "escalationLevel", ${ms('sla_started_at')} AS "startedAt", ${ms('sla_due_at')} AS "dueAt",
           ${ms('sla_at_risk_at')} AS "atRiskAt", ${ms('sla_at_risk_alerted_at')} AS "atRiskAlertedAt",
           ${ms('sla_breached_at')} AS "breachedAt", ${ms('sla_detected_at')} AS "detectedAt",
           ${ms('sla_ladder_from')} AS "ladderFrom", ${ms('sla_next_escalation_at')} AS "nextEscalationAt",
           ${ms('sla_acknowledged_at')} AS "acknowledgedAt", t.sla_intervals AS intervals
      FROM tickets t JOIN clients c ON c.id = t.client_id
     WHERE t.sla_state <> 'MET' AND t.deleted_at IS NULL AND c.tier = ${tier} AND ${which}`;
  return sql`${ofClients(sql`t.sla_tier = ${tier}`)}
    UNION ALL
    ${ofClients(sql`t.sla_tier <> ${tier} AND c.tier_changed_at IS NOT NULL`)}`;
}

function toOpenClock(row: Row): OpenClock {
  const { tier, policyVersion, cycle, state, escalationLevel } = row;
  return {
    ticketId: row.id,
    number: row.number,
    clock: {
      tier,
      policyVersion,
      cycle,
      state,
      startedAt: new Date(row.startedAt),
      dueAt: instant(row.dueAt),
      atRiskAt: instant(row.atRiskAt),
      atRiskAlertedAt: instant(row.atRiskAlertedAt),
      breachedAt: instant(row.breachedAt),
      detectedAt: instant(row.detectedAt),
      escalationLevel,
      ladderFrom: instant(row.ladderFrom),
      nextEscalationAt: instant(row.nextEscalationAt),
      acknowledgedAt: instant(row.acknowledgedAt),
      metAt: null,
      intervals: row.intervals.map(toInterval),
    },
  };
}

const instant = (milliseconds: number | null): Date | null => (milliseconds === null ? null : new Date(milliseconds));
