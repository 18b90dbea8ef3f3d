import { and, desc, eq, type InferSelectModel, sql } from 'drizzle-orm';
import type { PolicyStore } from '../../application/sla/ports.ts';
import { CLIENT_TIERS, type ClientTier } from '../../domain/enums.ts';
import { type PolicyKey, policyFor, type SlaPolicy, type SlaPolicyEdit } from '../../domain/sla-policy.ts';
import { policyChanged } from '../../domain/trail.ts';
import type { Database, Sql } from './database.ts';
import { slaPolicies } from './schema/tickets.ts';

type Row = InferSelectModel<typeof slaPolicies>;

const inForce = sql`(${slaPolicies.tier}, ${slaPolicies.version}) IN (SELECT tier, max(version) FROM sla_policies GROUP BY tier)`;

/** Policies in Postgres. A version never changes, so versions once read are kept; what is in force is read each time. */
export class PostgresPolicyStore implements PolicyStore {
  readonly #db: Database;
  readonly #versions = new Map<string, SlaPolicy>();

  constructor(db: Database) {
    this.#db = db;
  }

  async inForce(key: PolicyKey): Promise<SlaPolicy> {
    return policyFor(await this.inForceBy(this.#db.sql), key);
  }

  async all(): Promise<SlaPolicy[]> {
    const policies = await this.inForceBy(this.#db.sql);
    return CLIENT_TIERS.map((tier) => policyFor(policies, { tier }));
  }

  /** What is in force for every tier, read in the caller's transaction; see policyFor. */
  async inForceBy(tx: Sql): Promise<SlaPolicy[]> {
    const rows = await tx.select().from(slaPolicies).where(inForce);
    return rows.map((row) => this.#keep(row));
  }

  async history(tier: ClientTier): Promise<SlaPolicy[]> {
    const versions = this.#db.sql.select().from(slaPolicies).where(eq(slaPolicies.tier, tier));
    return (await versions.orderBy(desc(slaPolicies.version))).map((row) => this.#keep(row));
  }

  version(tier: ClientTier, version: number): Promise<SlaPolicy> {
    return this.versionBy(this.#db.sql, tier, version);
  }

  /** A version, read in the caller's transaction when it is not known yet. */
  async versionBy(tx: Sql, tier: ClientTier, version: number): Promise<SlaPolicy> {
    const known = this.#versions.get(`${tier}:${version}`);
    if (known) return known;
    const [row] = await tx
      .select()
      .from(slaPolicies)
      .where(and(eq(slaPolicies.tier, tier), eq(slaPolicies.version, version)));
    if (!row) throw new Error(`There is no version ${version} of the SLA policy for ${tier}.`);
    return this.#keep(row);
  }

  async set(...[edit, by, now, event]: Parameters<PolicyStore['set']>): Promise<SlaPolicy> {
    return this.#db.transaction(async (tx) => {
      // One edit of a tier after the other: the version in force is the highest one.
      await tx.sql.execute(sql`SELECT pg_advisory_xact_lock(hashtext(${`sla_policy:${edit.tier}`}))`);
      const before = policyFor(await this.inForceBy(tx.sql), edit);
      const [row] = await tx.sql
        .insert(slaPolicies)
        .values({ ...edit, version: before.version + 1, changedById: by, changedAt: now() })
        .returning();
      if (!row) throw new Error('The new policy version was not stored.');
      const policy: SlaPolicy = row;
      tx.append([event(policy)]);
      tx.audit(policyChanged(before, policy));
      return policy;
    });
  }

  async seed(policies: readonly SlaPolicyEdit[], at: Date): Promise<void> {
    await this.#db.sql
      .insert(slaPolicies)
      .values(policies.map((policy) => ({ ...policy, version: 1, changedById: null, changedAt: at })))
      .onConflictDoNothing();
  }

  /** The same object for the same version: what is compiled for its calendar is found again. */
  #keep(row: Row): SlaPolicy {
    const key = `${row.tier}:${row.version}`;
    const policy: SlaPolicy = this.#versions.get(key) ?? row;
    this.#versions.set(key, policy);
    return policy;
  }
}
