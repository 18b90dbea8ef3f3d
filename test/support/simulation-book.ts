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
}

export interface ModelCycle {
  tier: ClientTier;
  version: number;
  readonly start: Minute;
  readonly stretches: { readonly state: 'RUNNING' | 'PAUSED'; readonly from: Minute; to: Minute | null }[];
  warnedAt: Minute | null;
  /** The edit that used up the time; null: none, or time alone has. */
  brokenBy: Minute | null;
  breach: { readonly at: Minute; readonly seen: Minute } | null;
  /** Once acknowledged there are no further ones. */
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
  /** The present one. */
  cycle: ModelCycle;
  readonly ended: ModelCycle[];
}

/** A line of the log. */
export interface Said {
  readonly ticket: string;
  readonly type: string;
  /** The true instant. */
  readonly at: Minute;
  readonly data: Readonly<Record<string, unknown>>;
}

/** `turn`: its place among the lines of many tickets, the instant at which it came to be so. */
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
export abstract class ModelBook {
  now: Minute = 0;
  readonly tickets = new Map<string, ModelTicket>();
  readonly clients = new Map<string, ClientTier>();
  readonly #policies: Record<ClientTier, ModelPolicy[]> = { VIP: [], NORMAL: [] };
  readonly #minutes = new Map<BusinessCalendar | null, WorkedMinutes>();
  readonly #origin: Date;
  /** The turn of what was last said of the ticket that is being looked at. */
  #turn: Minute = 0;
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

  inForce({ client }: Pick<ModelTicket, 'client'>): ModelPolicy {
    return known(this.#policies[known(this.clients.get(client))].at(-1));
  }

  /** Of the calendar of its policy. */
  protected minutesOf(cycle: ModelCycle): WorkedMinutes {
    const { calendar } = this.policyOf(cycle);
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

  /** Since when it runs, or stands still. */
  protected wentOn({ stretches }: ModelCycle): Minute {
    return known(stretches.at(-1)).from;
  }

  #spent(cycle: ModelCycle, state: 'RUNNING' | 'PAUSED', since: Minute, until: Minute): number {
    const minutes = this.minutesOf(cycle);
    const own = cycle.stretches.filter((each) => each.state === state);
    const parts = own.map(({ from, to }) => minutes.between(Math.max(from, since), Math.min(to ?? until, until)));
    return parts.reduce((sum, each) => sum + each, 0);
  }

  create(id: string, number: number, client: string): void {
    const cycle = this.#newCycle({ client });
    const ticket: ModelTicket = { id, number, client, status: 'OPEN', version: 1, deleted: false, cycle, ended: [] };
    this.tickets.set(id, ticket);
    this.#say(ticket, 'ticket.created', { to: 'OPEN' });
  }

  /** One that runs from now on, under the policy in force. */
  #newCycle(ticket: Pick<ModelTicket, 'client'>): ModelCycle {
    const { tier, version } = this.inForce(ticket);
    const { now } = this;
    const nothingYet = { warnedAt: null, brokenBy: null, breach: null, acknowledged: null, met: null };
    const stretches = [{ state: 'RUNNING' as const, from: now, to: null }];
    return { tier, version, start: now, stretches, levels: [], ladderFrom: now, ...nothingYet };
  }

  protected reopen(ticket: ModelTicket): void {
    ticket.ended.push(ticket.cycle);
    ticket.cycle = this.#newCycle(ticket);
  }

  /** Ends the clock, unless it has ended. */
  protected settle(cycle: ModelCycle): void {
    if (cycle.met !== null) return;
    this.stretch(cycle, null);
    cycle.met = this.now;
  }

  /** Ends the stretch that lasts, and begins another one in `state`, unless it is in that already; null: none. */
  protected stretch({ stretches }: ModelCycle, state: 'RUNNING' | 'PAUSED' | null): void {
    const last = stretches.at(-1);
    if (last?.state === state) return;
    if (last) last.to = this.now;
    if (state) stretches.push({ state, from: this.now, to: null });
  }

