import type { BusinessCalendar } from '../../src/domain/calendar/business-calendar.ts';
import type { ClientTier, TicketStatus } from '../../src/domain/enums.ts';
import type { SlaPolicyEdit } from '../../src/domain/sla-policy.ts';
import { type Minute, WorkedMinutes } from './simulation-minutes.ts';

/** A policy version, and since when it has been in force. */
export interface ModelPolicy extends SlaPolicyEdit {
  readonly version: number;
  readonly since: Minute;
}

export type Reason = 'sla_breached' | 'policy_changed' | 'not_acknowledged';

export interface ModelLevel {
  readonly level: number;
  /** The true instant. */
  readonly at: Minute;
  readonly reason: Reason;
  acknowledged: Minute | null;
}

export interface ModelCycle {
  tier: ClientTier;
  version: number;
  readonly start: Minute;
  readonly stretches: { readonly state: 'RUNNING' | 'PAUSED'; readonly from: Minute; to: Minute | null }[];
  warnedAt: Minute | null;
  breach: { readonly at: Minute; readonly seen: Minute } | null;
  readonly levels: ModelLevel[];
  /** From where the time to the next level counts, once breached. */
  ladderFrom: Minute;
  acknowledged: Minute | null;
  met: Minute | null;
}

export interface ModelTicket {
  readonly id: string;
  readonly number: number;
  readonly client: string;
  status: TicketStatus;
  version: number;
  deleted: boolean;
  /** The last one is the present one. */
  readonly cycles: ModelCycle[];
}

/** A line of the log. */
export interface Said {
  readonly ticket: string;
  readonly type: string;
  /** The true instant. */
  readonly at: Minute;
  readonly data: Readonly<Record<string, unknown>>;
}

/** `turn`: its place among the lines of many tickets; the instant at which it came to be so, which an edit makes later than `at`. */
type Line = Said & { readonly turn: Minute; readonly number: number };

/** What a person may not do. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** What a model keeps: tickets, clients, policies, a log, and the minutes of every calendar. Rules are elsewhere (sla-model.ts). */
export class ModelBook {
  now: Minute = 0;
  readonly tickets = new Map<string, ModelTicket>();
  readonly clients = new Map<string, ClientTier>();
  readonly #policies: Record<ClientTier, ModelPolicy[]> = { VIP: [], NORMAL: [] };
  readonly #minutes = new Map<BusinessCalendar | null, WorkedMinutes>();
  readonly #origin: Date;
  #lines: Line[] = [];

  constructor(origin: Date) {
    this.#origin = origin;
  }

  /** Puts the next version of a policy in force; who moves the tickets to it, and when, is another matter. */
  edit(policy: SlaPolicyEdit): ModelPolicy {
    const versions = this.#policies[policy.tier];
    const next = { ...policy, version: versions.length + 1, since: this.now };
    versions.push(next);
    return next;
  }

