import type { TicketStatus } from '../../src/domain/enums.ts';
import {
  levelOf,
  ModelBook,
  type ModelCycle,
  type ModelPolicy,
  type ModelTicket,
  presentCycle,
  Refusal,
  stateOf,
} from './simulation-book.ts';
import type { Minute } from './simulation-minutes.ts';

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
 * clock on the wall. It uses nothing of src but the names of things.
 */
export class SlaModel extends ModelBook {
  /** CONFLICT comes first; then what was due before the change; then the table. OPEN, IN_PROGRESS and ESCALATED run. */
  changeStatus(id: string, to: TicketStatus, expectedVersion: number | null): void {
    this.change(id, (ticket) => {
      if (ticket.deleted || (expectedVersion ?? ticket.version) !== ticket.version) throw new Refusal('CONFLICT');
      this.#look(ticket);
      if (!TRANSITIONS[ticket.status].split(' ').includes(to)) throw new Refusal('ILLEGAL_TRANSITION');
      const isReopened = ticket.status === 'RESOLVED' && to === 'IN_PROGRESS';
      this.become(ticket, to);
      ticket.version += 1;
      const cycle = presentCycle(ticket);
      if (isReopened) return this.startCycle(ticket);
      if (to !== 'RESOLVED' && to !== 'CLOSED') return this.stretch(cycle, to === 'PENDING' ? 'PAUSED' : 'RUNNING');
      if (cycle.met === null) this.stretch(cycle, null);
      cycle.met ??= this.now;
    });
  }

  delete(id: string): void {
    this.change(id, (ticket) => {
      this.#look(ticket);
      if (!ticket.deleted) this.setDeleted(ticket, true);
    });
  }

  /** While it was deleted, edits passed over it as silently as time did. */
  restore(id: string): void {
    this.change(id, (ticket) => {
      this.#look(ticket);
      if (ticket.deleted) this.setDeleted(ticket, false);
      this.#look(ticket);
    });
  }

  acknowledge(id: string): void {
    this.change(id, (ticket) => {
      if (!ticket.deleted) this.#look(ticket);
      const cycle = presentCycle(ticket);
      if (ticket.deleted || !cycle.breach) throw new Refusal('CONFLICT');
      if (cycle.acknowledged !== null) return;
      cycle.acknowledged = this.now;
      for (const level of cycle.levels) level.acknowledged = this.now;
      this.alert(ticket, 'sla.acknowledged', { at: this.now, due: cycle.breach.at });
    });
  }

  /** Finds the tickets for which something has come due by the policy that they are under. Returns how many. */
  detect(): number {
    const isDue = (ticket: ModelTicket) => this.#due(ticket, this.now) !== null;
    return this.changeAll(isDue, (ticket) => this.#look(ticket));
  }

  /** Moves the unsettled tickets that are under an outdated policy, those that `where` names. Returns how many. */
  move(where: (cycle: ModelCycle, ticket: ModelTicket) => boolean): number {
    const isOutdated = (ticket: ModelTicket) => {
      const cycle = presentCycle(ticket);
      return cycle.met === null && this.policyOf(cycle) !== this.inForce(ticket) && where(cycle, ticket);
    };
    return this.changeAll(isOutdated, (ticket) => this.#look(ticket));
  }

  /** The promise: target plus working time paused, after the start. */
  dueOf(cycle: ModelCycle, percent = 100): Minute {
    const policy = this.policyOf(cycle);
    const minutes = (policy.resolutionMinutes * percent) / 100 + this.paused(cycle);
    return this.minutesOf(policy).after(cycle.start, minutes);
  }

  /**
   * Records what happened to a ticket up to now: up to the edit by the policy that it is under, from there by the one in force. A
   * change of tier counts from when it is seen.
   */
  #look(ticket: ModelTicket): void {
    const cycle = presentCycle(ticket);
    if (cycle.met !== null) return;
    const [before, policy] = [this.policyOf(cycle), this.inForce(ticket)];
    if (before !== policy) {
      const edited = before.tier === policy.tier ? policy.since : this.now;
      this.#record(ticket, edited);
      this.#move(ticket, policy, edited);
    }
    this.#record(ticket, this.now);
  }

  /** To `policy`, in force since `edited`, from when everything counts that the edit puts into the past. */
  #move(ticket: ModelTicket, policy: ModelPolicy, edited: Minute): void {
    const cycle = presentCycle(ticket);
    this.putUnder(policy, ticket, edited);
    if (this.#isTimeToClimb(cycle, edited)) cycle.ladderFrom = edited;
    this.#record(ticket, edited, edited);
  }

  /** `edited`: the edit that puts it into the past. */
  #record(ticket: ModelTicket, until: Minute, edited?: Minute): void {
    for (let due = this.#due(ticket, until); due; due = this.#due(ticket, until)) {
      if (due === 'at_risk') this.#warn(ticket, edited);
      if (due === 'breached') this.#breach(ticket, edited);
      if (due === 'escalated') this.#climb(ticket);
    }
  }

