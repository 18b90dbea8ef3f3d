import { throwIfInvalid } from '../domain-error.ts';
import {
  addDays,
  addMonths,
  type Day,
  dayOf,
  FIRST_INSTANT,
  LAST_INSTANT,
  monthStart,
  startOfDay,
  yearStart,
} from './calendar.ts';

/** The stretches that buckets sum up, by length. */
export type Span = 'DAY' | 'MONTH' | 'YEAR';

/** What a caller asks about: from `from` on and before `to`; null: without that bound. */
export interface ReportRange {
  readonly from: Date | null;
  readonly to: Date | null;
}

/** All buckets of one span that begin on `from` or later and before `to`; null: without that bound. */
export interface BucketRun {
  readonly span: Span;
  readonly from: Day | null;
  readonly to: Day | null;
}

/** A stretch within one day that no bucket fits. */
export interface Edge {
  readonly from: Date;
  readonly to: Date;
}

/** Buckets and edges that together are exactly a range: at most five runs and two edges, however long the range. */
export interface Cover {
  readonly runs: readonly BucketRun[];
  readonly edges: readonly Edge[];
}

/** The range within what can be stored. VALIDATION_FAILED naming `from` when it is not before `to`. */
export function checkRange(range: ReportRange): ReportRange {
  const { from, to } = range;
  if (from && to && from >= to) {
    const message = `"from" (${from.toISOString()}) must be before "to" (${to.toISOString()}); swap them, or leave one out.`;
    throwIfInvalid([{ path: 'from', message }]);
  }
  return { from: from && within(from), to: to && within(to) };
}

function within(instant: Date): Date {
  if (instant < FIRST_INSTANT) return FIRST_INSTANT;
  return instant > LAST_INSTANT ? LAST_INSTANT : instant;
}

/** Covers `range` with the longest buckets that fit, none longer than `longest`, and the rest of its first and last day as edges. */
export function cover(range: ReportRange, longest: Span = 'YEAR'): Cover {
  const { from, to } = range;
  const firstDay = from && (isMidnight(from) ? dayOf(from) : addDays(dayOf(from), 1));
  const endDay = to && dayOf(to);
  if (from && to && firstDay && endDay && firstDay > endDay) return { runs: [], edges: [{ from, to }] };
  const edges: Edge[] = [];
  if (from && firstDay && !isMidnight(from)) edges.push({ from, to: startOfDay(firstDay) });
  if (to && endDay && !isMidnight(to)) edges.push({ from: startOfDay(endDay), to });
  const levels = LEVELS.slice(LEVELS.findIndex(({ span }) => span === longest));
  return { runs: runsOf(firstDay, endDay, levels), edges };
}

/** The days, which ascend, as few stretches: one for each row of neighbours. */
export function stretchesOf(days: readonly Day[]): Edge[] {
  const stretches: { from: Day; to: Day }[] = [];
  for (const day of days) {
    const last = stretches.at(-1);
    if (last?.to === day) last.to = addDays(day, 1);
    else stretches.push({ from: day, to: addDays(day, 1) });
  }
  return stretches.map(({ from, to }) => ({ from: startOfDay(from), to: startOfDay(to) }));
}

interface Level {
  readonly span: Span;
  /** The start of the stretch that `day` lies in, and of the one after it. */
  readonly floor: (day: Day) => Day;
  readonly next: (start: Day) => Day;
}

const LEVELS: readonly Level[] = [
  { span: 'YEAR', floor: yearStart, next: (start) => addMonths(start, 12) },
  { span: 'MONTH', floor: monthStart, next: (start) => addMonths(start, 1) },
  { span: 'DAY', floor: (day) => day, next: (start) => addDays(start, 1) },
];

function runsOf(from: Day | null, to: Day | null, levels: readonly Level[]): BucketRun[] {
  const [level, ...shorter] = levels;
  if (!level || (from !== null && to !== null && from >= to)) return [];
  const start = from && (level.floor(from) === from ? from : level.next(level.floor(from)));
  const end = to && level.floor(to);
  if (start !== null && end !== null && start >= end) return runsOf(from, to, shorter);
  return [
    ...(from === null ? [] : runsOf(from, start, shorter)),
    { span: level.span, from: start, to: end },
    ...(to === null ? [] : runsOf(end, to, shorter)),
  ];
}

function isMidnight(instant: Date): boolean {
  return startOfDay(dayOf(instant)).getTime() === instant.getTime();
}
