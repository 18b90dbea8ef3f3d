import { applyPolicy, type SlaClock } from './sla-clock.ts';
import type { SlaPolicy, SlaPolicyEdit } from './sla-policy.ts';

/** The clock of an unsettled ticket that is not deleted, without the rest of the ticket: a desk has many. */
export interface OpenClock {
  readonly ticketId: string;
  readonly number: number;
  readonly clock: SlaClock;
}

/** What an edit would do to one ticket. */
export interface PolicyEffect {
  readonly ticketId: string;
  readonly number: number;
  /** null while paused. */
  readonly dueAtBefore: Date | null;
  /** null while paused. */
  readonly dueAtAfter: Date | null;
  /** Whether the edit itself would breach it: its new due instant has passed, the former one has not. */
  readonly breachesNow: boolean;
  /** Whether it had been breached before the edit, recorded yet or not. */
  readonly wasBreached: boolean;
  /** Whether it has not been breached and would be due later than now. */
  readonly isRelaxed: boolean;
}

/** What an edit would do to a desk in the instant of `policy.changedAt`. */
export interface PolicyPreview {
  /** The policy as it would be. */
  readonly policy: SlaPolicy;
  readonly ticketsAffected: number;
  readonly breachNow: number;
  readonly relaxed: number;
  /** Up to 20: those that would breach, then those to come, each by their new due instant; last those that were breached before. */
  readonly examples: readonly PolicyEffect[];
}

const MOST_EXAMPLES = 20;

/** The version that `edit` would become if `by` made it at `at`. */
export function draftPolicy(inForce: SlaPolicy, edit: SlaPolicyEdit, by: string, at: Date): SlaPolicy {
  return { ...edit, version: inForce.version + 1, changedById: by, changedAt: at };
}

/** The preview of a policy that no ticket is under yet: a base to add to. */
export function emptyPreview(policy: SlaPolicy): PolicyPreview {
  return { policy, ticketsAffected: 0, breachNow: 0, relaxed: 0, examples: [] };
}

/** `preview` with more tickets, each of which the policy would apply to. */
export function withTickets(preview: PolicyPreview, tickets: readonly OpenClock[]): PolicyPreview {
  const effects = tickets.map((ticket) => policyEffect(ticket, preview.policy));
  const last = preview.examples.length < MOST_EXAMPLES ? undefined : preview.examples.at(-1);
  const worthy = last ? effects.filter((effect) => byUrgency(effect, last) < 0) : effects;
  return {
    policy: preview.policy,
    ticketsAffected: preview.ticketsAffected + effects.length,
    breachNow: preview.breachNow + effects.filter(({ breachesNow }) => breachesNow).length,
    relaxed: preview.relaxed + effects.filter(({ isRelaxed }) => isRelaxed).length,
    examples:
      worthy.length > 0 ? [...preview.examples, ...worthy].sort(byUrgency).slice(0, MOST_EXAMPLES) : preview.examples,
  };
}

/**
 * What would happen to a ticket if `policy` came into force at its `changedAt`: what the steps of its move (stepsDue in
 * sla-detection.ts) come to, without their events. A test holds the two against each other.
 */
export function policyEffect({ ticketId, number, clock }: OpenClock, policy: SlaPolicy): PolicyEffect {
  const editedAt = policy.changedAt;
  const moved = applyPolicy(clock, policy, editedAt);
  // Up to the edit the former policy decides: what it let pass is breached by it, recorded yet or not.
  const wasBreached = clock.breachedAt !== null || isOverdue(clock, editedAt);
  const [dueAtBefore, dueAtAfter] = [clock.dueAt, moved.dueAt];
  return {
    ticketId,
    number,
    dueAtBefore,
    dueAtAfter,
    breachesNow: !wasBreached && isOverdue(moved, editedAt),
    wasBreached,
    isRelaxed: !wasBreached && dueAtBefore !== null && dueAtAfter !== null && dueAtAfter > dueAtBefore,
  };
}

function isOverdue({ state, dueAt }: SlaClock, now: Date): boolean {
  return state === 'RUNNING' && dueAt !== null && dueAt <= now;
}

function byUrgency(a: PolicyEffect, b: PolicyEffect): number {
  if (a.breachesNow !== b.breachesNow) return a.breachesNow ? -1 : 1;
  if (a.wasBreached !== b.wasBreached) return a.wasBreached ? 1 : -1;
  const [dueA, dueB] = [a.dueAtAfter?.getTime(), b.dueAtAfter?.getTime()];
  if (dueA === dueB) return a.number - b.number;
  return (dueA ?? Number.POSITIVE_INFINITY) - (dueB ?? Number.POSITIVE_INFINITY);
}