  /** What has come due by `until` and is not recorded. A deleted ticket is silent; after a breach nobody needs the warning. */
  #due(ticket: ModelTicket, until: Minute): 'at_risk' | 'breached' | 'escalated' | null {
    const cycle = presentCycle(ticket);
    if (ticket.deleted || stateOf(cycle) !== 'RUNNING') return null;
    const policy = this.policyOf(cycle);
    const mayClimb = cycle.acknowledged === null && levelOf(cycle) < policy.maxEscalationLevel;
    if (cycle.breach) return mayClimb && this.#isTimeToClimb(cycle, until) ? 'escalated' : null;
    const used = this.minutesOf(policy).between(cycle.start, until) - this.paused(cycle);
    if (used >= policy.resolutionMinutes) return 'breached';
    const isAtRisk = used >= (policy.resolutionMinutes * policy.atRiskPercent) / 100;
    return isAtRisk && cycle.warnedAt === null ? 'at_risk' : null;
  }

  /** Whether the running clock has run for long enough since the last level. */
  #isTimeToClimb(cycle: ModelCycle, at: Minute): boolean {
    const every = this.policyOf(cycle).escalateEveryMinutes;
    return cycle.breach !== null && every !== null && this.ran(cycle, cycle.ladderFrom, at) >= every;
  }

  #warn(ticket: ModelTicket, edited?: Minute): void {
    const cycle = presentCycle(ticket);
    const at = this.dueOf(cycle, this.policyOf(cycle).atRiskPercent);
    cycle.warnedAt = this.now;
    this.alert(ticket, 'sla.at_risk', { at, due: this.dueOf(cycle), turn: edited ?? at });
  }

  /**
   * With the due instant as its instant, whenever it is seen. The ladder begins there; or at the edit that caused it, which takes effect
   * on a paused ticket as it goes on.
   */
  #breach(ticket: ModelTicket, edited?: Minute): void {
    const cycle = presentCycle(ticket);
    const { breachAction: action } = this.policyOf(cycle);
    const at = this.dueOf(cycle);
    const wentOn = cycle.stretches.at(-1)?.from ?? at;
    const brokenBy = edited ?? (at <= wentOn ? wentOn : null);
    const reason = brokenBy === null ? 'sla_breached' : 'policy_changed';
    cycle.breach = { at, seen: this.now };
    cycle.ladderFrom = brokenBy ?? at;
    this.raise(ticket, 'sla.breached', {
      level: action === 'ESCALATE' ? 1 : 0,
      at,
      reason,
      action,
      turn: edited ?? at,
    });
  }

  #climb(ticket: ModelTicket): void {
    const cycle = presentCycle(ticket);
    let at = cycle.ladderFrom;
    while (!this.#isTimeToClimb(cycle, at)) at += 1;
    cycle.ladderFrom = at;
    const reason = 'not_acknowledged';
    this.raise(ticket, 'sla.escalated', { level: levelOf(cycle) + 1, at, reason, action: null, turn: at });
  }
}
