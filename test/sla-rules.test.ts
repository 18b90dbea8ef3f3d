import { describe, expect, it } from 'vitest';
import { TICKET_STATUSES, type TicketStatus } from '../src/domain/enums.ts';
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
