import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { workingTime } from '../src/domain/calendar/working-time.ts';
import { CLIENT_TIERS } from '../src/domain/enums.ts';
import {
  applyPolicy,
  elapsedMs,
  explain,
  meetClock,
  nextDeadline,
  pauseClock,
  remainingMs,
  remainingMsUntilDue,
  resumeClock,
  type SlaClock,
  startClock,
} from '../src/domain/sla-clock.ts';
import type { SlaPolicy } from '../src/domain/sla-policy.ts';
import type { Ticket, TicketChange } from '../src/domain/ticket.ts';
import { ClockHistory, historySteps, promise } from './support/clock-history.ts';
import { at, MINUTE, policyFor } from './support/clocks.ts';

const vip = policyFor('VIP');
const normal = policyFor('NORMAL');

describe('the clock of one promise', () => {
  it('is due its target after the start, and at risk at the percentage of it', () => {
    const clock = startClock(vip, at(0), 1, 'x');
    expect(clock.dueAt).toEqual(at(120 * MINUTE));
    expect(clock.atRiskAt).toEqual(at(90 * MINUTE));
  });

  it('has no due instant while it is paused, and a later one by the pause when it goes on', () => {
    const paused = pauseClock(startClock(vip, at(0), 1, 'x'), at(10 * MINUTE), 'waits');
    expect([paused.dueAt, paused.atRiskAt, nextDeadline(paused)]).toEqual([null, null, null]);
    const resumed = resumeClock(paused, vip, at(25 * MINUTE), 'goes on');
    expect(resumed.dueAt).toEqual(at(135 * MINUTE));
    expect(resumed.atRiskAt).toEqual(at(105 * MINUTE));
  });

  it('is met from a pause too, and then says when it would have been due', () => {
    const paused = pauseClock(startClock(vip, at(0), 1, 'x'), at(10 * MINUTE), 'waits');
    const met = meetClock(paused, vip, at(30 * MINUTE));
    expect(met).toMatchObject({ state: 'MET', metAt: at(30 * MINUTE), dueAt: at(140 * MINUTE) });
    expect(elapsedMs(met, vip, at(999 * MINUTE))).toBe(10 * MINUTE);
    expect(nextDeadline(met)).toBeNull();
  });

  it('stays what it is when it is paused twice, resumed while it runs, or met twice', () => {
    const running = startClock(vip, at(0), 1, 'x');
    const paused = pauseClock(running, at(5), 'waits');
    const met = meetClock(running, vip, at(5));
    expect(resumeClock(running, vip, at(9), 'y')).toBe(running);
    expect(pauseClock(paused, at(9), 'y')).toBe(paused);
    expect(meetClock(met, vip, at(9))).toBe(met);
  });

  it('takes another policy from the same start, with its pauses kept', () => {
    const paused = pauseClock(startClock(vip, at(0), 1, 'x'), at(10 * MINUTE), 'waits');
    const running = resumeClock(paused, vip, at(25 * MINUTE), 'goes on');
    const moved = applyPolicy(running, normal, at(25 * MINUTE));
    expect(moved).toMatchObject({ tier: 'NORMAL', startedAt: at(0), intervals: running.intervals });
    expect(moved.dueAt).toEqual(at((1_440 + 15) * MINUTE));
    expect(applyPolicy(paused, normal, at(20 * MINUTE)).dueAt).toBeNull();
    expect(resumeClock(applyPolicy(paused, normal, at(20 * MINUTE)), normal, at(25 * MINUTE), 'goes on').dueAt).toEqual(
      moved.dueAt,
    );
  });

  it('never measures a stretch as negative when another machine is behind', () => {
    const paused = pauseClock(startClock(vip, at(0), 1, 'It was made.'), at(10 * MINUTE), 'It has to wait.');
    const resumed = resumeClock(paused, vip, at(9 * MINUTE), 'Another machine is a minute behind.');
    expect(resumed.dueAt).toEqual(at(120 * MINUTE));
    expectJoined(resumed);
  });
});

const RUNS = 400;
const SENTENCE = /^[A-Z][a-z]+ .+ .+\.$/;
/** How often the laws had something to say. */
const tried = { breaches: 0, edits: 0, levels: 0, pauses: 0, cycles: 0, acknowledged: 0 };

