import assert from 'node:assert/strict';
import type { Api } from './api.ts';
import type { Row } from './workbook.ts';

interface Reports {
  readonly averageResolution: { tier: string | null; tickets: number; averageMinutes: number; medianMinutes: number }[];
  readonly escalatedPerMonth: { month: string; tier: string | null; escalated: number; total: number }[];
  readonly topAgents: { agent: string; resolved: number; averageMinutes: number }[];
  readonly weeklyStatus: { week: string; opened: number; resolved: number; closed: number }[];
  readonly lastProcesses: { id: string }[];
}

const QUERY = `query ($to: DateTime!) { reports {
  averageResolution(to: $to) { tier tickets averageMinutes medianMinutes }
  escalatedPerMonth(to: $to) { month tier escalated total }
  topAgents(limit: 5, to: $to) { agent resolved averageMinutes }
  weeklyStatus(weeks: 12) { week opened resolved closed }
  lastProcesses(limit: 10) { id }
} }`;

/** Reads the five reports and holds them against a recount of `rows`. `to` lies after every row and before every live ticket. */
export async function compareReports(api: Api, rows: readonly Row[], to: Date, importId: string): Promise<void> {
  const { reports } = await api.run<{ reports: Reports }>(QUERY, { to: to.toISOString() });
  const done = rows.filter(({ status }) => status === 'RESOLVED' || status === 'CLOSED');

  assert.equal(reports.averageResolution.length, 3);
  for (const { tier, tickets, averageMinutes, medianMinutes } of reports.averageResolution) {
    const counted = done.filter((row) => tier === null || row.tier === tier).map(minutes);
    assert.equal(tickets, counted.length, `averageResolution.tickets of ${tier}`);
    near(averageMinutes, average(counted), 1e-6, `averageMinutes of ${tier}`);
    near(medianMinutes, median(counted), 0.011, `medianMinutes of ${tier}`);
  }

  const months = new Set(rows.map(({ createdAt }) => createdAt.toISOString().slice(0, 7)));
  assert.deepEqual(new Set(reports.escalatedPerMonth.map(({ month }) => month)), months);
  for (const { month, tier, escalated, total } of reports.escalatedPerMonth) {
    const counted = rows.filter(
      (row) => row.createdAt.toISOString().startsWith(month) && (tier === null || row.tier === tier),
    );
    const escalations = counted.filter(({ escalationLevel }) => escalationLevel > 0);
    assert.deepEqual([escalated, total], [escalations.length, counted.length], `escalatedPerMonth ${month} ${tier}`);
  }

  const agents = groupBy(
    done.filter(({ agent }) => agent !== null),
    ({ agent }) => String(agent).toLowerCase(),
  );
  const best = [...agents].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1)).slice(0, 5);
  assert.deepEqual(
    reports.topAgents.map(({ agent, resolved }) => [agent, resolved]),
    best.map(([agent, theirs]) => [agent, theirs.length]),
  );

  // The last week is the present one, where the live tickets count too.
  assert.equal(reports.weeklyStatus.length, 12);
  for (const { week, opened, resolved, closed } of reports.weeklyStatus.slice(0, -1)) {
    const within = (instant: Date | null) => instant !== null && isoWeek(instant) === week;
    const ended = (status: string) => done.filter((row) => row.status === status && within(row.resolvedAt)).length;
    const counted = [rows.filter(({ createdAt }) => within(createdAt)).length, ended('RESOLVED'), ended('CLOSED')];
    assert.deepEqual([opened, resolved, closed], counted, `weeklyStatus ${week}`);
  }
  assert(reports.lastProcesses.some(({ id }) => id === importId));
}

function minutes({ createdAt, resolvedAt }: Row): number {
  assert(resolvedAt);
  return (resolvedAt.getTime() - createdAt.getTime()) / 60_000;
}

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
}

function near(actual: number, expected: number, relative: number, what: string): void {
  assert(Math.abs(actual - expected) <= Math.abs(expected) * relative, `${what}: ${actual}, recounted ${expected}`);
}

/** "2026-W47": the week whose Thursday lies in the year (ISO 8601). */
function isoWeek(instant: Date): string {
  const thursday = new Date(instant);
  thursday.setUTCHours(0, 0, 0, 0);
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const dayOfYear = (thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 86_400_000;
  return `${thursday.getUTCFullYear()}-W${String(Math.floor(dayOfYear / 7) + 1).padStart(2, '0')}`;
}

function groupBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return groups;
}
