import { DomainError } from '../domain-error.ts';
import type { ClientTier, TicketStatus } from '../enums.ts';
import { acknowledge } from '../escalation.ts';
import type { NewEvent } from '../event.ts';
import { type SlaClock, startClock } from '../sla-clock.ts';
import { nextDeadlineOf, type Step, stepsDue } from '../sla-detection.ts';
import type { SlaPolicy } from '../sla-policy.ts';
import type { Ticket, TicketChange } from '../ticket.ts';
import { type ChangeContext, CREATED_REASON, changeStatus, remove, restore, revise } from '../ticket-changes.ts';
import { checkTransition, isSettled } from '../ticket-status.ts';
import type { AuditedEscalation, AuditedEvent, ClockRecord } from './audited-ticket.ts';
import { type Compared, compareEvents, type LogProblem } from './log-problems.ts';
import { mayBeInForce, type PolicyBook } from './policy-book.ts';

const MAX_PROBLEMS = 20;

/** The log does not tell everything that the clock was made of. */
export class Unknown extends Error {}

/** What time and a policy did to a ticket, and which step of it is like an event; `says`: the first one, and just that. */
interface Way {
  readonly steps: readonly Step[];
  readonly at: number;
  readonly says: boolean;
}

/** Told of each event that was folded, and of the ticket after it. */
export type OnFolded = (event: AuditedEvent, ticket: Ticket) => void;

/** One ticket on its way through its log; see recompute. */
export class LogFold {
  readonly problems: LogProblem[] = [];
  readonly #events: readonly AuditedEvent[];
  readonly #policies: PolicyBook;
  readonly #onFolded: OnFolded;
  readonly #cycles: SlaClock[] = [];
  #escalations: AuditedEscalation[] = [];
  #ticket: Ticket;
  #next = 1;

