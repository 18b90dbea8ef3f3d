import { type WorkingTime, workingTime } from './calendar/working-time.ts';
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
  /** 0, or the level that this cycle was escalated to. */
  readonly escalationLevel: number;
  /**
   * From where the ladder counts to its next level: the instant of the last one, or of an edit (see applyPolicy). Before a breach it is
   * the edit that used up the time, where that did not breach at once (paused or deleted), and null otherwise.
   */
  readonly ladderFrom: Date | null;
  /** When the next level is due; null: not breached, not running, acknowledged, no ladder, or at its top. */
  readonly nextEscalationAt: Date | null;
  /** When the breach was acknowledged, which stops the ladder for the rest of the cycle. */
  readonly acknowledgedAt: Date | null;
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
    escalationLevel: 0,
    ladderFrom: null,
    nextEscalationAt: null,
    acknowledgedAt: null,
    metAt: null,
    intervals: [{ state: 'RUNNING', from: at, to: null, reason }],
  };
  return withDeadlines(clock, policy);
}

/** The clock stands still from `at` on: nothing is due. */
export function pauseClock(clock: SlaClock, at: Date, reason: string): SlaClock {
  if (clock.state !== 'RUNNING') return clock;
  return { ...nextStretch(clock, 'PAUSED', at, reason), dueAt: null, atRiskAt: null, nextEscalationAt: null };
}

/** The clock runs again from `at` on; the working time that it stood still is added to its due instants. */
export function resumeClock(clock: SlaClock, policy: SlaPolicy, at: Date, reason: string): SlaClock {
  if (clock.state !== 'PAUSED') return clock;
  return withDeadlines(nextStretch(clock, 'RUNNING', at, reason), policy);
}

/** The promise is settled at `at`; a met clock says when it would have been due. */
export function meetClock(clock: SlaClock, policy: SlaPolicy, at: Date): SlaClock {
  if (clock.state === 'MET') return clock;
  return withDeadlines({ ...clock, state: 'MET', metAt: at, intervals: endLast(clock.intervals, at) }, policy);
}

/** The same cycle under another policy since `at`: same start, same pauses, new deadlines. What was breached stays so. */
export function applyPolicy(clock: SlaClock, policy: SlaPolicy, at: Date): SlaClock {
  const moved = { ...clock, tier: policy.tier, policyVersion: policy.version };
  if (clock.state === 'MET') return moved;
  const ladderFrom = clock.breachedAt ? nextStepFrom(clock, policy, at) : brokenByEdit(clock, policy, at);
  const counted = { ...moved, ladderFrom };
  return clock.state === 'RUNNING' ? withDeadlines(counted, policy) : counted;
}

/** A level that `policy` would put into the past counts from its edit instead: nobody could have acknowledged in time. */
function nextStepFrom(clock: SlaClock, policy: SlaPolicy, editedAt: Date): Date | null {
  const { ladderFrom } = clock;
  if (!ladderFrom || policy.escalateEveryMinutes === null) return ladderFrom;
  const waited = stretchesMs(clock, 'RUNNING', policy, editedAt, ladderFrom);
  return waited >= policy.escalateEveryMinutes * MINUTE_MS ? editedAt : ladderFrom;
}

/** The first edit that left an unbreached clock without time, of which none has given time back; null: none, or time was first. */
function brokenByEdit(clock: SlaClock, policy: SlaPolicy, editedAt: Date): Date | null {
  if (remainingMs(clock, policy, editedAt) > 0) return null;
  const wasDue = clock.dueAt !== null && clock.dueAt <= editedAt;
  return clock.ladderFrom ?? (wasDue ? null : editedAt);
}

/**
 * The cycle has broken its promise, at its due instant. The ladder begins there, or at the edit that broke it, or where the clock went
 * on last, whichever is the latest: an edit can put the due instant before a pause, which is no part of a step.
 */
export function breachClock(
  clock: SlaClock,
  policy: SlaPolicy,
  breach: { readonly dueAt: Date; readonly detectedAt: Date; readonly level: number },
): SlaClock {
  const { dueAt, detectedAt, level } = breach;
  const lastPauseEnd = clock.intervals.at(-2)?.to;
  const starts = [dueAt, clock.ladderFrom ?? dueAt, lastPauseEnd ?? dueAt];
  const ladderFrom = starts.reduce((latest, each) => (each > latest ? each : latest));
  const breached = { ...clock, breachedAt: dueAt, detectedAt, ladderFrom };
  return withDeadlines({ ...breached, escalationLevel: Math.max(clock.escalationLevel, level) }, policy);
}

/** One level up at `at`, from where the next one counts. */
export function climbLadder(clock: SlaClock, policy: SlaPolicy, at: Date): SlaClock {
  return withDeadlines({ ...clock, escalationLevel: clock.escalationLevel + 1, ladderFrom: at }, policy);
}

