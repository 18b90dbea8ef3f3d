import type { ClientTier } from '../enums.ts';
import { type Day, yearStart } from './calendar.ts';
import type { Span } from './cover.ts';
import { mergeSketches, type Sketch, sketchOf } from './sketch.ts';

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

/** Logs of one day and tier, by what happened to them on that day. */
export interface DayCounts {
  readonly day: Day;
  readonly tier: ClientTier;
  readonly opened: number;
  readonly openedEscalated: number;
  readonly escalated: number;
  readonly breached: number;
}

/** Logs that were resolved on one day, in one tier, with one status. */
export interface DayResolutions {
  readonly day: Day;
  readonly tier: ClientTier;
  readonly status: 'RESOLVED' | 'CLOSED';
  /** How many have a duration of each bucket of the sketch. */
  readonly durations: readonly (readonly [bucket: number, count: number])[];
  /** Their durations, summed up. */
  readonly ms: bigint;
}

/** The buckets of days from what was counted in their logs; several parts of a day and tier may come. */
export function dayBuckets(counts: readonly DayCounts[], resolutions: readonly DayResolutions[]): PlacedBucket[] {
  const byDay = new Map<Day, TierBucket[]>();
  const put = (day: Day, bucket: TierBucket): void => {
    const same = byDay.get(day);
    if (same) same.push(bucket);
    else byDay.set(day, [bucket]);
  };
  for (const { day, ...part } of counts) put(day, { ...EMPTY, ...part });
  for (const same of grouped(resolutions, ({ day, tier }) => `${day} ${tier}`)) put(same[0].day, resolvedBucket(same));
  return [...byDay].flatMap(([start, buckets]) =>
    mergeBuckets(buckets).map((bucket) => ({ ...bucket, span: 'DAY' as const, start })),
  );
}

/**
 * What is to be stored when days of a month are made anew: those days, their month and its year. `rest` are the other days of
 * that month and the other months of that year.
 */
export function withLongerBuckets(
  month: Day,
  fresh: readonly PlacedBucket[],
  rest: readonly PlacedBucket[],
): PlacedBucket[] {
  const ofMonth = mergeBuckets([...rest.filter(({ span }) => span === 'DAY'), ...fresh]);
  const ofYear = mergeBuckets<TierBucket>([...rest.filter(({ span }) => span === 'MONTH'), ...ofMonth]);
  return [
    ...fresh,
    ...ofMonth.map((bucket) => ({ ...bucket, span: 'MONTH' as const, start: month })),
    ...ofYear.map((bucket) => ({ ...bucket, span: 'YEAR' as const, start: yearStart(month) })),
  ];
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

const EMPTY = {
  opened: 0,
  openedEscalated: 0,
  resolved: 0,
  closed: 0,
  resolutionMs: 0n,
  sketch: sketchOf([]),
  escalated: 0,
  breached: 0,
};

/** The bucket of resolutions that all belong to one day and tier. */
function resolvedBucket(same: Group<DayResolutions>): TierBucket {
  const durationsOf = (parts: readonly DayResolutions[]) => parts.flatMap(({ durations }) => durations);
  const count = (status: DayResolutions['status']) =>
    durationsOf(same.filter((part) => part.status === status)).reduce((total, [, found]) => total + found, 0);
  return {
    ...EMPTY,
    tier: same[0].tier,
    resolved: count('RESOLVED'),
    closed: count('CLOSED'),
    resolutionMs: same.reduce((total, part) => total + part.ms, 0n),
    sketch: sketchOf(durationsOf(same)),
  };
}

type Group<T> = readonly [T, ...T[]];

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Group<T>[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const same = groups.get(key);
    if (same) same.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
