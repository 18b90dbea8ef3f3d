import type { NewEvent } from './event.ts';
import { alertEvent, type EscalationReason } from './sla-alert.ts';
import { applyPolicy, breachClock, climbLadder, nextDeadline } from './sla-clock.ts';
import type { SlaPolicy } from './sla-policy.ts';
import { after, type Escalation, type Ticket, type TicketChange, type TicketState, unchanged } from './ticket.ts';
import { type ChangeContext, revise, ticketEvent } from './ticket-changes.ts';

/** One thing that time did to a ticket: the true instant, and what it made of the ticket. */
export interface Step {
  readonly at: Date;
  readonly change: TicketChange;
}

interface Due {
  readonly kind: 'at_risk' | 'breached' | 'escalated';
  readonly at: Date;
}

/** The next instant at which the system has to look at `ticket`; a deleted ticket never alerts. */
export function nextDeadlineOf(ticket: Ticket): Date | null {
  return ticket.deletedAt ? null : nextDeadline(ticket.clock);
}

/**
 * What would be recorded first for `ticket` at `now`; null when nothing has come due. A warning and a breach that are both past
 * (after an outage) are the breach alone: a warning of what already happened helps nobody.
 */
export function nextDue(ticket: Ticket, now: Date): Due | null {
  const at = nextDeadlineOf(ticket);
  if (!at || at > now) return null;
  const { breachedAt, dueAt } = ticket.clock;
  if (breachedAt) return { kind: 'escalated', at };
  return dueAt && dueAt <= now ? { kind: 'breached', at: dueAt } : { kind: 'at_risk', at };
}

/**
 * Everything that has come due for a ticket by `context.now`, step by step, those after `until` left out. A ticket under an outdated
 * policy is judged by it up to the edit, and by the one in force from then on, whenever this is asked: the outcome is the same as
 * if the ticket had been moved in the instant of the edit.
 */
export function stepsDue(state: TicketState, by: ChangeContext, until: Date = by.now): Step[] {
  // Time is nobody's doing, whoever asks.
  const context = { ...by, actor: null };
  const steps: Step[] = [];
  let { ticket } = state;
  const take = (at: Date, change: TicketChange) => {
    steps.push({ at, change });
    ticket = change.ticket;
  };
  /** Records what came due by `end`; whether nothing of it lay after `until`. */
  const recordAll = (policy: SlaPolicy, end: Date): boolean => {
    for (let due = nextDue(ticket, end); due; due = nextDue(ticket, end)) {
      if (due.at > until) return false;
      take(due.at, record(ticket, due, policy, context));
    }
    return true;
  };
  if (isOutdated(state)) {
    const editedAt = editInstant(state, context.now);
    if (!recordAll(state.policy, editedAt) || editedAt > until) return steps;
    take(editedAt, move(ticket, state.policyInForce, editedAt, context));
  }
  recordAll(state.policyInForce, context.now);
  return steps;
}

/** All of `stepsDue` as one change: the ticket as it should be at `context.now`, under the policy in force unless it is settled. */
export function catchUp(state: TicketState, context: ChangeContext): TicketChange {
  return stepsDue(state, context).reduce((change, step) => after(change, () => step.change), unchanged(state.ticket));
}

/**
 * The steps of many tickets in the order of their true instants, tickets of the same instant by number. `states` are those with the
 * nearest deadlines, in the same order; when there are more (`isAll` false), only what comes before all of theirs is certain to come
 * next.
 */
export function stepsInOrder(states: readonly TicketState[], isAll: boolean, context: ChangeContext): TicketChange[] {
  const firsts = states.map(({ ticket }) => ({ at: nextDue(ticket, context.now)?.at ?? new Date(0), ticket }));
  const last = isAll ? undefined : firsts.toSorted(byInstant).at(-1);
  const steps = states.flatMap((state) =>
    stepsDue(state, context, last?.at).map(({ at, change }, index) => ({ at, ticket: state.ticket, change, index })),
  );
  const certain = last ? steps.filter((step) => byInstant(step, last) <= 0) : steps;
  return certain.toSorted((a, b) => byInstant(a, b) || a.index - b.index).map(({ change }) => change);
}

interface Turn {
  readonly at: Date;
  readonly ticket: Pick<Ticket, 'number'>;
}

function byInstant(a: Turn, b: Turn): number {
  return a.at.getTime() - b.at.getTime() || a.ticket.number - b.ticket.number;
}

function isOutdated({ ticket, policyInForce }: TicketState): boolean {
  const { state, tier, policyVersion } = ticket.clock;
  return state !== 'MET' && (tier !== policyInForce.tier || policyVersion !== policyInForce.version);
}

