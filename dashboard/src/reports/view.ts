import type { SortDirection } from '../api/schema.generated.ts';
import { addDays, dayName, dayStart, monthStart, parseDay, weekStart, weeksBetween } from './calendar.ts';

/** Ranges that move with the days. */
export const PRESETS = ['30d', '90d', '12m', 'year', 'all'] as const;
export type Preset = (typeof PRESETS)[number];

export const AGENT_SORTS = ['agent', 'resolved', 'time', 'breached', 'kept'] as const;
export type AgentSort = (typeof AGENT_SORTS)[number];

/** Charts that can be looked at as tables; the others are tables. */
export const CHARTS = ['resolution', 'months', 'weeks'] as const;
export type ChartName = (typeof CHARTS)[number];

export const FEW_AGENTS = 15;
export const MOST_AGENTS = 100;
/** As far as the API looks back. */
export const MOST_WEEKS = 260;

/** What the page shows; all of it stands in the address. */
export interface ReportsView {
  /** null: the days below. */
  readonly preset: Preset | null;
  /** First and last day that count, as midnights in UTC; null: without an end. Only without a preset. */
  readonly from: number | null;
  readonly to: number | null;
  readonly sort: AgentSort;
  readonly direction: SortDirection;
  /** How many agents are asked for. */
  readonly agents: number;
  readonly asTable: readonly ChartName[];
}

export const DEFAULT_VIEW: ReportsView = {
  preset: '12m',
  from: null,
  to: null,
  sort: 'resolved',
  direction: 'DESC',
  agents: FEW_AGENTS,
  asTable: [],
};

/** The view of an address; what it does not understand it leaves out, so that an old link still opens. */
export function parseView(params: URLSearchParams): ReportsView {
  const from = parseDay(params.get('from'));
  const to = parseDay(params.get('to'));
  const isCustom = from !== null || to !== null;
  const preset = PRESETS.find((each) => each === params.get('range')) ?? DEFAULT_VIEW.preset;
  const tables = (params.get('table') ?? '').split(',');
  const sort = AGENT_SORTS.find((each) => each === params.get('sort')) ?? DEFAULT_VIEW.sort;
  return {
    preset: isCustom ? null : preset,
    from,
    to,
    sort,
    direction: params.get('dir') === 'ASC' ? 'ASC' : 'DESC',
    agents: params.get('agents') === String(MOST_AGENTS) ? MOST_AGENTS : FEW_AGENTS,
    asTable: CHARTS.filter((each) => tables.includes(each)),
  };
}

/** The shortest address of a view: what is as usual is left out. */
export function viewParams(view: ReportsView): URLSearchParams {
  const params = new URLSearchParams();
  if (view.preset === null) {
    if (view.from !== null) params.set('from', dayName(view.from));
    if (view.to !== null) params.set('to', dayName(view.to));
  } else if (view.preset !== DEFAULT_VIEW.preset) params.set('range', view.preset);
  if (view.sort !== DEFAULT_VIEW.sort) params.set('sort', view.sort);
  if (view.direction !== DEFAULT_VIEW.direction) params.set('dir', view.direction);
  if (view.agents !== DEFAULT_VIEW.agents) params.set('agents', String(view.agents));
  if (view.asTable.length > 0) params.set('table', view.asTable.join(','));
  return params;
}

/** A change of the view that stands in the address at that moment, which may be newer than the one that is drawn. */
export type ViewChange = (now: ReportsView) => Partial<ReportsView>;

/** The days of a view at one moment. */
export interface Period {
  /** The first day that counts; null: from the beginning. */
  readonly first: number | null;
  /** The last day that counts; null: to the end. */
  readonly last: number | null;
}

export function periodOf({ preset, from, to }: Pick<ReportsView, 'preset' | 'from' | 'to'>, now: number): Period {
  const today = dayStart(now);
  switch (preset) {
    case null:
      return { first: from, last: to };
    case '30d':
      return { first: addDays(today, -29), last: null };
    case '90d':
      return { first: addDays(today, -89), last: null };
    case '12m':
      return { first: monthStart(now, -11), last: null };
    case 'year':
      return { first: Date.UTC(new Date(now).getUTCFullYear(), 0, 1), last: null };
    case 'all':
      return { first: null, last: null };
    default:
      return preset satisfies never;
  }
}

export function isBackwards({ first, last }: Period): boolean {
  return first !== null && last !== null && last < first;
}

/** What the API is asked for: its ranges end before "to", and its weeks end with the present one. */
export function variablesOf({ first, last }: Period, now: number) {
  return {
    from: first === null ? null : new Date(first).toISOString(),
    to: last === null ? null : new Date(addDays(last, 1)).toISOString(),
    weeks: first === null ? MOST_WEEKS : Math.min(Math.max(weeksBetween(first, now) + 1, 1), MOST_WEEKS),
  };
}

/** Whether the period began before the oldest week that the API looks back to. */
export function isBeyondWeeks({ first }: Period, now: number): boolean {
  return first !== null && weeksBetween(first, now) + 1 > MOST_WEEKS;
}

/** Whether any day of the week that begins on this Monday lies in the period. */
export function hasWeek({ first, last }: Period, monday: number): boolean {
  return (first === null || weekStart(first) <= monday) && (last === null || monday <= last);
}
