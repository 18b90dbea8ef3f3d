import type { EndedCycle } from '../../src/application/ticket/ports.ts';
import type { LoggedEvent } from '../../src/domain/event.ts';
import { toAlert } from '../../src/domain/sla-alert.ts';
import { elapsedMs } from '../../src/domain/sla-clock.ts';
import type { SlaPolicy } from '../../src/domain/sla-policy.ts';
import type { Escalation, Ticket } from '../../src/domain/ticket.ts';
import { levelOf, type ModelCycle, type ModelTicket, type Said, stateOf } from './simulation-book.ts';
import { MINUTE_MS, type Minute } from './simulation-minutes.ts';
import type { SlaModel } from './sla-model.ts';

/** A ticket as the desk stores it. */
export interface StoredTicket {
  readonly ticket: Ticket;
  readonly escalations: readonly Escalation[];
  readonly ended: readonly EndedCycle[];
}

type ToMinute = (at: Date) => Minute;

/** Everything of a stored ticket that the model says too, line by line. */
export function storedView(
  { ticket, escalations, ended }: StoredTicket,
  policy: SlaPolicy,
  now: Date,
  toMinute: ToMinute,
): string[] {
  const at = (date: Date | null) => date && toMinute(date);
  const { clock } = ticket;
  const cycleLines = (each: EndedCycle) =>
    linesOf(`cycle ${each.cycle}`, {
      policy: `${each.tier} ${each.policyVersion}`,
      start: at(each.startedAt),
      due: at(each.dueAt),
      breached: at(each.breachedAt),
      detected: at(each.detectedAt),
      level: each.escalationLevel,
      acknowledged: at(each.acknowledgedAt),
      met: at(each.metAt),
      stretches: each.intervals.map(({ state, from, to }) => `${state} ${at(from)}-${at(to) ?? ''}`).join(', '),
    });
  const levelLine = ({ cycle, level, escalatedAt, reason, acknowledgedAt }: Escalation) =>
    levelText(cycle, { level, at: toMinute(escalatedAt), reason, acknowledged: at(acknowledgedAt) });
  return [
    ...linesOf('ticket', {
      status: ticket.status,
      version: ticket.version,
      deleted: ticket.deletedAt !== null,
      state: clock.state,
      elapsed: elapsedMs(clock, policy, now) / MINUTE_MS,
      warned: at(clock.atRiskAlertedAt),
    }),
    ...[...ended, clock].flatMap(cycleLines),
    ...escalations.map(levelLine),
  ];
}

/** The same of the model's ticket. */
export function modelView(model: SlaModel, ticket: ModelTicket): string[] {
  const { cycle: present, ended } = ticket;
  const cycles = [...ended, present];
  const cycleLines = (each: ModelCycle, index: number) =>
    linesOf(`cycle ${index + 1}`, {
      policy: `${each.tier} ${each.version}`,
      start: each.start,
      due: stateOf(each) === 'PAUSED' ? null : model.dueOf(each),
      breached: each.breach?.at ?? null,
      detected: each.breach?.seen ?? null,
      level: levelOf(each),
      acknowledged: each.acknowledged,
      met: each.met,
      stretches: each.stretches.map(({ state, from, to }) => `${state} ${from}-${to ?? ''}`).join(', '),
    });
  return [
    ...linesOf('ticket', {
      status: ticket.status,
      version: ticket.version,
      deleted: ticket.deleted,
      state: stateOf(present),
      elapsed: model.ran(present, present.start, model.now),
      warned: present.warnedAt,
    }),
    ...cycles.flatMap(cycleLines),
    ...cycles.flatMap(({ levels, acknowledged }, index) =>
      levels.map((level) => levelText(index + 1, { ...level, acknowledged })),
    ),
  ];
}

function linesOf(subject: string, facts: Record<string, unknown>): string[] {
  return Object.entries(facts).map(([name, value]) => `${subject}: ${name} ${value}`);
}

function levelText(
  cycle: number,
  { level, at, reason, acknowledged }: { level: number; at: Minute; reason: string; acknowledged: Minute | null },
): string {
  return `level ${level} of cycle ${cycle}: at ${at}, ${reason}, acknowledged ${acknowledged}`;
}

/** A line of the desk's log, in the model's words. */
export function loggedLine(event: LoggedEvent, toMinute: ToMinute): Said {
  const alert = toAlert(event);
  const { from, to } = event;
  const data = alert
    ? {
        tier: alert.tier,
        level: alert.escalationLevel,
        cycle: event.data?.cycle,
        due: toMinute(alert.dueAt),
        seen: toMinute(alert.detectedAt),
        action: alert.action,
        reason: event.data?.reason,
      }
    : { from, to };
  return { ticket: event.subjectId ?? '', type: event.type, at: toMinute(event.occurredAt), data };
}

export function lineText(line: Said | undefined): string {
  if (!line) return '';
  const facts = Object.entries(line.data).filter(([, value]) => value !== null && value !== undefined);
  const texts = facts.map(([name, value]) => `${name} ${value}`).sort();
  return `${line.type} at ${line.at}: ${texts.join(', ')}`;
}

/** Two columns; lines that differ are marked. */
export function sideBySide(
  title: string,
  left: readonly string[],
  otherTitle: string,
  right: readonly string[],
): string {
  const width = Math.max(title.length, ...left.map(({ length }) => length));
  const row = (mark: string, a = '', b = '') => `${mark} ${a.padEnd(width)} | ${b}`;
  const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
    row(left[i] === right[i] ? ' ' : '!', left[i], right[i]),
  );
  return [row(' ', title, otherTitle), ...rows].join('\n');
}
