import fc from 'fast-check';
import { CLIENT_TIERS, type ClientTier, TICKET_STATUSES, type TicketStatus } from '../../src/domain/enums.ts';
import { acknowledge } from '../../src/domain/escalation.ts';
import type { NewEvent } from '../../src/domain/event.ts';
import type { SlaClock } from '../../src/domain/sla-clock.ts';
import { stepsDue } from '../../src/domain/sla-detection.ts';
import type { SlaPolicy } from '../../src/domain/sla-policy.ts';
import type { Escalation, Ticket, TicketChange, TicketState } from '../../src/domain/ticket.ts';
import { changeStatus, remove, restore } from '../../src/domain/ticket-changes.ts';
import { TRANSITIONS } from '../../src/domain/ticket-status.ts';
import { calendarOf } from './calendar-random.ts';
import { calendar } from './calendar-week.ts';
import { at, context, MINUTE, policyFor, ticketUnder } from './clocks.ts';

const DAY = 1_440 * MINUTE;
/** All histories begin on 2 March 2026; New York changes its clocks on the 8th, Berlin on the 29th, Lord Howe on 5 April. */
const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Chatham', 'UTC'];

const calendars = fc.oneof(
  { arbitrary: fc.constant(null), weight: 3 },
  {
    arbitrary: fc.constantFrom(...ZONES).map((zone) => calendar(zone, 'Mon-Fri 09:00-17:00', ['2026-03-16'])),
    weight: 3,
  },
  fc.constantFrom(...ZONES).map((zone) => calendar(zone, 'Mon-Sun 00:00-06:00, Mon-Sun 22:00-24:00')),
  fc.constantFrom(...ZONES).chain((zone) => calendarOf(zone, at(14 * DAY).getTime())),
);

/** What a policy may say. */
export const promise = fc.record({
  resolutionMinutes: fc.integer({ min: 1, max: 600 }),
  atRiskPercent: fc.integer({ min: 1, max: 99 }),
  breachAction: fc.constantFrom('ESCALATE' as const, 'NOTIFY_SUPERVISOR' as const),
  escalateEveryMinutes: fc.option(fc.integer({ min: 1, max: 200 }), { freq: 3 }),
  maxEscalationLevel: fc.integer({ min: 1, max: 6 }),
  calendar: calendars,
});

/** CLOSED is the end of a story, and a deleted ticket has none: both are rare. */
const what = fc.oneof(
  {
    arbitrary: fc.record({
      kind: fc.constant('status' as const),
      to: fc.oneof(
        { arbitrary: fc.constantFrom('PENDING' as const, 'IN_PROGRESS' as const), weight: 8 },
        { arbitrary: fc.constant('RESOLVED' as const), weight: 2 },
        fc.constantFrom(...TICKET_STATUSES),
      ),
    }),
    weight: 10,
  },
  {
    arbitrary: fc.record({ kind: fc.constant('policy' as const), tier: fc.constantFrom(...CLIENT_TIERS), promise }),
    weight: 6,
  },
  { arbitrary: fc.record({ kind: fc.constantFrom('detect' as const, 'restore' as const) }), weight: 4 },
  fc.record({ kind: fc.constant('tier' as const), tier: fc.constantFrom(...CLIENT_TIERS) }),
  fc.record({ kind: fc.constantFrom('delete' as const, 'acknowledge' as const) }),
);

/** What happens to a ticket next, after `wait` milliseconds. */
export const historySteps = fc.array(
  fc.record({
    wait: fc.oneof(
      fc.integer({ min: 0, max: 200 }).map((minutes) => minutes * MINUTE),
      fc.integer({ min: 0, max: 200 * MINUTE }),
      fc.integer({ min: 0, max: 3 * DAY }),
    ),
    what,
  }),
  { maxLength: 40, size: 'max' },
);
export type HistoryStep = typeof historySteps extends fc.Arbitrary<(infer T)[]> ? T : never;

export type Promised = typeof promise extends fc.Arbitrary<infer T> ? T : never;
/** Told of everything that is recorded of the ticket, one thing at a time, with the policy that its clock is then under. */
type Watch = (before: Ticket, change: TicketChange, policy: SlaPolicy) => void;

