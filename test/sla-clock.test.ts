import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLIENT_TIERS, TICKET_STATUSES } from '../src/domain/enums.ts';
import type { NewEvent } from '../src/domain/event.ts';
import {
  applyPolicy,
  elapsedMs,
  explain,
  meetClock,
  nextDeadline,
  pauseClock,
  remainingMs,
  resumeClock,
  type SlaClock,
  startClock,
} from '../src/domain/sla-clock.ts';
import type { SlaPolicy } from '../src/domain/sla-policy.ts';
import type { Escalation, TicketChange } from '../src/domain/ticket.ts';
import { changeStatus, remove, restore } from '../src/domain/ticket-changes.ts';
import { isSettled, TRANSITIONS } from '../src/domain/ticket-status.ts';
import { at, context, detect, MINUTE, moveToPolicy, policyFor, ticketUnder } from './support/clocks.ts';

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
    const paused = pauseClock(startClock(vip, at(0), 1, 'x'), at(10 * MINUTE), 'waits');
    const resumed = resumeClock(paused, vip, at(9 * MINUTE), 'a clock that is a minute behind');
    expect(resumed.dueAt).toEqual(at(120 * MINUTE));
    expectJoined(resumed);
  });
});

/** What may happen to a ticket next, after `wait` milliseconds. */
const step = fc.record({
  wait: fc.integer({ min: 0, max: 200 * MINUTE }),
  what: fc.oneof(
    fc.record({ kind: fc.constant('status' as const), to: fc.constantFrom(...TICKET_STATUSES) }),
    fc.record({
      kind: fc.constant('policy' as const),
      tier: fc.constantFrom(...CLIENT_TIERS),
      resolutionMinutes: fc.integer({ min: 1, max: 600 }),
      atRiskPercent: fc.integer({ min: 1, max: 99 }),
    }),
    fc.record({ kind: fc.constantFrom('detect' as const, 'delete' as const, 'restore' as const) }),
  ),
});

it('keeps every law through random histories of statuses, tiers, policies and deletions', () => {
  fc.assert(
    fc.property(fc.constantFrom(...CLIENT_TIERS), fc.array(step, { maxLength: 40 }), (tier, steps) => {
      const inForce = { VIP: vip, NORMAL: normal };
      let clientTier = tier;
      let policy = inForce[tier];
      let ticket = ticketUnder(policy);
      let now = 0;
      const events: NewEvent[] = [];
      const escalations: Escalation[] = [];
      const ended: SlaClock[] = [];
      const keep = (change: TicketChange) => {
        const before = ticket;
        const sameCycle = change.ticket.clock.cycle === before.clock.cycle;
        if (sameCycle && before.clock.breachedAt)
          expect(change.ticket.clock.breachedAt).toEqual(before.clock.breachedAt);
        if (sameCycle) expect(change.ticket.clock.startedAt).toEqual(before.clock.startedAt);
        else expect(change.ticket).toMatchObject({ clock: { escalationLevel: 0, cycle: before.clock.cycle + 1 } });
        expect(change.endedCycle?.cycle ?? null).toBe(sameCycle ? null : before.clock.cycle);
        if (change.endedCycle) ended.push(change.endedCycle);
        events.push(...change.events);
        escalations.push(...change.escalations);
        ticket = change.ticket;
      };
      for (const { wait, what } of steps) {
        now += wait;
        const here = context(now);
        if (what.kind === 'status') {
          if (ticket.deletedAt || !TRANSITIONS[ticket.status].includes(what.to)) continue;
          keep(detect(ticket, policy, here));
          if (!TRANSITIONS[ticket.status].includes(what.to)) continue;
          if (isSettled(ticket.status) && !isSettled(what.to)) policy = inForce[clientTier];
          keep(changeStatus(ticket, what.to, policy, here));
        } else if (what.kind === 'policy') {
          const next = policyFor(what.tier, { ...what, version: inForce[what.tier].version + 1 });
          inForce[what.tier] = next;
          clientTier = what.tier;
          if (ticket.clock.state === 'MET') continue;
          keep(moveToPolicy(ticket, policy, next, here));
          policy = next;
        } else if (what.kind === 'detect') keep(detect(ticket, policy, here));
        else keep(what.kind === 'delete' ? remove(ticket, here) : restore(ticket, here));

        expectJoined(ticket.clock);
        expectSums(ticket.clock, policy, at(now));
        expectDue(ticket.clock, policy, at(now));
        const again = detect(detect(ticket, policy, here).ticket, policy, here);
        expect(again.events).toEqual([]);
      }
      for (const clock of ended) expectJoined(clock);
      const cyclesOf = (type: string) => events.filter((each) => each.type === type).map((each) => each.data?.cycle);
      for (const type of ['sla.at_risk', 'sla.breached'])
        expect(new Set(cyclesOf(type)).size).toBe(cyclesOf(type).length);
      const keys = escalations.map(({ cycle, level }) => `${cycle}:${level}`);
      expect(new Set(keys).size).toBe(keys.length);
      expect(escalations.length).toBe(cyclesOf('sla.breached').length);
    }),
    { numRuns: 400 },
  );
});

/** Each stretch begins where the one before it ended, states alternate, and only the last may be open. */
function expectJoined(clock: SlaClock): void {
  const { intervals } = clock;
  expect(intervals[0]?.from).toEqual(clock.startedAt);
  for (const [i, interval] of intervals.entries()) {
    const next = intervals[i + 1];
    if (!next) continue;
    expect(interval.to).toEqual(next.from);
    expect(interval.state).not.toBe(next.state);
  }
  expect(intervals.at(-1)?.to ?? null).toEqual(clock.state === 'MET' ? clock.metAt : null);
}

/** Shares of whole seconds sum exactly to the whole seconds of the total, running and paused apart. */
function expectSums(clock: SlaClock, policy: SlaPolicy, now: Date): void {
  const shares = explain(clock, policy, now);
  for (const state of ['RUNNING', 'PAUSED'] as const) {
    const of = shares.filter((each) => each.state === state);
    const total = of.reduce((sum, each) => sum + (each.to ?? now).getTime() - each.from.getTime(), 0);
    const seconds = of.reduce((sum, each) => sum + each.workingSeconds, 0);
    expect(seconds).toBe(Math.floor(total / 1000));
    if (state === 'RUNNING') expect(seconds).toBe(Math.floor(elapsedMs(clock, policy, now) / 1000));
  }
}

/** due = start + target + time paused; a paused clock has none. */
function expectDue(clock: SlaClock, policy: SlaPolicy, now: Date): void {
  const paused = clock.intervals
    .filter(({ state }) => state === 'PAUSED')
    .reduce((sum, { from, to }) => sum + (to ?? now).getTime() - from.getTime(), 0);
  const due = clock.startedAt.getTime() + policy.resolutionMinutes * MINUTE + paused;
  expect(clock.dueAt?.getTime()).toBe(clock.state === 'PAUSED' ? undefined : due);
  if (clock.state === 'RUNNING') expect(remainingMs(clock, policy, now)).toBe(due - now.getTime());
}