  /** Does all that `rule` does to a ticket, or, when it refuses, nothing of it. */
  change(id: string, rule: (ticket: ModelTicket) => void): void {
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

  /** Records what happened to a ticket up to now. */
  protected abstract look(ticket: ModelTicket): void;

  /** Looks at many tickets; what is said of them comes in the order of its turns, of the same turn by number. Returns how many they were. */
  lookAtAll(where: (ticket: ModelTicket) => boolean): number {
    const saidBefore = this.#lines.splice(0);
    const found = [...this.tickets.values()].filter(where);
    for (const ticket of found) {
      this.#turn = 0;
      this.look(ticket);
    }
    this.#lines = [...saidBefore, ...this.#lines.sort((a, b) => a.turn - b.turn || a.number - b.number)];
    return found.length;
  }

  /** What this says now, and what comes of it, has its turn at the edit. */
  protected putUnder({ tier, version }: ModelPolicy, ticket: ModelTicket, edited: Minute): void {
    const { cycle } = ticket;
    this.#turn = edited;
    if (cycle.tier !== tier) this.#say(ticket, 'sla.tier_changed', { from: cycle.tier, to: tier });
    else this.#say(ticket, 'sla.policy_changed', { from: cycle.version, to: version });
    Object.assign(cycle, { tier, version });
    ticket.version += 1;
  }

  protected sayDeleted(ticket: ModelTicket, deleted: boolean): void {
    if (ticket.deleted === deleted) return;
    ticket.deleted = deleted;
    ticket.version += 1;
    this.#say(ticket, deleted ? 'ticket.deleted' : 'ticket.restored', {});
  }

  /** What somebody made of a ticket. */
  protected become(ticket: ModelTicket, to: TicketStatus): void {
    ticket.version += 1;
    this.#enter(ticket, to);
  }

  #enter(ticket: ModelTicket, to: TicketStatus): void {
    this.#say(ticket, 'ticket.status_changed', { from: ticket.status, to });
    ticket.status = to;
  }

  /** A level of the present cycle, reached `at` an instant. Level 0 leaves the status as it is. */
  protected raise(
    ticket: ModelTicket,
    type: string,
    { level, ...rest }: { level: number; at: Minute; reason: Reason; action?: string },
  ): void {
    const { levels, breach } = ticket.cycle;
    levels.push({ level, at: rest.at, reason: rest.reason });
    ticket.version += 1;
    this.alert(ticket, type, { ...rest, due: breach?.at ?? rest.at });
    if (level > 0 && ticket.status !== 'ESCALATED') this.#enter(ticket, 'ESCALATED');
  }

  /** Tells supervisors of something that was so `at` an instant, of the promise of `due`. It never comes before what it came of. */
  protected alert(
    ticket: ModelTicket,
    type: string,
    { at, due, ...rest }: { at: Minute; due: Minute; action?: string; reason?: Reason },
  ): void {
    const { cycle, ended } = ticket;
    this.#turn = Math.max(this.#turn, at);
    const facts = { tier: cycle.tier, level: levelOf(cycle), cycle: ended.length + 1, due, seen: this.now };
    this.#say(ticket, type, { ...facts, ...rest }, at);
  }

  #say({ id, number }: ModelTicket, type: string, data: Said['data'], at = this.now): void {
    this.#lines.push({ ticket: id, type, at, data, turn: this.#turn, number });
  }

  /** What was said since this was asked last. */
  said(): Said[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines.map(({ turn: _, number: __, ...said }) => said);
  }
}

export const levelOf = (cycle: ModelCycle): number => cycle.levels.at(-1)?.level ?? 0;

export const stateOf = ({ met, stretches }: ModelCycle): string =>
  met === null ? known(stretches.at(-1)).state : 'MET';

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The model was asked of something that it was never told of.');
  return value;
}
