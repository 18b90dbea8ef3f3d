import type { ClientTier } from '../enums.ts';
import type { SlaPolicy } from '../sla-policy.ts';

/** Every version of every tier's policy, to be looked up by many tickets. */
export interface PolicyBook {
  /** null: there is no such version. */
  version(tier: ClientTier, version: number): SlaPolicy | null;
  /** The versions that came after this one, oldest first. */
  after(tier: ClientTier, version: number): readonly SlaPolicy[];
}

/** A book of `policies`, which come in any order. */
export function policyBook(policies: readonly SlaPolicy[]): PolicyBook {
  const byTier = new Map<ClientTier, SlaPolicy[]>();
  for (const policy of policies.toSorted((a, b) => a.version - b.version)) {
    byTier.set(policy.tier, [...(byTier.get(policy.tier) ?? []), policy]);
  }
  const byKey = new Map(policies.map((policy) => [`${policy.tier}:${policy.version}`, policy]));
  return {
    version: (tier, version) => byKey.get(`${tier}:${version}`) ?? null,
    after: (tier, version) => {
      const versions = byTier.get(tier) ?? [];
      // Nearly every clock runs under the newest version.
      if ((versions.at(-1)?.version ?? 0) <= version) return [];
      return versions.slice(versions.findIndex((each) => each.version > version));
    },
  };
}

/** How far the clocks of two processes may be apart, and how long an edit of a policy may take to be seen by all. */
export const TOLERANCE_MS = 60_000;

/**
 * What a transaction at `now` may have found in force for a ticket under `own`, oldest first: usually one policy; around an edit several, since
 * the clock that it was made by may be a little apart, and its commit came later.
 */
export function mayBeInForce(policies: PolicyBook, own: SlaPolicy, now: Date): SlaPolicy[] {
  const versions = [own, ...policies.after(own.tier, own.version)];
  const age = (edit: SlaPolicy) => now.getTime() - edit.changedAt.getTime();
  return versions.filter(
    (policy, index) =>
      (policy === own || age(policy) >= -TOLERANCE_MS) &&
      versions.slice(index + 1).every((newer) => age(newer) <= TOLERANCE_MS),
  );
}
