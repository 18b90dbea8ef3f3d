import { setTimeout as delay } from 'node:timers/promises';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { MoveBatch, MovedBatch, OutdatedClocks, OutdatedScope } from '../../application/sla/ports.ts';
import { policyFor, type SlaPolicy } from '../../domain/sla-policy.ts';
import { ADVISORY_LOCKS } from './advisory-locks.ts';
import { claimedStates } from './claimed-states.ts';
import type { Database, Tx } from './database.ts';
import { placeOf, progressOf } from './move-progress.ts';
import type { PostgresPolicyStore } from './policy-store.ts';
import { tickets } from './schema/tickets.ts';
import { saveSlice } from './ticket-writer.ts';

/** A change takes milliseconds; one that hangs is left to the next look. */
const MOST_PATIENCE_MS = 2_000;
const LOOK_AGAIN_MS = 5;

/**
 * Part of a SELECT: what the planner knows of versions is from before the edit, when nearly every ticket was of the one that is now
 * outdated; towards the end of a move it would read the whole table for the last few.
 */
const BY_INDEX = sql`set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)`;

/** What a batch has locked. */
interface Claim {
  readonly ids: readonly string[];
  /** Whether any ticket was outdated, free or held. */
  readonly found: boolean;
  /** When the first row was locked, in milliseconds of performance.now(). */
  readonly heldSince: number;
}

/** Moves tickets to the policy in force, each batch in one short transaction. */
export class PostgresOutdatedClocks implements OutdatedClocks {
  readonly #db: Database;
  readonly #policies: PostgresPolicyStore;

  constructor(db: Database, policies: PostgresPolicyStore) {
    this.#db = db;
    this.#policies = policies;
  }

  async changeOutdated(scope: OutdatedScope, { limit, rule, report }: MoveBatch): Promise<MovedBatch> {
    let heldSince = performance.now();
    const batch = await this.#db.transaction(async (tx) => {
      // One batch after the other, so that no two movers claim from the same tickets, or tell of the same progress.
      await tx.sql.execute(sql`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.moveClocks}), ${BY_INDEX}`);
      const inForce = await this.#policies.inForceBy(tx.sql);
      const outdated = outdatedIn(scope, inForce);
      const policy = typeof scope === 'object' && 'tier' in scope ? policyFor(inForce, scope) : null;
      // Before anything is locked: it may have to count.
      const before = policy && (await placeOf(tx, policy, outdated));

      const claim = await claimOutdated(tx, outdated, limit);
      heldSince = claim.heldSince;
      const moved = claim.ids.length;
      const progress = policy && before && (await progressOf(tx, policy, outdated, { before, claim, limit }));
      const states = await claimedStates(tx, this.#policies, claim.ids);
      await saveSlice(tx, states, rule(states));
      if (progress) tx.append([report(progress)]);
      return { moved, isDone: !claim.found, progress };
    });
    const heldMs = performance.now() - heldSince;
    return { ...batch, heldMs };
  }

  async changesUnderWay(): Promise<void> {
    // A transaction locks the table, in a mode that hinders nobody, before it reads which policy is in force: who does so from now
    // on reads the present one.
    const writers = sql`SELECT virtualtransaction FROM pg_locks
      WHERE relation = 'tickets'::regclass AND mode IN ('RowShareLock', 'RowExclusiveLock')
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    const running = async () => (await this.#db.sql.execute<{ virtualtransaction: string }>(writers)).rows;
    const giveUpAt = performance.now() + MOST_PATIENCE_MS;
    const before = new Set((await running()).map((each) => each.virtualtransaction));
    while (before.size > 0 && performance.now() < giveUpAt) {
      await delay(LOOK_AGAIN_MS);
      const still = new Set((await running()).map((each) => each.virtualtransaction));
      for (const each of before) if (!still.has(each)) before.delete(each);
    }
  }
}

/** Each question in the form of an index: a million running clocks are not to be looked at for it. */
function outdatedIn(scope: OutdatedScope, inForce: readonly SlaPolicy[]): SQL {
  const isUnsettled = sql`${tickets.slaState} <> 'MET'`;
  if (typeof scope === 'object' && 'tier' in scope) {
    const { version } = policyFor(inForce, scope);
    return sql`${isUnsettled} AND ${tickets.slaTier} = ${scope.tier} AND ${tickets.slaPolicyVersion} < ${version}`;
  }
  const where =
    scope === 'retiered' ? sql`c.tier_changed_at > now() - interval '30 days'` : sql`c.id = ${scope.clientId}`;
  return sql`${isUnsettled} AND EXISTS (
    SELECT 1 FROM clients c WHERE c.id = ${tickets.clientId} AND c.tier <> ${tickets.slaTier} AND ${where})`;
}

const idsOf = (tx: Tx, where: SQL | undefined, limit: number) =>
  tx.sql.select({ id: tickets.id }).from(tickets).where(where).limit(limit);

/**
 * Locks up to `limit` free tickets. When there are none, but held ones, it waits for one of these: chosen before, so that no other row
 * is locked while it waits; none, when its holder has moved it.
 */
async function claimOutdated(tx: Tx, outdated: SQL, limit: number): Promise<Claim> {
  let heldSince = performance.now();
  const free = await idsOf(tx, outdated, limit).for('update', { skipLocked: true });
  if (free.length > 0) return { ids: free.map(({ id }) => id), found: true, heldSince };
  const [held] = await idsOf(tx, outdated, 1);
  if (!held) return { ids: [], found: false, heldSince };
  const waited = await idsOf(tx, and(outdated, eq(tickets.id, held.id)), 1).for('update');
  heldSince = performance.now();
  return { ids: waited.map(({ id }) => id), found: true, heldSince };
}
