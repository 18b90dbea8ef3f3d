import { workingTime } from '../calendar/working-time.ts';
import { explain } from '../sla-clock.ts';
import type { SlaPolicy } from '../sla-policy.ts';
import type { Ticket } from '../ticket.ts';
import type { AuditedEvent, AuditedTicket } from './audited-ticket.ts';

const MINUTE_MS = 60_000;

/** How a clock comes by its due instant and whatever followed from it, in words for whoever looks into a difference. */
export function tellClock({ status, deletedAt, clock }: AuditedTicket, policy: SlaPolicy | null, now: Date): string {
  const sentences = [
    `Cycle ${clock.cycle} is ${clock.state}, the ticket ${status}${deletedAt ? `, deleted at ${at(deletedAt)}` : ''}.`,
    policy ? tellPolicy(policy) : `${clock.tier} version ${clock.policyVersion}, which does not exist.`,
  ];
  const stretches = policy
    ? explain(clock, policy, now).map((each) => ({ ...each, length: `, ${each.workingSeconds} s of working time` }))
    : clock.intervals.map((each) => ({ ...each, length: '' }));
  for (const { state, from, to, length, reason } of stretches) {
    sentences.push(`${state} from ${at(from)} ${to ? `to ${at(to)}` : 'on'}${length}: ${reason}`);
  }
  sentences.push(policy ? tellDue(clock, policy) : `Due ${at(clock.dueAt)}.`);
  sentences.push(`At risk ${at(clock.atRiskAt)}, alerted ${at(clock.atRiskAlertedAt)}.`);
  if (clock.breachedAt) {
    sentences.push(
      `Breached ${at(clock.breachedAt)}, detected ${at(clock.detectedAt)}, level ${clock.escalationLevel}.`,
    );
    sentences.push(`The ladder counts from ${at(clock.ladderFrom)}, next level ${at(clock.nextEscalationAt)}.`);
  }
  if (clock.acknowledgedAt) sentences.push(`Acknowledged ${at(clock.acknowledgedAt)}.`);
  if (clock.metAt) sentences.push(`Met ${at(clock.metAt)}.`);
  return sentences.join(' ');
}

function tellPolicy(policy: SlaPolicy): string {
  const hours = policy.calendar ? `working minutes in ${policy.calendar.timeZone}` : 'minutes round the clock';
  const ladder = policy.escalateEveryMinutes
    ? `a level every ${policy.escalateEveryMinutes} minutes up to ${policy.maxEscalationLevel}`
    : 'no ladder';
  return `${policy.tier} version ${policy.version}: ${policy.resolutionMinutes} ${hours}, at risk at ${policy.atRiskPercent} %, ${policy.breachAction}, ${ladder}.`;
}

/** The sum, and what it gives when that is not what is written. */
function tellDue(clock: AuditedTicket['clock'], policy: SlaPolicy): string {
  const time = workingTime(policy.calendar);
  const paused = clock.intervals
    .filter(({ state, to }) => state === 'PAUSED' && to)
    .reduce((sum, { from, to }) => sum + time.between(from, to ?? from), 0);
  const sum = `start ${at(clock.startedAt)} + ${policy.resolutionMinutes} minutes + ${paused / 1_000} s paused`;
  if (!clock.dueAt) return clock.state === 'PAUSED' ? 'Nothing is due while it is paused.' : `No due instant: ${sum}.`;
  const due = time.after(clock.startedAt, policy.resolutionMinutes * MINUTE_MS + paused);
  const gives = due.getTime() === clock.dueAt.getTime() ? '' : `, but this gives ${at(due)}`;
  return `Due ${at(clock.dueAt)}: ${sum}${gives}.`;
}

/** One event, and where it left the clock. */
export function tellEvent({ type, from, to, occurredAt }: AuditedEvent, { status, clock }: Ticket): string {
  const step = type === 'ticket.status_changed' || type.startsWith('sla.') ? ` ${from ?? ''}>${to ?? ''}` : '';
  const level = clock.escalationLevel > 0 ? `, level ${clock.escalationLevel}` : '';
  return `${at(occurredAt)} ${type}${step === ' >' ? '' : step}: ${status}, cycle ${clock.cycle} ${clock.state}, ${clock.dueAt ? `due ${at(clock.dueAt)}` : 'nothing due'}${level}`;
}

function at(instant: Date | null): string {
  return instant ? instant.toISOString() : 'never';
}
