import { describe, expect, it } from 'vitest';
import { TICKET_STATUSES, type TicketStatus } from '../src/domain/enums.ts';
import { stepsDue, stepsInOrder } from '../src/domain/sla-detection.ts';
import type { SlaPolicy } from '../src/domain/sla-policy.ts';
import { changeStatus, remove, restore } from '../src/domain/ticket-changes.ts';
import { checkTransition } from '../src/domain/ticket-status.ts';
import { at, context, detect, MINUTE, moveToPolicy, policyFor, ticketUnder } from './support/clocks.ts';

const vip = policyFor('VIP');
const normal = policyFor('NORMAL');

describe('the transition table', () => {
  const expected: Record<TicketStatus, string> = {
    OPEN: 'IN_PROGRESS PENDING RESOLVED CLOSED',
    IN_PROGRESS: 'OPEN PENDING RESOLVED CLOSED',
    PENDING: 'IN_PROGRESS RESOLVED CLOSED',
    ESCALATED: 'IN_PROGRESS PENDING RESOLVED CLOSED',
    RESOLVED: 'IN_PROGRESS CLOSED',
    CLOSED: '',
  };
  for (const from of TICKET_STATUSES) {
    it.each(TICKET_STATUSES.map((to) => [to]))(`from ${from} to %s`, (to) => {
      const allowed = expected[from].split(' ').filter(Boolean);
      if (allowed.includes(to)) return expect(() => checkTransition(from, to)).not.toThrow();
      return expect(() => checkTransition(from, to)).toThrow(
        expect.objectContaining({ code: 'ILLEGAL_TRANSITION', details: { allowed } }),
      );
    });
  }
});