/**
 * One ticket under policies that change, driven as the use cases do it: whatever touches its clock catches up first. An `attentive`
 * desk looks at it again and again, and moves it in the instant of an edit; the other one looks when it has to.
 */
export class ClockHistory {
  ticket: Ticket;
  now = 0;
  readonly events: NewEvent[] = [];
  readonly escalations: Escalation[] = [];
  readonly ended: SlaClock[] = [];
  readonly #versions: Record<ClientTier, SlaPolicy[]>;
  readonly #attentive: boolean;
  readonly #watch: Watch;
  #clientTier: ClientTier;

  constructor(tier: ClientTier, first: Promised, attentive: boolean, watch: Watch = () => undefined) {
    this.#versions = { VIP: [policyFor('VIP', first)], NORMAL: [policyFor('NORMAL', first)] };
    this.#clientTier = tier;
    this.#attentive = attentive;
    this.#watch = watch;
    this.ticket = ticketUnder(this.#inForce(tier));
  }

  /** The policy that the clock is under. */
  get policy(): SlaPolicy {
    return this.#policyOf(this.ticket.clock);
  }

  take({ wait, what }: HistoryStep): void {
    this.#pass(wait);
    const here = context(this.now);
    switch (what.kind) {
      case 'status':
        this.#changeStatus(what.to);
        break;
      case 'policy':
        this.#edit(what.tier, what.promise);
        break;
      case 'tier':
        this.catchUp();
        this.#clientTier = what.tier;
        this.catchUp();
        break;
      case 'delete':
        this.catchUp();
        this.#keep(remove(this.ticket, here));
        break;
      case 'restore':
        this.#keep(restore(this.ticket, here));
        this.catchUp();
        break;
      case 'acknowledge':
        this.catchUp();
        if (this.ticket.clock.breachedAt && !this.ticket.deletedAt) this.#keep(acknowledge(this.ticket, 'lead', here));
        break;
      case 'detect':
        this.catchUp();
        break;
    }
  }

  /** Records everything that time and edits did by now. */
  catchUp(): void {
    const { ticket, policy } = this;
    const state: TicketState = { ticket, policy, policyInForce: this.#inForce(this.#clientTier) };
    for (const { change } of stepsDue(state, context(this.now))) this.#keep(change);
  }

  #pass(wait: number): void {
    const end = this.now + wait;
    for (const part of this.#attentive ? [0.1, 0.4, 0.7, 1] : []) {
      this.now = Math.floor(end - wait * (1 - part));
      this.catchUp();
    }
    this.now = end;
  }

  #changeStatus(to: TicketStatus): void {
    if (this.ticket.deletedAt) return;
    this.catchUp();
    if (!TRANSITIONS[this.ticket.status].includes(to)) return;
    this.#keep(changeStatus(this.ticket, to, this.#inForce(this.#clientTier), context(this.now)));
  }

  #edit(tier: ClientTier, next: Promised): void {
    // An edit before this one has reached the ticket by now; between two edits nobody promises that (docs/sla.md).
    if (this.policy.version !== this.#inForce(tier).version) this.catchUp();
    const version = this.#inForce(tier).version + 1;
    this.#versions[tier].push(policyFor(tier, { ...next, version, changedAt: at(this.now) }));
    // Deleted tickets are moved at once as well, and what they missed is judged when they are restored.
    if (this.#attentive || this.ticket.deletedAt) this.catchUp();
  }

  #inForce(tier: ClientTier): SlaPolicy {
    return this.#versions[tier].at(-1) ?? policyFor(tier);
  }

  #policyOf({ tier, policyVersion }: SlaClock): SlaPolicy {
    const found = this.#versions[tier].find(({ version }) => version === policyVersion);
    if (!found) throw new Error(`There is no version ${policyVersion} for ${tier}.`);
    return found;
  }

  #keep(change: TicketChange): void {
    const before = this.ticket;
    this.ticket = change.ticket;
    this.events.push(...change.events);
    this.escalations.push(...change.escalations);
    if (change.endedCycle) this.ended.push(change.endedCycle);
    this.#watch(before, change, this.#policyOf(change.ticket.clock));
  }
}
