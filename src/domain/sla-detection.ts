import type { NewEvent } from './event.ts';
import { applyPolicy, nextDeadline } from './sla-clock.ts';
import type { SlaPolicy } from './sla-policy.ts';
import { after, type Escalation, type Ticket, type TicketChange, unchanged } from './ticket.ts';
import { type ChangeContext, revise, ticketEvent } from './ticket-changes.ts';

/** Why a promise broke: its time ran out, or an edit of policy or tier moved the due instant into the past. */
export type BreachReason = 'sla_breached' | 'policy_changed';

/** What an alert tells, kept in its event, so that it says the same however often and late it is delivered. */
export interface AlertData extends Record<string, unknown> {
  readonly tier: string;
  readonly action: string | null;
  readonly escalationLevel: number;
  readonly dueAt: string;
  readonly detectedAt: string;
  readonly cycle: number;
  readonly reason?: BreachReason;
}

/** The next instant at which the system has to look at `ticket`; a deleted ticket never alerts. */
export function nextDeadlineOf(ticket: Ticket): Date | null {
  return ticket.deletedAt ? null : nextDeadline(ticket.clock);
}

/**
 * What has come due for `ticket` by `now`, recorded: a breach, else an at-risk alert, else nothing. Both past at once (after
 * an outage) is a breach alone: a warning of what already happened helps nobody. Asking again changes nothing.
 */
export function detect(
  ticket: Ticket,
  policy: SlaPolicy,
  context: ChangeContext,
  reason: BreachReason = 'sla_breached',
): TicketChange {
  const deadline = nextDeadlineOf(ticket);
  if (!deadline || deadline > context.now) return unchanged(ticket);
  const { dueAt, atRiskAt } = ticket.clock;
  if (dueAt && dueAt <= context.now) return breach(ticket, policy, dueAt, context, reason);
  return atRiskAt && dueAt ? warn(ticket, atRiskAt, dueAt, context) : unchanged(ticket);
}

/**
 * Puts the running cycle under `policy` (its tier's next version or another tier's) and records what thereby lies in the past.
 * What had already come due under the policy until now (`former`) is recorded first, for what it was.
 */
export function moveToPolicy(
  ticket: Ticket,
  former: SlaPolicy,
  policy: SlaPolicy,
  type: 'sla.policy_changed' | 'sla.tier_changed',
  context: ChangeContext,
): TicketChange {
  if (ticket.clock.state === 'MET') return unchanged(ticket);
  return after(detect(ticket, former, context), (current) => {
    const { clock } = current;
    if (clock.tier === policy.tier && clock.policyVersion === policy.version) return unchanged(current);
    const moved = revise(current, context.now, { clock: applyPolicy(clock, policy) });
    const steps =
      type === 'sla.tier_changed' ? [clock.tier, policy.tier] : [`${clock.policyVersion}`, `${policy.version}`];
    const event = ticketEvent(context, current, type, {
      from: steps[0] ?? null,
      to: steps[1] ?? null,
      data: {
        dueAtBefore: clock.dueAt?.toISOString() ?? null,
        dueAtAfter: moved.clock.dueAt?.toISOString() ?? null,
      },
    });
    return after({ ...unchanged(moved), events: [event] }, (next) => detect(next, policy, context, 'policy_changed'));
  });
}

function breach(
  ticket: Ticket,
  policy: SlaPolicy,
  dueAt: Date,
  context: ChangeContext,
  reason: BreachReason,
): TicketChange {
  const system = { ...context, actor: null };
  const escalates = policy.breachAction === 'ESCALATE';
  const level = escalates ? 1 : 0;
  const status = escalates ? 'ESCALATED' : ticket.status;
  const broken = revise(ticket, context.now, {
    status,
    escalationLevel: Math.max(ticket.escalationLevel, level),
    clock: { ...ticket.clock, breachedAt: dueAt, detectedAt: context.now },
  });
  const escalation: Escalation = {
    id: context.newId(),
    ticketId: ticket.id,
    cycle: ticket.clock.cycle,
    level,
    reason,
    escalatedAt: dueAt,
    acknowledgedById: null,
    acknowledgedAt: null,
  };
  const events: NewEvent[] = [alert(system, broken, 'sla.breached', dueAt, dueAt, policy.breachAction, reason)];
  if (status !== ticket.status) {
    events.push(ticketEvent(system, ticket, 'ticket.status_changed', { from: ticket.status, to: status }));
  }
  return { ...unchanged(broken), events, escalations: [escalation] };
}

/** No version of the ticket: a warning changes nothing that anybody could have decided on. */
function warn(ticket: Ticket, atRiskAt: Date, dueAt: Date, context: ChangeContext): TicketChange {
  const system = { ...context, actor: null };
  const warned = { ...ticket, clock: { ...ticket.clock, atRiskAlertedAt: context.now } };
  return { ...unchanged(warned), events: [alert(system, warned, 'sla.at_risk', atRiskAt, dueAt, null)] };
}

/** An alert's event; `dueAt` is the promise it speaks of, `occurredAt` the true instant of what it tells. */
export function alert(
  context: ChangeContext,
  ticket: Ticket,
  type: 'sla.at_risk' | 'sla.breached' | 'sla.acknowledged',
  occurredAt: Date,
  dueAt: Date,
  action: SlaPolicy['breachAction'] | null,
  reason?: BreachReason,
): NewEvent {
  const data: AlertData = {
    tier: ticket.clock.tier,
    action,
    escalationLevel: ticket.escalationLevel,
    dueAt: dueAt.toISOString(),
    detectedAt: context.now.toISOString(),
    cycle: ticket.clock.cycle,
    ...(reason ? { reason } : {}),
  };
  return ticketEvent(context, ticket, type, { occurredAt, data });
}