describe('through random histories of statuses, tiers, policies, calendars, ladders, deletions and acknowledgements', {
  timeout: 120_000,
}, () => {
  const history = [fc.constantFrom(...CLIENT_TIERS), promise, historySteps] as const;

  it('every law of the clock and of the ladder holds', () => {
    fc.assert(
      fc.property(...history, (tier, first, steps) => {
        const overtaken = new Set<number>();
        const story = new ClockHistory(tier, first, false, (before, change, policy) => {
          expectContinuity(before, change);
          if (isOvertaken(before, change)) overtaken.add(before.clock.cycle);
          expectLevels(before, change, policy, overtaken.has(before.clock.cycle));
        });
        for (const step of steps) {
          story.take(step);
          const { clock } = story.ticket;
          const now = at(story.now);
          expectJoined(clock);
          expectSums(clock, story.policy, now);
          expectDue(clock, story.policy, now);
          expectLadder(clock, story.policy);
        }
        for (const clock of story.ended) expectJoined(clock);
        for (const type of ['sla.at_risk', 'sla.breached']) {
          const cycles = story.events.filter((each) => each.type === type).map(({ data }) => data?.cycle);
          expect(new Set(cycles).size).toBe(cycles.length);
        }
        const keys = story.escalations.map(({ cycle, level }) => `${cycle}:${level}`);
        expect(new Set(keys).size).toBe(keys.length);
        const alerts = story.events.filter(({ type }) => type === 'sla.breached' || type === 'sla.escalated');
        expect(alerts.map(({ occurredAt, data }) => [data?.cycle, data?.escalationLevel, occurredAt])).toEqual(
          story.escalations.map(({ cycle, level, escalatedAt }) => [cycle, level, escalatedAt]),
        );
      }),
      { numRuns: RUNS },
    );
    expect(Object.entries(tried).filter(([, times]) => times < 10)).toEqual([]);
  });

  it('who looks late finds the same as who looks all the time', () => {
    fc.assert(
      fc.property(...history, (tier, first, steps) => {
        const [late, prompt] = [false, true].map((attentive) => {
          const story = new ClockHistory(tier, first, attentive);
          for (const step of steps) story.take(step);
          story.catchUp();
          return outcome(story);
        });
        expect(late).toEqual(prompt);
      }),
      { numRuns: RUNS },
    );
  });
});

/** What a history came to, apart from when it was noticed; a warning that the breach overtook is never given. */
function outcome({ ticket, ended, escalations }: ClockHistory) {
  const clocks = [...ended, ticket.clock].map(({ detectedAt, atRiskAlertedAt, ...rest }) => rest);
  return {
    status: ticket.status,
    clocks,
    escalations: escalations.map(({ cycle, level, escalatedAt, reason }) => ({ cycle, level, escalatedAt, reason })),
  };
}

/** A cycle keeps its start and its breach; another one begins at level 0 with nothing breached or acknowledged. */
function expectContinuity(before: Ticket, { ticket, endedCycle }: TicketChange): void {
  const { clock } = ticket;
  if (!before.clock.acknowledgedAt && clock.acknowledgedAt) tried.acknowledged += 1;
  if (clock.cycle === before.clock.cycle) {
    expect(endedCycle).toBeNull();
    expect(clock.startedAt).toEqual(before.clock.startedAt);
    if (before.clock.breachedAt) expect(clock.breachedAt).toEqual(before.clock.breachedAt);
    expect(clock.escalationLevel).toBeGreaterThanOrEqual(before.clock.escalationLevel);
    return;
  }
  tried.cycles += 1;
  expect(endedCycle).toEqual(before.clock);
  expect(clock).toMatchObject({ cycle: before.clock.cycle + 1, escalationLevel: 0, state: 'RUNNING' });
  expect([clock.breachedAt, clock.acknowledgedAt, clock.ladderFrom, clock.metAt]).toEqual([null, null, null, null]);
}

/** Whether an edit decides where the due instant was of a deleted ticket whose time had run out before. */
function isOvertaken({ clock, deletedAt }: Ticket, { ticket, events }: TicketChange): boolean {
  const isMove = events.some(({ type }) => type === 'sla.policy_changed' || type === 'sla.tier_changed');
  return isMove && deletedAt !== null && clock.dueAt !== null && clock.dueAt <= ticket.updatedAt;
}

