import type { ClientTier } from './enums.ts';
import type { SlaPolicy } from './sla-policy.ts';

/** One running or paused stretch; `to` is null while it lasts, `reason` says in words why it began. */
export interface SlaInterval {
  readonly state: 'RUNNING' | 'PAUSED';
  readonly from: Date;
  readonly to: Date | null;
  readonly reason: string;
}

/**
 * The promise of one ticket in one cycle. Intervals are stored, sums are derived. The breach is a fact beside the state:
 * once `breachedAt` is set it stays for the rest of the cycle.
 */
export interface SlaClock {
  readonly tier: ClientTier;
  readonly policyVersion: number;
  /** 1, and one more at each reopening. */
  readonly cycle: number;
  readonly state: 'RUNNING' | 'PAUSED' | 'MET';
  readonly startedAt: Date;
  /** null while paused. */
  readonly dueAt: Date | null;
  /** null while paused. */
  readonly atRiskAt: Date | null;
  readonly atRiskAlertedAt: Date | null;
  /** The instant that was due, not the instant it was noticed. */
  readonly breachedAt: Date | null;
  readonly detectedAt: Date | null;
  readonly metAt: Date | null;
  readonly intervals: readonly SlaInterval[];
}

const MINUTE_MS = 60_000;

/** A running clock from `at` on. */
export function startClock(policy: SlaPolicy, at: Date, cycle: number, reason: string): SlaClock {
  const clock: SlaClock = {
    tier: policy.tier,
    policyVersion: policy.version,
    cycle,
    state: 'RUNNING',
    startedAt: at,
    dueAt: null,
    atRiskAt: null,
    atRiskAlertedAt: null,
    breachedAt: null,
    detectedAt: null,
    metAt: null,
    intervals: [{ state: 'RUNNING', from: at, to: null, reason }],
  };
  return { ...clock, ...deadlines(clock, policy) };
}

/** The clock stands still from `at` on: nothing is due. */
export function pauseClock(clock: SlaClock, at: Date, reason: string): SlaClock {
  if (clock.state !== 'RUNNING') return clock;
  return { ...nextStretch(clock, 'PAUSED', at, reason), dueAt: null, atRiskAt: null };
}

/** The clock runs again from `at` on; what it stood still is added to its due instant. */
export function resumeClock(clock: SlaClock, policy: SlaPolicy, at: Date, reason: string): SlaClock {
  if (clock.state !== 'PAUSED') return clock;
  const running = nextStretch(clock, 'RUNNING', at, reason);
  return { ...running, ...deadlines(running, policy) };
}

/** The promise is settled at `at`; a met clock says when it would have been due. */
export function meetClock(clock: SlaClock, policy: SlaPolicy, at: Date): SlaClock {
  if (clock.state === 'MET') return clock;
  const ended = { ...clock, state: 'MET' as const, metAt: at, intervals: endLast(clock.intervals, at) };
  return { ...ended, ...deadlines(ended, policy) };
}

/** The same cycle under another policy: same start, same pauses, new deadlines. What was breached stays so. */
export function applyPolicy(clock: SlaClock, policy: SlaPolicy): SlaClock {
  const moved = { ...clock, tier: policy.tier, policyVersion: policy.version };
  return clock.state === 'RUNNING' ? { ...moved, ...deadlines(moved, policy) } : moved;
}

/** The next instant at which this clock has something to say: at risk, then breached; null when it has not. */
export function nextDeadline(clock: SlaClock): Date | null {
  if (clock.state !== 'RUNNING' || clock.breachedAt || !clock.dueAt) return null;
  return clock.atRiskAt && !clock.atRiskAlertedAt ? clock.atRiskAt : clock.dueAt;
}

/** Milliseconds of the target that are used up at `now`. */
export function elapsedMs(clock: SlaClock, now: Date): number {
  return totalMs(clock, 'RUNNING', now);
}

/** Milliseconds left of the target at `now`; negative once overdue. */
export function remainingMs(clock: SlaClock, policy: SlaPolicy, now: Date): number {
  return policy.resolutionMinutes * MINUTE_MS - elapsedMs(clock, now);
}

/** A stretch with its share of whole seconds: floor(total at its end) - floor(total at its start), so that shares sum exactly. */
export interface ExplainedInterval extends SlaInterval {
  readonly workingSeconds: number;
}

/** Every stretch with its seconds. Running and paused time are summed apart; an open stretch is measured up to `now`. */
export function explain(clock: SlaClock, now: Date): ExplainedInterval[] {
  const totals = { RUNNING: 0, PAUSED: 0 };
  return clock.intervals.map((interval) => {
    const before = totals[interval.state];
    const after = before + lengthMs(interval, now);
    totals[interval.state] = after;
    return { ...interval, workingSeconds: Math.floor(after / 1000) - Math.floor(before / 1000) };
  });
}

function deadlines(clock: SlaClock, policy: SlaPolicy): Pick<SlaClock, 'dueAt' | 'atRiskAt'> {
  const targetMs = policy.resolutionMinutes * MINUTE_MS;
  const paused = totalMs(clock, 'PAUSED', clock.startedAt);
  const after = (ms: number) => new Date(clock.startedAt.getTime() + Math.floor(ms) + paused);
  return { dueAt: after(targetMs), atRiskAt: after((targetMs * policy.atRiskPercent) / 100) };
}

function totalMs(clock: SlaClock, state: SlaInterval['state'], now: Date): number {
  return clock.intervals.reduce((sum, each) => (each.state === state ? sum + lengthMs(each, now) : sum), 0);
}

/** Never negative: clocks of two machines may be a little apart. */
function lengthMs(interval: SlaInterval, now: Date): number {
  return Math.max(0, (interval.to ?? now).getTime() - interval.from.getTime());
}

/** Stretches join without gap or overlap, also when the next change comes from a machine whose clock is behind. */
function nextStretch(clock: SlaClock, state: SlaInterval['state'], at: Date, reason: string): SlaClock {
  const ended = endLast(clock.intervals, at);
  const from = ended.at(-1)?.to ?? at;
  return { ...clock, state, intervals: [...ended, { state, from, to: null, reason }] };
}

function endLast(intervals: readonly SlaInterval[], at: Date): SlaInterval[] {
  return intervals.map((each) => (each.to === null ? { ...each, to: at < each.from ? each.from : at } : each));
}
