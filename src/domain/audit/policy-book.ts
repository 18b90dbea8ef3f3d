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