/** Since when the policy in force applies: since its edit; to a client whose tier changed, since it is noticed. */
function editInstant({ ticket, policyInForce }: TicketState, now: Date): Date {
  const isEdit = ticket.clock.tier === policyInForce.tier && policyInForce.changedAt < now;
  return isEdit ? policyInForce.changedAt : now;
}

/** Puts the running cycle under `policy` and records what the edit thereby puts into the past, once. */
function move(ticket: Ticket, policy: SlaPolicy, editedAt: Date, context: ChangeContext): TicketChange {
  const { clock } = ticket;
  const moved = revise(ticket, context.now, { clock: applyPolicy(clock, policy, editedAt) });
  const isTier = clock.tier !== policy.tier;
  const event = ticketEvent(context, ticket, isTier ? 'sla.tier_changed' : 'sla.policy_changed', {
    from: isTier ? clock.tier : `${clock.policyVersion}`,
    to: isTier ? policy.tier : `${policy.version}`,
    data: {
      policyVersion: policy.version,
      dueAtBefore: clock.dueAt?.toISOString() ?? null,
      dueAtAfter: moved.clock.dueAt?.toISOString() ?? null,
    },
  });
  const change = { ...unchanged(moved), events: [event] };
  const due = nextDue(moved, editedAt);
  return due ? after(change, (current) => record(current, due, policy, context)) : change;
}

function record(ticket: Ticket, due: Due, policy: SlaPolicy, context: ChangeContext): TicketChange {
  switch (due.kind) {
    case 'at_risk':
      return warn(ticket, due.at, context);
    case 'breached':
      return breach(ticket, due.at, policy, context);
    case 'escalated':
      return climb(ticket, due.at, policy, context);
  }
}

/** No version of the ticket: a warning changes nothing that anybody could have decided on. */
function warn(ticket: Ticket, at: Date, context: ChangeContext): TicketChange {
  const warned = { ...ticket, clock: { ...ticket.clock, atRiskAlertedAt: context.now } };
  const event = alertEvent(context, warned, 'sla.at_risk', { occurredAt: at, dueAt: ticket.clock.dueAt ?? at });
  return { ...unchanged(warned), events: [event] };
}

/** Time alone broke the promise, unless the clock names an edit that did. */
function breach(ticket: Ticket, at: Date, policy: SlaPolicy, context: ChangeContext): TicketChange {
  const reason = ticket.clock.ladderFrom ? 'policy_changed' : 'sla_breached';
  const escalates = policy.breachAction === 'ESCALATE';
  const breached = { dueAt: at, detectedAt: context.now, level: escalates ? 1 : 0 };
  const broken = revise(ticket, context.now, {
    status: escalates ? 'ESCALATED' : ticket.status,
    clock: breachClock(ticket.clock, policy, breached),
  });
  const event = alertEvent(context, broken, 'sla.breached', {
    occurredAt: at,
    dueAt: at,
    action: policy.breachAction,
    reason,
  });
  return raise(ticket, broken, { level: breached.level, at, reason }, event, context);
}

/** Nobody acknowledged the level before: the next one. */
function climb(ticket: Ticket, at: Date, policy: SlaPolicy, context: ChangeContext): TicketChange {
  const clock = climbLadder(ticket.clock, policy, at);
  const climbed = revise(ticket, context.now, { status: 'ESCALATED', clock });
  const reason = 'not_acknowledged';
  const event = alertEvent(context, climbed, 'sla.escalated', {
    occurredAt: at,
    dueAt: clock.breachedAt ?? at,
    reason,
  });
  return raise(ticket, climbed, { level: clock.escalationLevel, at, reason }, event, context);
}

/** The change from `before` to `raised`, with its escalation, its alert, and a change of status when there is one. */
function raise(
  before: Ticket,
  raised: Ticket,
  { level, at, reason }: { readonly level: number; readonly at: Date; readonly reason: EscalationReason },
  alert: NewEvent,
  context: ChangeContext,
): TicketChange {
  const escalation: Escalation = {
    id: context.newId(),
    ticketId: before.id,
    cycle: before.clock.cycle,
    level,
    reason,
    escalatedAt: at,
    acknowledgedById: null,
    acknowledgedAt: null,
  };
  const steps = { from: before.status, to: raised.status };
  const moved = steps.from === steps.to ? [] : [ticketEvent(context, before, 'ticket.status_changed', steps)];
  return { ...unchanged(raised), events: [alert, ...moved], escalations: [escalation] };
}