/** Levels begin at the breach, go up one at a time, each after the ladder's step of running working time. */
function expectLevels(
  before: Ticket,
  { ticket, escalations }: TicketChange,
  policy: SlaPolicy,
  isOvertakenBefore: boolean,
): void {
  const [raised, ...more] = escalations;
  if (!raised) return;
  expect(more).toEqual([]);
  expect(raised).toMatchObject({ cycle: ticket.clock.cycle, level: ticket.clock.escalationLevel });
  expect([before.clock.state, before.deletedAt, before.clock.acknowledgedAt]).toEqual(['RUNNING', null, null]);
  if (raised.level > 0) expect(ticket.status).toBe('ESCALATED');
  const isFirst = !before.clock.breachedAt;
  const from = isFirst ? ticket.clock.startedAt : before.clock.ladderFrom;
  const minutes = isFirst ? policy.resolutionMinutes : policy.escalateEveryMinutes;
  if (isFirst) {
    expect(raised.level).toBe(policy.breachAction === 'ESCALATE' ? 1 : 0);
    expect(raised.escalatedAt).toEqual(ticket.clock.breachedAt);
  } else {
    expect(raised).toMatchObject({ level: before.clock.escalationLevel + 1, reason: 'not_acknowledged' });
    expect(raised.level).toBeLessThanOrEqual(policy.maxEscalationLevel);
  }
  tried[raised.reason === 'policy_changed' ? 'edits' : isFirst ? 'breaches' : 'levels'] += 1;
  // What an edit put into the past took more than its minutes, for nobody had promised them then.
  if (raised.reason === 'policy_changed' || (isFirst && isOvertakenBefore)) return;
  expect(raised.escalatedAt > (before.clock.intervals.at(-1)?.from ?? at(0))).toBe(true);
  expect(runningMs(before.clock, policy, from ?? at(0), raised.escalatedAt)).toBe((minutes ?? 0) * MINUTE);
}

/** Working time of the running stretches from `from` to `to`. */
function runningMs(clock: SlaClock, policy: SlaPolicy, from: Date, to: Date): number {
  const time = workingTime(policy.calendar);
  return clock.intervals
    .filter(({ state }) => state === 'RUNNING')
    .reduce((sum, each) => {
      const [start, end] = [each.from > from ? each.from : from, each.to && each.to < to ? each.to : to];
      return sum + time.between(start, end);
    }, 0);
}

/** A next level is due while the clock runs, after a breach, below the top, unacknowledged; else none. */
function expectLadder(clock: SlaClock, policy: SlaPolicy): void {
  const climbs =
    clock.state === 'RUNNING' &&
    clock.breachedAt !== null &&
    clock.acknowledgedAt === null &&
    policy.escalateEveryMinutes !== null &&
    clock.escalationLevel < policy.maxEscalationLevel;
  expect(clock.nextEscalationAt !== null).toBe(climbs);
}

/** Each stretch begins where the one before it ended, for a reason that is a sentence; states alternate, only the last may be open. */
function expectJoined(clock: SlaClock): void {
  const { intervals } = clock;
  expect(intervals[0]?.from).toEqual(clock.startedAt);
  for (const [i, interval] of intervals.entries()) {
    expect(interval.reason).toMatch(SENTENCE);
    const next = intervals[i + 1];
    if (!next) continue;
    tried.pauses += 1;
    expect(interval.to).toEqual(next.from);
    expect(interval.state).not.toBe(next.state);
  }
  expect(intervals.at(-1)?.to ?? null).toEqual(clock.state === 'MET' ? clock.metAt : null);
}

/** Shares of whole seconds sum exactly to the whole seconds of the working time, running and paused apart. */
function expectSums(clock: SlaClock, policy: SlaPolicy, now: Date): void {
  const time = workingTime(policy.calendar);
  const shares = explain(clock, policy, now);
  for (const state of ['RUNNING', 'PAUSED'] as const) {
    const of = shares.filter((each) => each.state === state);
    const total = of.reduce((sum, each) => sum + time.between(each.from, each.to ?? now), 0);
    const seconds = of.reduce((sum, each) => sum + each.workingSeconds, 0);
    expect(seconds).toBe(Math.floor(total / 1000));
    if (state === 'RUNNING') expect(seconds).toBe(Math.floor(elapsedMs(clock, policy, now) / 1000));
  }
}

/** due = start + target + time paused, all in working time; a paused clock has none. */
function expectDue(clock: SlaClock, policy: SlaPolicy, now: Date): void {
  if (clock.state === 'PAUSED') {
    expect(clock.dueAt).toBeNull();
    return;
  }
  const time = workingTime(policy.calendar);
  const paused = clock.intervals
    .filter(({ state }) => state === 'PAUSED')
    .reduce((sum, { from, to }) => sum + time.between(from, to ?? now), 0);
  const promised = policy.resolutionMinutes * MINUTE + paused;
  expect(clock.dueAt).toEqual(time.after(clock.startedAt, promised));
  expect(time.between(clock.startedAt, clock.dueAt ?? now)).toBe(promised);
  const untilDue = remainingMsUntilDue(clock, policy, now);
  expect(untilDue !== null).toBe(clock.state === 'RUNNING' && policy.calendar === null);
  if (clock.state !== 'RUNNING') return;
  const remaining = remainingMs(clock, policy, now);
  expect(remaining).toBe(promised - time.between(clock.startedAt, now));
  if (untilDue !== null) expect(untilDue).toBe(remaining);
}
