import { describe, expect, it } from 'vitest';
import { auditClock } from '../src/domain/audit/audit-clock.ts';
import type { AuditedEscalation, AuditedEvent, ClockRecord } from '../src/domain/audit/audited-ticket.ts';
import { mayBeInForce, policyBook } from '../src/domain/audit/policy-book.ts';
import type { NewEvent } from '../src/domain/event.ts';
import { catchUp, nextDeadlineOf, stepsDue } from '../src/domain/sla-detection.ts';
import type { SlaPolicy } from '../src/domain/sla-policy.ts';
import type { TicketChange } from '../src/domain/ticket.ts';
import { changeStatus, startedUnder, ticketEvent } from '../src/domain/ticket-changes.ts';
import { at, context, MINUTE, policyFor, ticketUnder } from './support/clocks.ts';

const FIRST = policyFor('NORMAL', { resolutionMinutes: 100, escalateEveryMinutes: 10 });

/** A ticket under FIRST with what rules make of it, kept as the live code keeps it. */
class Kept {
  ticket = ticketUnder(FIRST);
  readonly events: AuditedEvent[] = [];
  readonly escalations: AuditedEscalation[] = [];

  constructor() {
    this.#log([ticketEvent(context(0), this.ticket, 'ticket.created', { data: startedUnder(this.ticket.clock) })]);
  }

  #log(events: readonly NewEvent[]): void {
    for (const { type, ...event } of events) {
      this.events.push({
        ...event,
        type: type as AuditedEvent['type'],
        actorId: type.startsWith('sla.') ? null : 'user',
      });
    }
  }

  save(change: TicketChange): void {
    this.ticket = change.ticket;
    this.escalations.push(...change.escalations);
    this.#log(change.events);
  }

  verdict(...policies: SlaPolicy[]) {
    const { ticket, escalations } = this;
    const stored: ClockRecord = { ticket, nextDeadlineAt: nextDeadlineOf(ticket), cycles: [], escalations };
    return auditClock(stored, this.events, policyBook(policies), null);
  }
}

describe('around an edit', () => {
  const edited = (ms: number, changes: Partial<SlaPolicy> = {}): SlaPolicy => ({
    ...FIRST,
    version: 2,
    changedAt: at(ms),
    ...changes,
  });
  const versionsAt = (ms: number, ...edits: SlaPolicy[]) =>
    mayBeInForce(policyBook([FIRST, ...edits]), FIRST, at(ms)).map(({ version }) => version);

  it('either version may have been in force for a minute, before and after', () => {
    const edit = edited(10 * MINUTE);
    expect(versionsAt(9 * MINUTE - 1, edit)).toEqual([1]);
    expect(versionsAt(9 * MINUTE, edit)).toEqual([1, 2]);
    expect(versionsAt(11 * MINUTE, edit)).toEqual([1, 2]);
    expect(versionsAt(11 * MINUTE + 1, edit)).toEqual([2]);
    const next = { ...edited(10 * MINUTE + 1), version: 3 };
    expect(versionsAt(11 * MINUTE, edit, next)).toEqual([1, 2, 3]);
    expect(versionsAt(11 * MINUTE + 1, edit, next)).toEqual([2, 3]);
    expect(versionsAt(12 * MINUTE, edit, next)).toEqual([3]);
  });

  it('a breach that was recorded before the edit was seen stays one by the former version', () => {
    const kept = new Kept();
    const edit = edited(100 * MINUTE - 30_000, { resolutionMinutes: 500 });
    kept.save(catchUp({ ticket: kept.ticket, policy: FIRST, policyInForce: FIRST }, context(100 * MINUTE + 10)));
    kept.save(catchUp({ ticket: kept.ticket, policy: FIRST, policyInForce: edit }, context(101 * MINUTE)));
    expect(kept.ticket.clock).toMatchObject({ policyVersion: 2, breachedAt: at(100 * MINUTE) });
    expect(kept.verdict(FIRST, edit)).toEqual({ kind: 'agrees' });
  });

  it('a breach by a version that was out of force for longer is a difference', () => {
    const kept = new Kept();
    const edit = edited(50 * MINUTE, { resolutionMinutes: 500 });
    kept.save(catchUp({ ticket: kept.ticket, policy: FIRST, policyInForce: FIRST }, context(100 * MINUTE + 10)));
    const verdict = kept.verdict(FIRST, edit);
    expect(verdict).toMatchObject({ kind: 'differs' });
  });

  it('a change by somebody who did not see the edit is a difference', () => {
    const kept = new Kept();
    const edit = edited(10 * MINUTE, { resolutionMinutes: 500 });
    kept.save(changeStatus(kept.ticket, 'PENDING', FIRST, context(20 * MINUTE)));
    expect(kept.verdict(FIRST)).toEqual({ kind: 'agrees' });
    expect(kept.verdict(FIRST, edit)).toMatchObject({
      kind: 'differs',
      mismatch: { log: expect.arrayContaining([expect.stringContaining('ticket.status_changed OPEN>PENDING')]) },
    });
  });

  it('a warning that was due before the edit is one, though by then the former version would have been breached', () => {
    const kept = new Kept();
    const edit = edited(80 * MINUTE, { resolutionMinutes: 500 });
    const state = { ticket: kept.ticket, policy: FIRST, policyInForce: edit };
    const [warning, move] = stepsDue(state, context(300 * MINUTE));
    if (!warning || !move) throw new Error('There should be a warning and a move.');
    expect(warning.change.events.map(({ type }) => type)).toEqual(['sla.at_risk']);
    kept.save(warning.change);
    kept.save(move.change);
    expect(kept.verdict(FIRST, edit)).toEqual({ kind: 'agrees' });
  });

  it('a ticket whose client left the tier is judged by its former policy until it is moved', () => {
    const kept = new Kept();
    const edit = edited(50 * MINUTE, { resolutionMinutes: 500 });
    const vip = policyFor('VIP');
    kept.save(catchUp({ ticket: kept.ticket, policy: FIRST, policyInForce: FIRST }, context(100 * MINUTE + 10)));
    kept.save(catchUp({ ticket: kept.ticket, policy: FIRST, policyInForce: vip }, context(101 * MINUTE)));
    expect(kept.ticket.clock.tier).toBe('VIP');
    expect(kept.verdict(FIRST, edit, vip)).toEqual({ kind: 'agrees' });
  });
});

describe('clocks of machines that are apart', () => {
  it('a change by a clock that is behind the detection before it is no difference', () => {
    const kept = new Kept();
    const state = () => ({ ticket: kept.ticket, policy: FIRST, policyInForce: FIRST });
    kept.save(catchUp(state(), context(100 * MINUTE + 10)));
    kept.save(changeStatus(kept.ticket, 'PENDING', FIRST, context(100 * MINUTE - 20)));
    kept.save(changeStatus(kept.ticket, 'IN_PROGRESS', FIRST, context(100 * MINUTE - 40)));
    expect(kept.ticket.clock.intervals.map(({ from }) => from)).toEqual([
      at(0),
      at(100 * MINUTE - 20),
      at(100 * MINUTE - 20),
    ]);
    expect(kept.verdict(FIRST)).toEqual({ kind: 'agrees' });
  });

  it('levels that were recorded at once are looked for one by one', () => {
    const kept = new Kept();
    kept.save(catchUp({ ticket: kept.ticket, policy: FIRST, policyInForce: FIRST }, context(500 * MINUTE)));
    expect(kept.ticket.clock.escalationLevel).toBe(3);
    expect(kept.verdict(FIRST)).toEqual({ kind: 'agrees' });
  });
});