  policyOf({ tier, version }: ModelCycle): ModelPolicy {
    return known(this.#policies[tier][version - 1]);
  }

  inForce({ client }: ModelTicket): ModelPolicy {
    return known(this.#policies[known(this.clients.get(client))].at(-1));
  }

  minutesOf({ calendar }: ModelPolicy): WorkedMinutes {
    const minutes = this.#minutes.get(calendar) ?? new WorkedMinutes(calendar, this.#origin);
    this.#minutes.set(calendar, minutes);
    return minutes;
  }

  /** Working minutes that the clock ran from `since` to `until`, by its policy's calendar. */
  ran(cycle: ModelCycle, since: Minute, until: Minute): number {
    return this.#spent(cycle, 'RUNNING', since, until);
  }

  /** Working minutes that it has stood still. */
  paused(cycle: ModelCycle): number {
    return this.#spent(cycle, 'PAUSED', cycle.start, this.now);
  }

  #spent(cycle: ModelCycle, state: 'RUNNING' | 'PAUSED', since: Minute, until: Minute): number {
    const minutes = this.minutesOf(this.policyOf(cycle));
    const own = cycle.stretches.filter((each) => each.state === state);
    const parts = own.map(({ from, to }) => minutes.between(Math.max(from, since), Math.min(to ?? until, until)));
    return parts.reduce((sum, each) => sum + each, 0);
  }

  create(id: string, number: number, client: string): void {
    const ticket: ModelTicket = { id, number, client, status: 'OPEN', version: 1, deleted: false, cycles: [] };
    this.tickets.set(id, ticket);
    this.startCycle(ticket);
    this.say(ticket, 'ticket.created', { to: 'OPEN' });
  }

  /** A cycle that runs from now on, under the policy in force. */
  protected startCycle(ticket: ModelTicket): void {
    const { tier, version } = this.inForce(ticket);
    const { now } = this;
    const nothingYet = { warnedAt: null, breach: null, acknowledged: null, met: null };
    const stretches = [{ state: 'RUNNING' as const, from: now, to: null }];
    ticket.cycles.push({ tier, version, start: now, stretches, levels: [], ladderFrom: now, ...nothingYet });
  }

  /** Ends the stretch that lasts, and begins another one in `state`, unless it is in that already; null: none. */
  protected stretch({ stretches }: ModelCycle, state: 'RUNNING' | 'PAUSED' | null): void {
    const last = stretches.at(-1);
    if (last?.state === state) return;
    if (last) last.to = this.now;
    if (state) stretches.push({ state, from: this.now, to: null });
  }

  /** Does all that `rule` does to a ticket, or, when it refuses, nothing of it. */
  protected change(id: string, rule: (ticket: ModelTicket) => void): void {
    const ticket = structuredClone(known(this.tickets.get(id)));
    const saidBefore = this.#lines.length;
    try {
      rule(ticket);
      this.tickets.set(id, ticket);
    } catch (error) {
      this.#lines.length = saidBefore;
      throw error;
    }
  }

  /** Does something to many tickets, and brings what is said of them into order. Returns how many they were. */
  protected changeAll(where: (ticket: ModelTicket) => boolean, rule: (ticket: ModelTicket) => void): number {
    const found = [...this.tickets.values()].filter(where);
    for (const ticket of found) rule(ticket);
    this.#lines.sort((a, b) => a.turn - b.turn || a.number - b.number);
    return found.length;
  }

  protected putUnder({ tier, version }: ModelPolicy, ticket: ModelTicket, turn: Minute): void {
    const cycle = presentCycle(ticket);
    if (cycle.tier !== tier) this.say(ticket, 'sla.tier_changed', { from: cycle.tier, to: tier }, { turn });
    else this.say(ticket, 'sla.policy_changed', { from: cycle.version, to: version }, { turn });
    Object.assign(cycle, { tier, version });
    ticket.version += 1;
  }

  protected setDeleted(ticket: ModelTicket, deleted: boolean): void {
    ticket.deleted = deleted;
    ticket.version += 1;
    this.say(ticket, deleted ? 'ticket.deleted' : 'ticket.restored', {});
  }

  protected become(ticket: ModelTicket, to: TicketStatus, turn = this.now): void {
    this.say(ticket, 'ticket.status_changed', { from: ticket.status, to }, { turn });
    ticket.status = to;
  }

  /** A level of the present cycle, reached `at` an instant. Level 0 leaves the status as it is. */
  protected raise(
    ticket: ModelTicket,
    type: string,
    { level, ...rest }: { level: number; at: Minute; reason: Reason; action: string | null; turn: Minute },
  ): void {
    const cycle = presentCycle(ticket);
    cycle.levels.push({ level, at: rest.at, reason: rest.reason, acknowledged: null });
    ticket.version += 1;
    this.alert(ticket, type, { ...rest, due: cycle.breach?.at ?? rest.at });
    if (level > 0 && ticket.status !== 'ESCALATED') this.become(ticket, 'ESCALATED', rest.turn);
  }

  /** Tells supervisors of something that was so `at` an instant, of the promise of `due`. */
  protected alert(
    ticket: ModelTicket,
    type: string,
    {
      at,
      due,
      turn = at,
      ...rest
    }: { at: Minute; due: Minute; turn?: Minute; action?: string | null; reason?: Reason },
  ): void {
    const { tier } = presentCycle(ticket);
    const facts = { tier, level: levelOf(presentCycle(ticket)), cycle: ticket.cycles.length, due, seen: this.now };
    this.say(ticket, type, { ...facts, ...rest }, { at, turn });
  }

  protected say(
    { id, number }: ModelTicket,
    type: string,
    data: Said['data'],
    { at = this.now, turn = at }: { at?: Minute; turn?: Minute } = {},
  ): void {
    this.#lines.push({ ticket: id, type, at, data, turn, number });
  }

  /** What was said since this was asked last. */
  said(): Said[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines.map(({ turn: _, number: __, ...said }) => said);
  }
}

export const presentCycle = (ticket: ModelTicket): ModelCycle => known(ticket.cycles.at(-1));

export const levelOf = (cycle: ModelCycle): number => cycle.levels.at(-1)?.level ?? 0;

export const stateOf = ({ met, stretches }: ModelCycle): string =>
  met === null ? known(stretches.at(-1)).state : 'MET';

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The model was asked of something that it was never told of.');
  return value;
}
