import type { SlaInterval } from '../sla-clock.ts';
import {
  type AuditedEscalation,
  CLOCK_FIELDS,
  type ClockRecord,
  CYCLE_FIELDS,
  ESCALATION_FIELDS,
  TICKET_FIELDS,
} from './audited-ticket.ts';

/** One thing that the rows and the log tell differently, each as a text. */
export interface Difference {
  /** Such as `dueAt`, `intervals[1].to`, `cycles[1].metAt` or `escalations[cycle 1, level 2]`. */
  readonly field: string;
  readonly stored: string;
  readonly recomputed: string;
}

const NONE = 'none';

/** Everything in which the stored clock is not the recomputed one. */
export function compareRecords(stored: ClockRecord, recomputed: ClockRecord): Difference[] {
  return [
    ...fields('', TICKET_FIELDS, stored.ticket, recomputed.ticket),
    ...fields('', CLOCK_FIELDS, stored.ticket.clock, recomputed.ticket.clock),
    ...fields('', ['nextDeadlineAt'], stored, recomputed),
    ...intervals('intervals', stored.ticket.clock.intervals, recomputed.ticket.clock.intervals),
    ...cycles(stored, recomputed),
    ...escalations(stored, recomputed),
  ];
}

function fields<K extends string>(
  prefix: string,
  names: readonly K[],
  stored: Readonly<Record<K, unknown>>,
  recomputed: Readonly<Record<K, unknown>>,
): Difference[] {
  return names.flatMap((name) => {
    const [was, is] = [shown(stored[name]), shown(recomputed[name])];
    return was === is ? [] : [{ field: `${prefix}${name}`, stored: was, recomputed: is }];
  });
}

function intervals(name: string, stored: readonly SlaInterval[], recomputed: readonly SlaInterval[]): Difference[] {
  const length = Math.max(stored.length, recomputed.length);
  return Array.from({ length }, (_, index) => {
    const [was, is] = [stored[index], recomputed[index]];
    if (was && is) return fields(`${name}[${index}].`, ['state', 'from', 'to', 'reason'], was, is);
    return [{ field: `${name}[${index}]`, stored: stretch(was), recomputed: stretch(is) }];
  }).flat();
}

function stretch(interval: SlaInterval | undefined): string {
  return interval ? `${interval.state} from ${shown(interval.from)} to ${shown(interval.to)}` : NONE;
}

function cycles(stored: ClockRecord, recomputed: ClockRecord): Difference[] {
  const numbers = new Set([...stored.cycles, ...recomputed.cycles].map(({ cycle }) => cycle));
  return [...numbers].flatMap((number) => {
    const was = stored.cycles.find(({ cycle }) => cycle === number);
    const is = recomputed.cycles.find(({ cycle }) => cycle === number);
    const name = `cycles[${number}]`;
    if (!was || !is) return [presence(name, was, is)];
    return [
      ...fields(`${name}.`, CYCLE_FIELDS, was, is),
      ...intervals(`${name}.intervals`, was.intervals, is.intervals),
    ];
  });
}

function escalations(stored: ClockRecord, recomputed: ClockRecord): Difference[] {
  const name = ({ cycle, level }: AuditedEscalation) => `escalations[cycle ${cycle}, level ${level}]`;
  const [were, are] = [stored, recomputed].map((each) => new Map(each.escalations.map((row) => [name(row), row])));
  return [...new Set([...(were?.keys() ?? []), ...(are?.keys() ?? [])])].flatMap((key) => {
    const [was, is] = [were?.get(key), are?.get(key)];
    return was && is ? fields(`${key}.`, ESCALATION_FIELDS, was, is) : [presence(key, was, is)];
  });
}

function presence(field: string, was: object | undefined, is: object | undefined): Difference {
  return { field, stored: was ? 'there' : NONE, recomputed: is ? 'there' : NONE };
}

function shown(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return value === null || value === undefined ? NONE : String(value);
}