describe('detection', () => {
  it('warns once in a cycle, without a new version', () => {
    const warned = detect(ticketUnder(vip), vip, context(90 * MINUTE));
    expect(warned.events.map(({ type, occurredAt }) => [type, occurredAt])).toEqual([['sla.at_risk', at(90 * MINUTE)]]);
    expect(warned.ticket).toMatchObject({ version: 1, status: 'OPEN' });
    expect(detect(warned.ticket, vip, context(91 * MINUTE)).events).toEqual([]);
  });

  it('escalates a VIP ticket: the breach, then the change of status', () => {
    const change = detect(ticketUnder(vip), vip, context(121 * MINUTE));
    expect(change.events.map(({ type, from, to }) => [type, from, to])).toEqual([
      ['sla.breached', null, null],
      ['ticket.status_changed', 'OPEN', 'ESCALATED'],
    ]);
    expect(change.ticket).toMatchObject({ status: 'ESCALATED', version: 2, clock: { escalationLevel: 1 } });
    expect(change.ticket.clock).toMatchObject({ breachedAt: at(120 * MINUTE), detectedAt: at(121 * MINUTE) });
    expect(change.escalations).toMatchObject([{ level: 1, cycle: 1, reason: 'sla_breached' }]);
    expect(change.events[0]?.data).toMatchObject({ action: 'ESCALATE', escalationLevel: 1, tier: 'VIP', cycle: 1 });
  });

  it('tells supervisors of a NORMAL ticket: status and level stay, one escalation of level 0', () => {
    const change = detect(ticketUnder(normal), normal, context(1_440 * MINUTE));
    expect(change.events.map(({ type }) => type)).toEqual(['sla.breached']);
    expect(change.ticket).toMatchObject({ status: 'OPEN', version: 2, clock: { escalationLevel: 0 } });
    expect(change.escalations).toMatchObject([{ level: 0, cycle: 1 }]);
  });

  it('says the breach alone when warning and breach have both passed, as after an outage', () => {
    const change = detect(ticketUnder(normal), normal, context(5_000 * MINUTE));
    expect(change.events.map(({ type, occurredAt }) => [type, occurredAt])).toEqual([
      ['sla.breached', at(1_440 * MINUTE)],
    ]);
    expect(detect(change.ticket, normal, context(9_000 * MINUTE)).events).toEqual([]);
  });

  it('leaves a deleted ticket alone; restored past the due instant it breaches with the true instant', () => {
    const deleted = remove(ticketUnder(vip), context(MINUTE)).ticket;
    expect(detect(deleted, vip, context(500 * MINUTE)).events).toEqual([]);
    const restored = restore(deleted, context(600 * MINUTE)).ticket;
    const [breach] = detect(restored, vip, context(600 * MINUTE)).events;
    expect(breach).toMatchObject({ type: 'sla.breached', occurredAt: at(120 * MINUTE) });
  });

  it('records a breach once, as policy_changed, when an edit moves the due instant into the past', () => {
    const shorter = policyFor('NORMAL', { version: 2, resolutionMinutes: 30 });
    const change = moveToPolicy(ticketUnder(normal), normal, shorter, context(60 * MINUTE));
    expect(change.events.map(({ type, from, to }) => [type, from, to])).toEqual([
      ['sla.policy_changed', '1', '2'],
      ['sla.breached', null, null],
    ]);
    expect(change.events[1]).toMatchObject({ occurredAt: at(30 * MINUTE), data: { reason: 'policy_changed' } });
    expect(change.ticket.clock).toMatchObject({ breachedAt: at(30 * MINUTE), dueAt: at(30 * MINUTE) });
    expect(change.ticket.version).toBe(3);
    const longer = policyFor('NORMAL', { version: 3, resolutionMinutes: 500 });
    const relaxed = moveToPolicy(change.ticket, shorter, longer, context(61 * MINUTE));
    expect(relaxed.events.map(({ type }) => type)).toEqual(['sla.policy_changed']);
    expect(relaxed.ticket.clock).toMatchObject({ breachedAt: at(30 * MINUTE), dueAt: at(500 * MINUTE) });
    expect(detect(relaxed.ticket, longer, context(600 * MINUTE)).events).toEqual([]);
  });

  it('warns at once, and once, when an edit moves only the warning into the past', () => {
    const sooner = policyFor('VIP', { version: 2, atRiskPercent: 10 });
    const change = moveToPolicy(ticketUnder(vip), vip, sooner, context(60 * MINUTE));
    expect(change.events.map(({ type }) => type)).toEqual(['sla.policy_changed', 'sla.at_risk']);
    const later = policyFor('VIP', { version: 3, atRiskPercent: 90 });
    const back = moveToPolicy(change.ticket, sooner, later, context(61 * MINUTE));
    expect(detect(back.ticket, later, context(110 * MINUTE)).events).toEqual([]);
  });

  it('records what had come due under the former tier for what it was', () => {
    const change = moveToPolicy(ticketUnder(vip), vip, normal, context(121 * MINUTE));
    expect(change.events.map(({ type, from, to }) => [type, from, to])).toEqual([
      ['sla.breached', null, null],
      ['ticket.status_changed', 'OPEN', 'ESCALATED'],
      ['sla.tier_changed', 'VIP', 'NORMAL'],
    ]);
    expect(change.events[0]?.data).toMatchObject({ tier: 'VIP', reason: 'sla_breached' });
  });

  it('leaves a met clock under the policy that it was met under', () => {
    const met = changeStatus(ticketUnder(vip), 'RESOLVED', vip, context(MINUTE)).ticket;
    expect(moveToPolicy(met, vip, normal, context(2 * MINUTE)).ticket).toBe(met);
  });
});