/** Somebody has taken the breach on: no further level in this cycle. */
export function acknowledgeClock(clock: SlaClock, at: Date): SlaClock {
  return { ...clock, acknowledgedAt: at, nextEscalationAt: null };
}

/** The next instant at which this clock has something to say: at risk, breached, then each level; null when it has not. */
export function nextDeadline(clock: SlaClock): Date | null {
  if (clock.state !== 'RUNNING') return null;
  if (clock.breachedAt) return clock.nextEscalationAt;
  return clock.atRiskAt && !clock.atRiskAlertedAt ? clock.atRiskAt : clock.dueAt;
}

/** Milliseconds of working time, by the calendar of `policy`, that are used up at `now`. */
export function elapsedMs(clock: Pick<SlaClock, 'intervals'>, policy: SlaPolicy, now: Date): number {
  return stretchesMs(clock, 'RUNNING', policy, now);
}

/** Milliseconds left of the target at `now`; negative once overdue. */
export function remainingMs(clock: Pick<SlaClock, 'intervals'>, policy: SlaPolicy, now: Date): number {
  return policy.resolutionMinutes * MINUTE_MS - elapsedMs(clock, policy, now);
}

/**
 * `remainingMs` without the stretches: around the clock, the due instant of what runs has moved by exactly what was paused. null: the
 * clock does not run, or by a calendar, and only the stretches tell.
 */
export function remainingMsUntilDue(
  clock: Pick<SlaClock, 'state' | 'dueAt'>,
  policy: SlaPolicy,
  now: Date,
): number | null {
  if (clock.state !== 'RUNNING' || !clock.dueAt || policy.calendar) return null;
  // Another machine's clock may be behind the start: then all of it is left.
  return Math.min(policy.resolutionMinutes * MINUTE_MS, clock.dueAt.getTime() - now.getTime());
}

/** A stretch with its share of whole seconds: floor(total at its end) - floor(total at its start), so that shares sum exactly. */
export interface ExplainedInterval extends SlaInterval {
  readonly workingSeconds: number;
}

/**
 * Every stretch with its seconds of working time by the calendar of `policy`. Running and paused time are summed apart; an open
 * stretch is measured up to `now`.
 */
export function explain(clock: Pick<SlaClock, 'intervals'>, policy: SlaPolicy, now: Date): ExplainedInterval[] {
  const time = workingTime(policy.calendar);
  const totals = { RUNNING: 0, PAUSED: 0 };
  return clock.intervals.map((interval) => {
    const before = totals[interval.state];
    const after = before + time.between(interval.from, interval.to ?? now);
    totals[interval.state] = after;
    return { ...interval, workingSeconds: Math.floor(after / 1000) - Math.floor(before / 1000) };
  });
}

function withDeadlines(clock: SlaClock, policy: SlaPolicy): SlaClock {
  const time = workingTime(policy.calendar);
  const targetMs = policy.resolutionMinutes * MINUTE_MS;
  // All stretches have ended but a running last one, so `startedAt` stands for a `now` that does not matter.
  const paused = stretchesMs(clock, 'PAUSED', policy, clock.startedAt);
  const after = (ms: number) => time.after(clock.startedAt, Math.floor(ms) + paused);
  return {
    ...clock,
    dueAt: after(targetMs),
    atRiskAt: after((targetMs * policy.atRiskPercent) / 100),
    nextEscalationAt: nextLevelAt(clock, policy, time),
  };
}

function nextLevelAt(clock: SlaClock, policy: SlaPolicy, time: WorkingTime): Date | null {
  const { ladderFrom } = clock;
  const isStopped =
    clock.state !== 'RUNNING' || clock.acknowledgedAt || clock.escalationLevel >= policy.maxEscalationLevel;
  if (isStopped || !clock.breachedAt || !ladderFrom || policy.escalateEveryMinutes === null) return null;
  const paused = stretchesMs(clock, 'PAUSED', policy, ladderFrom, ladderFrom);
  return time.after(ladderFrom, policy.escalateEveryMinutes * MINUTE_MS + paused);
}

/** Working time of all stretches of `state`, as far as they lie after `since`; an open one is measured up to `now`. */
function stretchesMs(
  clock: Pick<SlaClock, 'intervals'>,
  state: SlaInterval['state'],
  policy: SlaPolicy,
  now: Date,
  since: Date | null = null,
): number {
  const time = workingTime(policy.calendar);
  let sum = 0;
  for (const each of clock.intervals) {
    if (each.state !== state) continue;
    const from = since && since > each.from ? since : each.from;
    // Never negative, though clocks of two machines may be a little apart: working time before its start is none.
    sum += time.between(from, each.to ?? now);
  }
  return sum;
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
