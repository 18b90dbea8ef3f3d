import type { ClientTier } from '../enums.ts';
import type { Day } from './calendar.ts';
import type { Span } from './cover.ts';
import { mergeSketches, type Sketch } from './sketch.ts';

/** What happened in one stretch in one tier. */
export interface TierBucket {
  readonly tier: ClientTier;
  /** Logs created in the stretch, and those of them with an escalation level above 0. */
  readonly opened: number;
  readonly openedEscalated: number;
  /** Logs resolved in the stretch, by their status. */
  readonly resolved: number;
  readonly closed: number;
  /** Of both: resolvedAt - createdAt, summed up in ms. */
  readonly resolutionMs: bigint;
  readonly sketch: Sketch;
  readonly escalated: number;
  readonly breached: number;
}

/** A bucket and the stretch that it belongs to. */
export interface PlacedBucket extends TierBucket {
  readonly span: Span;
  readonly start: Day;
}

/** The bucket of a longer stretch from those of the shorter ones that it is made of, tier by tier. */
export function mergeBuckets<T extends TierBucket>(buckets: readonly T[]): TierBucket[] {
  const byTier = new Map<ClientTier, T[]>();
  for (const bucket of buckets) {
    const same = byTier.get(bucket.tier);
    if (same) same.push(bucket);
    else byTier.set(bucket.tier, [bucket]);
  }
  return [...byTier].map(([tier, same]) => ({
    tier,
    opened: sum(same, 'opened'),
    openedEscalated: sum(same, 'openedEscalated'),
    resolved: sum(same, 'resolved'),
    closed: sum(same, 'closed'),
    resolutionMs: same.reduce((total, bucket) => total + bucket.resolutionMs, 0n),
    sketch: mergeSketches(same.map((bucket) => bucket.sketch)),
    escalated: sum(same, 'escalated'),
    breached: sum(same, 'breached'),
  }));
}

type Count = 'opened' | 'openedEscalated' | 'resolved' | 'closed' | 'escalated' | 'breached';

function sum(buckets: readonly TierBucket[], field: Count): number {
  return buckets.reduce((total, bucket) => total + bucket[field], 0);
}
