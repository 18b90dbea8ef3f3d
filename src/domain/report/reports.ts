import { CLIENT_TIERS, type ClientTier } from '../enums.ts';
import { addDays, addMonths, type Day, monthName, toMinutes, weekName } from './calendar.ts';
import { mergeSketches, quantile, type Sketch } from './sketch.ts';

/** How long tickets took; `tier` null: all tiers together. All 0 when there are none. */
export interface AverageResolution {
  readonly tier: ClientTier | null;
  readonly tickets: number;
  readonly averageMinutes: number;
  readonly medianMinutes: number;
  readonly p90Minutes: number;
}

export interface EscalatedMonth {
  /** "2026-11" */
  readonly month: string;
  readonly tier: ClientTier | null;
  readonly escalated: number;
  readonly total: number;
}

export interface AgentPerformance {
  readonly agent: string;
  readonly resolved: number;
  readonly averageMinutes: number;
  readonly breached: number;
  readonly slaMetPercent: number;
}

export interface WeekStatus {
  /** "2026-W47" */
  readonly week: string;
  readonly opened: number;
  readonly resolved: number;
  readonly closed: number;
  readonly escalated: number;
  readonly breached: number;
  readonly backlog: number;
}

/** Resolutions of one tier: how many, their durations summed up in ms, and their sketch. */
export interface ResolutionTotals {
  readonly tier: ClientTier;
  readonly tickets: number;
  readonly totalMs: bigint;
  readonly sketch: Sketch;
}

/** Logs opened in one month in one tier. */
export interface MonthTotals {
  readonly month: Day;
  readonly tier: ClientTier;
  readonly opened: number;
  readonly escalated: number;
}

/** What one agent resolved. */
export interface AgentTotals {
  readonly agent: string;
  readonly resolved: number;
  readonly totalMs: bigint;
  readonly breached: number;
}

/** What happened in the ISO week that begins on `monday`. */
export interface WeekTotals {
  readonly monday: Day;
  readonly opened: number;
  readonly resolved: number;
  readonly closed: number;
  readonly escalated: number;
  readonly breached: number;
}

/** One row for each tier and one over all; `totals` may have several parts of a tier. */
export function averageResolutionRows(totals: readonly ResolutionTotals[]): AverageResolution[] {
  return tiersAndAll(totals).map(({ tier, parts }) => {
    const tickets = parts.reduce((sum, part) => sum + part.tickets, 0);
    const totalMs = parts.reduce((sum, part) => sum + part.totalMs, 0n);
    const sketch = mergeSketches(parts.map((part) => part.sketch));
    return {
      tier,
      tickets,
      averageMinutes: averageMinutes(totalMs, tickets),
      medianMinutes: toMinutes(quantile(sketch, 0.5)),
      p90Minutes: toMinutes(quantile(sketch, 0.9)),
    };
  });
}

/** For each month from that of `first` to that of `last` one row for each tier and one over all. */
export function escalatedMonthRows(first: Day, last: Day, totals: readonly MonthTotals[]): EscalatedMonth[] {
  const byMonth = new Map<string, MonthTotals[]>();
  for (const part of totals) {
    const name = monthName(part.month);
    byMonth.set(name, [...(byMonth.get(name) ?? []), part]);
  }
  const rows: EscalatedMonth[] = [];
  for (let month = addMonths(first, 0); month <= last; month = addMonths(month, 1)) {
    const name = monthName(month);
    for (const { tier, parts } of tiersAndAll(byMonth.get(name) ?? [])) {
      const escalated = parts.reduce((sum, part) => sum + part.escalated, 0);
      rows.push({ month: name, tier, escalated, total: parts.reduce((sum, part) => sum + part.opened, 0) });
    }
  }
  return rows;
}

/** How many months the rows of `escalatedMonthRows` would span. */
export function monthsBetween(first: Day, last: Day): number {
  const months = (day: Day) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
  return Math.max(0, months(last) - months(first) + 1);
}

/** The agent's row; every agent in `totals` has resolved something. */
export function agentRow(totals: AgentTotals): AgentPerformance {
  const { agent, resolved, breached } = totals;
  return {
    agent,
    resolved,
    averageMinutes: averageMinutes(totals.totalMs, resolved),
    breached,
    slaMetPercent: (100 * (resolved - breached)) / resolved,
  };
}

/** `count` weeks from `firstMonday` on; `openBefore` tickets were open when they began. Weeks without totals are empty. */
export function weekRows(
  firstMonday: Day,
  count: number,
  openBefore: number,
  totals: readonly WeekTotals[],
): WeekStatus[] {
  const byMonday = new Map(totals.map((week) => [week.monday, week]));
  let backlog = openBefore;
  return Array.from({ length: count }, (_, index) => {
    const monday = addDays(firstMonday, 7 * index);
    const { opened, resolved, closed, escalated, breached } = byMonday.get(monday) ?? EMPTY_WEEK;
    backlog += opened - resolved - closed;
    return { week: weekName(monday), opened, resolved, closed, escalated, breached, backlog };
  });
}

const EMPTY_WEEK = { opened: 0, resolved: 0, closed: 0, escalated: 0, breached: 0 };

function averageMinutes(totalMs: bigint, count: number): number {
  return count === 0 ? 0 : toMinutes(Number(totalMs) / count);
}

interface TierParts<T> {
  readonly tier: ClientTier | null;
  readonly parts: readonly T[];
}

function tiersAndAll<T extends { readonly tier: ClientTier }>(parts: readonly T[]): TierParts<T>[] {
  const ofTier = CLIENT_TIERS.map((tier) => ({ tier, parts: parts.filter((part) => part.tier === tier) }));
  return [...ofTier, { tier: null, parts }];
}
