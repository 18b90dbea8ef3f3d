import type { TicketStatus } from '../../src/domain/enums.ts';
import { levelOf, ModelBook, type ModelCycle, type ModelTicket, Refusal, stateOf } from './simulation-book.ts';
import { firstMinute, type Minute } from './simulation-minutes.ts';

const TRANSITIONS: Record<TicketStatus, string> = {
  OPEN: 'IN_PROGRESS PENDING RESOLVED CLOSED',
  IN_PROGRESS: 'OPEN PENDING RESOLVED CLOSED',
  PENDING: 'IN_PROGRESS RESOLVED CLOSED',
  ESCALATED: 'IN_PROGRESS PENDING RESOLVED CLOSED',
  RESOLVED: 'IN_PROGRESS CLOSED',
  CLOSED: '',
};

/**
 * The rules of docs/sla.md once more, to be read beside it: slow, in whole minutes, with working time counted minute by minute off a
 * clock on the wall. It uses nothing of src but the names of things. What it keeps of tickets and says of them is in ModelBook.
 */
export class SlaModel extends ModelBook {
  /** CONFLICT comes first; then what was due before the change; then the table. OPEN, IN_PROGRESS and ESCALATED run. */
  changeStatus(ticket: ModelTicket, to: TicketStatus, expectedVersion: number | null): void {
    if (ticket.deleted || (expectedVersion ?? ticket.version) !== ticket.version) throw new Refusal('CONFLICT');
    this.look(ticket);
    if (!TRANSITIONS[ticket.status].split(' ').includes(to)) throw new Refusal('ILLEGAL_TRANSITION');
    if (ticket.status === 'RESOLVED' && to === 'IN_PROGRESS') this.reopen(ticket);
    else if (to === 'RESOLVED' || to === 'CLOSED') this.settle(ticket.cycle);
    else this.stretch(ticket.cycle, to === 'PENDING' ? 'PAUSED' : 'RUNNING');
    this.become(ticket, to);
  }

  /** Deletes it, or restores it: while it was deleted, edits passed over it as silently as time did. */
  setDeleted(ticket: ModelTicket, deleted: boolean): void {
    this.look(ticket);
    this.sayDeleted(ticket, deleted);
    this.look(ticket);
  }

  acknowledge(ticket: ModelTicket): void {
    this.look(ticket);
    const { cycle } = ticket;
    if (ticket.deleted || !cycle.breach) throw new Refusal('CONFLICT');
    if (cycle.acknowledged !== null) return;
    cycle.acknowledged = this.now;
    this.alert(ticket, 'sla.acknowledged', { at: this.now, due: cycle.breach.at });
  }

  /** The promise: target plus working time paused, after the start. */
  dueOf(cycle: ModelCycle, percent = 100): Minute {
    const { resolutionMinutes } = this.policyOf(cycle);
    return this.minutesOf(cycle).after(cycle.start, (resolutionMinutes * percent) / 100 + this.paused(cycle));
  }

  /** A settled ticket keeps the policy that it ended under. */
  isOutdated(ticket: ModelTicket): boolean {
    return ticket.cycle.met === null && this.policyOf(ticket.cycle) !== this.inForce(ticket);
  }

  /** Records what happened to a ticket up to now. */
  protected look(ticket: ModelTicket): void {
    if (this.isOutdated(ticket)) this.#move(ticket);
    this.#record(ticket);
  }

  /**
   * Up to the edit it is judged by the policy that it is under, from there by the one in force. A change of tier counts from when it
   * is seen. What the edit puts into the past counts from the edit.
   */
  #move(ticket: ModelTicket): void {
    const { cycle } = ticket;
    const policy = this.inForce(ticket);
    const edited = cycle.tier === policy.tier ? policy.since : this.now;
    this.#record(ticket, edited);
    const wasUsedUp = this.#isUsed(cycle, 100, edited);
    this.putUnder(policy, ticket, edited);
    if (!this.#isUsed(cycle, 100, edited)) cycle.brokenBy = null;
    else if (!wasUsedUp) cycle.brokenBy = edited;
    if (this.#isTimeToClimb(cycle, edited)) cycle.ladderFrom = edited;
    this.#record(ticket, edited);
  }

  #record(ticket: ModelTicket, until = this.now): void {
    for (let due = this.due(ticket, until); due; due = this.due(ticket, until)) due();
  }

  /** What has come due first by `until` and is not recorded. A deleted ticket is silent; after a breach nobody needs the warning. */
  due(ticket: ModelTicket, until = this.now): (() => void) | null {
    const { cycle, deleted } = ticket;
    if (deleted || stateOf(cycle) !== 'RUNNING') return null;
    const { atRiskPercent, maxEscalationLevel } = this.policyOf(cycle);
    const mayClimb = cycle.acknowledged === null && levelOf(cycle) < maxEscalationLevel;
    if (cycle.breach) return mayClimb && this.#isTimeToClimb(cycle, until) ? () => this.#climb(ticket) : null;
    if (this.#isUsed(cycle, 100, until)) return () => this.#breach(ticket);
    return cycle.warnedAt === null && this.#isUsed(cycle, atRiskPercent, until) ? () => this.#warn(ticket) : null;
  }

  /** Whether the clock has run for so much of its target. */
  #isUsed(cycle: ModelCycle, percent: number, at: Minute): boolean {
    return this.ran(cycle, cycle.start, at) >= (this.policyOf(cycle).resolutionMinutes * percent) / 100;
  }

  /** Whether the clock has run for long enough since the last level. */
  #isTimeToClimb(cycle: ModelCycle, at: Minute): boolean {
    const { escalateEveryMinutes: every } = this.policyOf(cycle);
    return every !== null && this.ran(cycle, cycle.ladderFrom, at) >= every;
  }

  #warn(ticket: ModelTicket): void {
    const { cycle } = ticket;
    cycle.warnedAt = this.now;
    const at = this.dueOf(cycle, this.policyOf(cycle).atRiskPercent);
    this.alert(ticket, 'sla.at_risk', { at, due: this.dueOf(cycle) });
  }

  /** With the due instant as its instant. The ladder begins there, at the edit, or where the clock went on: at the last. */
  #breach(ticket: ModelTicket): void {
    const { cycle } = ticket;
    const at = this.dueOf(cycle);
    cycle.breach = { at, seen: this.now };
    cycle.ladderFrom = Math.max(at, cycle.brokenBy ?? at, this.wentOn(cycle));
    const reason = cycle.brokenBy === null ? 'sla_breached' : 'policy_changed';
    const action = this.policyOf(cycle).breachAction;
    this.raise(ticket, 'sla.breached', { level: action === 'ESCALATE' ? 1 : 0, at, reason, action });
  }

  #climb(ticket: ModelTicket): void {
    const { cycle } = ticket;
    const at = firstMinute(cycle.ladderFrom, (minute) => this.#isTimeToClimb(cycle, minute));
    cycle.ladderFrom = at;
    this.raise(ticket, 'sla.escalated', { level: levelOf(cycle) + 1, at, reason: 'not_acknowledged' });
  }
}