  constructor(
    { id, number }: { readonly id: string; readonly number: number },
    created: AuditedEvent,
    events: readonly AuditedEvent[],
    policies: PolicyBook,
    onFolded: OnFolded,
  ) {
    this.#events = events;
    this.#policies = policies;
    this.#onFolded = onFolded;
    const { occurredAt: at } = created;
    this.#ticket = {
      id,
      number,
      status: 'OPEN',
      createdAt: at,
      updatedAt: at,
      resolvedAt: null,
      closedAt: null,
      deletedAt: null,
      version: 1,
      clock: startClock(this.#named(created), at, 1, CREATED_REASON),
      // What follows has no part in the clock.
      title: '',
      description: '',
      priority: 3,
      tags: [],
      clientId: '',
      assigneeId: null,
      createdById: created.actorId ?? '',
    };
    onFolded(created, this.#ticket);
  }

  run(): void {
    for (let event = this.#events[this.#next]; event; event = this.#events[this.#next]) {
      const index = this.#next;
      const isAccountedFor = this.#fold(event);
      if (!isAccountedFor) this.#problem(unexpected(event));
      if (this.#next === index) this.#next += 1;
      this.#onFolded(event, this.#ticket);
    }
  }

  record(): ClockRecord {
    const ticket = this.#ticket;
    return {
      ticket,
      nextDeadlineAt: nextDeadlineOf(ticket),
      cycles: this.#cycles,
      escalations: this.#escalations,
    };
  }

  /** Whether the event belongs here. */
  #fold(event: AuditedEvent): boolean {
    switch (event.type) {
      case 'ticket.updated':
      case 'ticket.assigned':
        this.#ticket = revise(this.#ticket, event.occurredAt, {});
        return true;
      case 'ticket.status_changed':
        // The system's own changes of status follow the alert that they belong to.
        return event.actorId !== null && this.#changeStatus(event, event.to as TicketStatus);
      case 'ticket.deleted':
        this.#expectNothingDue(event);
        return this.#apply(event, (context) => remove(this.#ticket, context));
      case 'ticket.restored':
        this.#expectNothingDue(event);
        return this.#apply(event, (context) => restore(this.#ticket, context));
      case 'sla.acknowledged':
        this.#expectNothingDue(event);
        return this.#apply(event, (context) => acknowledge(this.#ticket, event.actorId ?? '', context));
      case 'sla.at_risk':
      case 'sla.breached':
      case 'sla.escalated':
        return this.#timePassed(event, contextAt(detectedAt(event)), this.#mayBeInForce(detectedAt(event)));
      case 'sla.policy_changed':
        return this.#timePassed(event, contextAt(event.occurredAt), [this.#named(event, this.#ticket.clock.tier)]);
      case 'sla.tier_changed':
        return this.#timePassed(event, contextAt(event.occurredAt), [this.#named(event, event.to as ClientTier)]);
      default:
        return false;
    }
  }

  #changeStatus(event: AuditedEvent, to: TicketStatus): boolean {
    this.#expectNothingDue(event);
    return this.#apply(event, (context) => {
      const { status } = this.#ticket;
      checkTransition(status, to);
      const isReopened = isSettled(status) && !isSettled(to);
      return changeStatus(this.#ticket, to, isReopened ? this.#named(event) : this.#policy(), context);
    });
  }

  /** What a person did. */
  #apply(event: AuditedEvent, rule: (context: ChangeContext) => TicketChange): boolean {
    try {
      const change = rule(contextAt(event.occurredAt));
      if (change.events.length === 0) return false;
      this.#take(change);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.#problem({ at: event.occurredAt, logged: described(event), expected: `nothing: ${error.message}` });
    }
    return true;
  }

  /** What time did, or an edit, seen by `context.now`, when one of `inForce` was in force. */
  #timePassed(event: AuditedEvent, context: ChangeContext, inForce: readonly SlaPolicy[]): boolean {
    // Many levels may have been recorded at once: the first of them is enough, unless there is something wrong with it.
    const step = this.#waysTo(event, context, inForce, event.occurredAt).find(({ says }) => says);
    if (step) return this.#follow(step, event);
    const [nearest] = this.#waysTo(event, context, inForce, context.now).toSorted((a, b) => a.at - b.at);
    return nearest !== undefined && this.#follow(nearest, event);
  }

  /** For each policy that may have been in force: what had come due by `until`, and where among it something like `event` is. */
  #waysTo(event: AuditedEvent, context: ChangeContext, inForce: readonly SlaPolicy[], until: Date): Way[] {
    return inForce.flatMap((policy) => {
      const steps = stepsDue({ ticket: this.#ticket, policy: this.#policy(), policyInForce: policy }, context, until);
      const at = steps.findIndex(({ change }) => change.events[0]?.type === event.type);
      if (at < 0) return [];
      const says = at === 0 && this.#comparedTo(steps[0]?.change.events ?? []).problems.length === 0;
      return [{ steps, at, says }];
    });
  }

  #follow({ steps, at }: Way, event: AuditedEvent): boolean {
    this.#missed(steps.slice(0, at), event);
    for (const { change } of steps.slice(at, at + 1)) this.#take(change);
    return true;
  }

  /** Whoever changes a ticket first records what time has done to it. */
  #expectNothingDue(event: AuditedEvent): void {
    const { occurredAt: now } = event;
    const [likeliest = [], ...others] = this.#mayBeInForce(now).map((policyInForce) =>
      stepsDue({ ticket: this.#ticket, policy: this.#policy(), policyInForce }, contextAt(now)),
    );
    if (likeliest.length > 0 && others.every((steps) => steps.length > 0)) this.#missed(likeliest, event);
  }

  #missed(steps: readonly Step[], before: AuditedEvent): void {
    for (const { change } of steps) {
      for (const event of change.events) {
        this.#problem({
          at: event.occurredAt,
          logged: `nothing, before ${described(before)}`,
          expected: described(event),
        });
      }
      this.#saved(change);
    }
  }

  /** A change whose events are the next ones of the log, or should be. */
  #take(change: TicketChange): void {
    const { problems, found } = this.#comparedTo(change.events);
    for (const problem of problems) this.#problem(problem);
    this.#next += found;
    this.#saved(change);
  }

  /** The next events of the log beside those that a rule made. */
  #comparedTo(made: readonly NewEvent[]): Compared {
    return compareEvents(made, this.#events.slice(this.#next, this.#next + made.length));
  }

  #saved(change: TicketChange): void {
    this.#ticket = change.ticket;
    this.#escalations.push(...change.escalations);
    if (change.endedCycle) this.#cycles.push(change.endedCycle);
    const { acknowledgement } = change;
    if (!acknowledgement) return;
    this.#escalations = this.#escalations.map((each) =>
      each.cycle === change.ticket.clock.cycle && !each.acknowledgedAt
        ? { ...each, acknowledgedById: acknowledgement.by, acknowledgedAt: acknowledgement.at }
        : each,
    );
  }

  /** The policies that a transaction at `now` may have found in force, likeliest first. */
  #mayBeInForce(now: Date): SlaPolicy[] {
    const own = this.#policy();
    const possible = mayBeInForce(this.#policies, own, now);
    // A client of another tier by then: its ticket stays under its own policy, whatever becomes of that, until it is moved.
    const isLeaving = !possible.includes(own) && this.#nextMove()?.type === 'sla.tier_changed';
    return isLeaving ? [own, ...possible] : possible;
  }

  #nextMove(): AuditedEvent | undefined {
    return this.#events.find(
      ({ type }, index) => index >= this.#next && (type === 'sla.policy_changed' || type === 'sla.tier_changed'),
    );
  }

  #policy(): SlaPolicy {
    const { tier, policyVersion } = this.#ticket.clock;
    return this.#version(tier, policyVersion);
  }

  /** The policy that an event names: `tier` unless its data do. */
  #named({ type, data }: AuditedEvent, tier = data?.tier as ClientTier | undefined): SlaPolicy {
    if (typeof data?.policyVersion !== 'number' || !tier) {
      throw new Unknown(`Its ${type} does not name its policy version: it was logged by an older release.`);
    }
    return this.#version(tier, data.policyVersion);
  }

  #version(tier: ClientTier, version: number): SlaPolicy {
    const policy = this.#policies.version(tier, version);
    if (!policy) throw new Unknown(`There is no version ${version} of the SLA policy for ${tier}.`);
    return policy;
  }

  #problem(problem: LogProblem): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(problem);
  }
}

function unexpected(event: AuditedEvent): LogProblem {
  return { at: event.occurredAt, logged: described(event), expected: 'nothing of the kind at this point' };
}

function described({ type, occurredAt }: Pick<NewEvent, 'type' | 'occurredAt'>): string {
  return `${type} of ${occurredAt.toISOString()}`;
}

function detectedAt({ type, data }: AuditedEvent): Date {
  const at = new Date(String(data?.detectedAt));
  if (Number.isNaN(at.getTime())) throw new Unknown(`Its ${type} does not tell when it was detected.`);
  return at;
}

function contextAt(now: Date): ChangeContext {
  return { actor: null, now, newId: () => '' };
}