describe('the steps that have come due', () => {
  const ladder = policyFor('VIP', { escalateEveryMinutes: 10 });
  const state = (number: number, policy: SlaPolicy, policyInForce = policy) => ({
    ticket: { ...ticketUnder(policy), id: `ticket ${number}`, number },
    ...{ policy, policyInForce },
  });
  const told = (changes: readonly { readonly ticket: { readonly number: number; readonly clock: object } }[]) =>
    changes.map(({ ticket }) => `${ticket.number}: ${(ticket.clock as { escalationLevel: number }).escalationLevel}`);

  it('are the breach and each level with its own instant, and none after the last that is asked for', () => {
    const steps = stepsDue(state(1, ladder), context(500 * MINUTE));
    expect(steps.map(({ at: instant }) => instant)).toEqual([at(120 * MINUTE), at(130 * MINUTE), at(140 * MINUTE)]);
    expect(steps.map(({ change }) => change.ticket.version)).toEqual([2, 3, 4]);
    expect(steps.map(({ change }) => change.escalations[0]?.reason)).toEqual([
      ...['sla_breached', 'not_acknowledged', 'not_acknowledged'],
    ]);
    for (const { change } of steps) {
      expect(change.events[0]?.data).toMatchObject({
        ...{ dueAt: at(120 * MINUTE).toISOString(), detectedAt: at(500 * MINUTE).toISOString() },
      });
    }
    expect(stepsDue(state(1, ladder), context(500 * MINUTE), at(130 * MINUTE))).toHaveLength(2);
    expect(
      stepsDue(state(1, ladder), context(119 * MINUTE), at(119 * MINUTE)).map(({ at: instant }) => instant),
    ).toEqual([at(90 * MINUTE)]);
  });

  it('of many tickets come in the order of their instants, of the same instant by number', () => {
    const slow = policyFor('NORMAL', { resolutionMinutes: 135, escalateEveryMinutes: 5 });
    const states = [state(3, ladder), state(2, slow), state(1, ladder)];
    expect(told(stepsInOrder(states, true, context(500 * MINUTE)))).toEqual([
      ...['1: 1', '3: 1', '1: 2', '3: 2', '2: 0', '1: 3', '2: 1', '3: 3', '2: 2', '2: 3'],
    ]);
  });

  it('are, while there are more tickets, only those that no other can come before', () => {
    const slow = policyFor('NORMAL', { resolutionMinutes: 135, escalateEveryMinutes: 5 });
    const changes = stepsInOrder([state(1, ladder), state(2, slow)], false, context(500 * MINUTE));
    expect(told(changes)).toEqual(['1: 1', '1: 2', '2: 0']);
  });

  it('are, while there are more tickets, none of the instant in which others come first by their number', () => {
    const slow = policyFor('NORMAL', { resolutionMinutes: 130, escalateEveryMinutes: 5 });
    // Ticket 3 climbs in the instant in which ticket 1 breaches; so may ticket 2, which is not among them.
    const changes = stepsInOrder([state(3, ladder), state(1, slow)], false, context(500 * MINUTE));
    expect(told(changes)).toEqual(['3: 1', '1: 0']);
  });

  it('are judged by the former policy up to the edit, and by the new one after it, however late this is asked', () => {
    const edited = { ...policyFor('VIP', { version: 2, resolutionMinutes: 240 }), changedAt: at(125 * MINUTE) };
    const types = stepsDue(state(1, ladder, edited), context(500 * MINUTE)).flatMap(({ change }) =>
      change.events.map(({ type, occurredAt }) => `${type} ${(occurredAt.getTime() - at(0).getTime()) / MINUTE}`),
    );
    // Breached before the edit, which takes the ladder away; the event of the edit is of the instant in which it is noticed.
    expect(types).toEqual(['sla.breached 120', 'ticket.status_changed 500', 'sla.policy_changed 500']);
    const sooner = { ...policyFor('VIP', { version: 2, resolutionMinutes: 240 }), changedAt: at(119 * MINUTE) };
    const steps = stepsDue(state(1, ladder, sooner), context(230 * MINUTE));
    expect(steps.map(({ at: instant }) => instant)).toEqual([at(90 * MINUTE), at(119 * MINUTE)]);
    expect(steps.at(-1)?.change.ticket.clock).toMatchObject({ policyVersion: 2, dueAt: at(240 * MINUTE) });
  });
});
