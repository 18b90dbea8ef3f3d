import type { ClientTier } from '../api/schema.generated.ts';
import { durationWords } from '../shared/duration.ts';
import { sharedTexts } from '../shared/texts.ts';
import { dayName, dayWords, monthOf, monthWords, weekOf } from './calendar.ts';
import type { ReportsPageQuery } from './documents.generated.ts';
import { reportTexts } from './texts.ts';
import { type AgentSort, hasWeek, type Period, type ReportsView } from './view.ts';

export type Reports = ReportsPageQuery['reports'];
export type ReportedImport = Reports['lastProcesses'][number];
export type Resolution = Reports['averageResolution'][number];
export type Agent = Reports['topAgents'][number];
export type Week = Reports['weeklyStatus'][number];

/** A number or text of a report: as a file has it, and as people read it. */
export interface Cell {
  readonly value: string | number | null;
  readonly words: string;
  /** More exactly than the words. */
  readonly exact?: string;
}

export interface Column {
  readonly label: string;
  /** With its unit, where the words carry it and the file does not. */
  readonly fileLabel?: string;
  readonly isNumber: boolean;
  /** What a full bar stands for; without it the largest number of the column. */
  readonly whole?: number;
}

/** The numbers of a report, once: what a chart draws, a screen reader reads and a file holds are made of it. */
export interface ReportTable {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly Cell[] }[];
}

const MINUTE_MS = 60_000;

export const tierWords = (tier: ClientTier | null): string =>
  tier === null ? reportTexts.allTiers : sharedTexts.tier[tier];
export const minutesWords = (minutes: number): string => durationWords(minutes * MINUTE_MS);
/** To one place, never up: 100 % means every one. */
export const roundedPercent = (percent: number): number => Math.floor(percent * 10 + 1e-6) / 10;
export const percentWords = (percent: number): string => `${roundedPercent(percent).toLocaleString()} %`;
export const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : (part / whole) * 100);

const text = (words: string): Cell => ({ value: words, words });
const number = (value: number): Cell => ({ value, words: value.toLocaleString() });
const percent = (value: number): Cell => ({ value: roundedPercent(value), words: percentWords(value) });
const textColumn = (label: string): Column => ({ label, isNumber: false });
const numberColumn = (label: string, fileLabel = label): Column => ({ label, fileLabel, isNumber: true });

function minutes(value: number): Cell {
  const rounded = Math.round(value * 10) / 10;
  return { value: rounded, words: minutesWords(value), exact: `${rounded.toLocaleString()} min` };
}

/** What a full bar of a column stands for. */
export function fullBar({ columns, rows }: ReportTable, column: number): number {
  const numbers = rows.map(({ cells }) => cells[column]?.value).filter((value) => typeof value === 'number');
  return columns[column]?.whole ?? Math.max(1, ...numbers);
}

export function resolutionTable(rows: Reports['averageResolution']): ReportTable {
  const { title, columns, minutes: unit } = reportTexts.resolution;
  const nothing: Cell = { value: null, words: '' };
  return {
    name: 'resolution',
    title,
    columns: [
      textColumn(columns.tier),
      numberColumn(columns.tickets),
      ...[columns.median, columns.p90, columns.mean].map((label) => numberColumn(label, unit(label))),
    ],
    rows: rows.map(({ tier, tickets, medianMinutes, p90Minutes, averageMinutes }) => ({
      key: tier ?? 'ALL',
      cells: [
        text(tierWords(tier)),
        number(tickets),
        ...[medianMinutes, p90Minutes, averageMinutes].map((each) => (tickets === 0 ? nothing : minutes(each))),
      ],
    })),
  };
}

/** How many of the tickets of one month, or year, were escalated. */
export interface Escalations {
  /** "2026-11" or "2026" */
  readonly name: string;
  readonly vip: number;
  readonly vipAll: number;
  readonly normal: number;
  readonly normalAll: number;
  readonly all: number;
  readonly total: number;
}

/** One row for each month, of the API's three. */
export function escalationsByMonth(rows: Reports['escalatedPerMonth']): Escalations[] {
  const months = new Map<string, Escalations>();
  for (const { month, tier, escalated, total } of rows) {
    const known = months.get(month) ?? { name: month, vip: 0, vipAll: 0, normal: 0, normalAll: 0, all: 0, total: 0 };
    if (tier === 'VIP') months.set(month, { ...known, vip: escalated, vipAll: total });
    else if (tier === 'NORMAL') months.set(month, { ...known, normal: escalated, normalAll: total });
    else months.set(month, { ...known, all: escalated, total });
  }
  return [...months.values()];
}

export function monthsTable(months: readonly Escalations[]): ReportTable {
  const { title, columns, percent: unit } = reportTexts.months;
  const { month, share, ...numbers } = columns;
  return {
    name: 'escalations',
    title,
    columns: [
      textColumn(month),
      ...Object.values(numbers).map((label) => numberColumn(label)),
      numberColumn(share, unit(share)),
    ],
    rows: months.map(({ name, vip, vipAll, normal, normalAll, all, total }) => ({
      key: name,
      cells: [
        { value: name, words: monthWords(monthOf(name)) },
        ...[vip, vipAll, normal, normalAll, all, total].map(number),
        percent(shareOf(all, total)),
      ],
    })),
  };
}

const SORTED_BY: Readonly<Record<AgentSort, (a: Agent, b: Agent) => number>> = {
  agent: (a, b) => a.agent.localeCompare(b.agent),
  resolved: (a, b) => a.resolved - b.resolved,
  time: (a, b) => a.averageMinutes - b.averageMinutes,
  breached: (a, b) => a.breached - b.breached,
  kept: (a, b) => a.slaMetPercent - b.slaMetPercent,
};

/** Equal ones stay as the API has them, most resolved first. */
export function sortAgents(agents: readonly Agent[], { sort, direction }: Pick<ReportsView, 'sort' | 'direction'>) {
  const sign = direction === 'ASC' ? 1 : -1;
  return agents.toSorted((a, b) => sign * SORTED_BY[sort](a, b));
}

export function agentsTable(agents: readonly Agent[]): ReportTable {
  const { title, columns, file } = reportTexts.agents;
  return {
    name: 'agents',
    title,
    columns: [
      textColumn(columns.agent),
      numberColumn(columns.resolved),
      numberColumn(columns.time, file.time),
      numberColumn(columns.breached),
      { ...numberColumn(columns.kept, file.kept), whole: 100 },
    ],
    rows: agents.map(({ agent, resolved, averageMinutes, breached, slaMetPercent }) => ({
      key: agent,
      cells: [text(agent), number(resolved), minutes(averageMinutes), number(breached), percent(slaMetPercent)],
    })),
  };
}

/** The weeks of the period; at its beginning, those before anything happened are left out. */
export function weeksOf(weeks: readonly Week[], period: Period): Week[] {
  const first = weeks.findIndex(({ opened, resolved, closed, backlog }) => opened + resolved + closed + backlog > 0);
  const begun = period.first === null ? weeks.slice(Math.max(first, 0)) : weeks;
  return begun.filter(({ week }) => hasWeek(period, weekOf(week)));
}

/** All that were resolved in a week: some of them have been closed since. */
export const solvedIn = ({ resolved, closed }: Week): number => resolved + closed;

export function weeksTable(weeks: readonly Week[]): ReportTable {
  const { title, columns } = reportTexts.weeks;
  const { week, monday, ...numbers } = columns;
  return {
    name: 'weeks',
    title,
    columns: [textColumn(week), textColumn(monday), ...Object.values(numbers).map((label) => numberColumn(label))],
    rows: weeks.map((each) => ({
      key: each.week,
      cells: [
        text(each.week),
        { value: dayName(weekOf(each.week)), words: dayWords(weekOf(each.week)) },
        ...[each.opened, solvedIn(each), each.closed, each.escalated, each.breached, each.backlog].map(number),
      ],
    })),
  };
}

export function importsTable(imports: readonly ReportedImport[], instantWords: (iso: string) => string): ReportTable {
  const { title, columns, tookFile, status: statusWords, dryRun } = reportTexts.imports;
  return {
    name: 'imports',
    title,
    columns: [
      textColumn(columns.file),
      textColumn(columns.status),
      numberColumn(columns.total),
      numberColumn(columns.rows),
      numberColumn(columns.failed),
      textColumn(columns.uploaded),
      numberColumn(columns.took, tookFile),
      textColumn(columns.by),
    ],
    rows: imports.map((each) => ({
      key: each.id,
      cells: [
        text(each.filename),
        text(each.dryRun ? `${statusWords[each.status]}, ${dryRun}` : statusWords[each.status]),
        each.totalRows === null ? { value: null, words: '' } : number(each.totalRows),
        number(each.succeededRows),
        number(each.failedRows),
        { value: each.createdAt, words: instantWords(each.createdAt), exact: each.createdAt },
        tookCell(each),
        text(each.uploadedBy.name),
      ],
    })),
  };
}

function tookCell({ startedAt, finishedAt }: ReportedImport): Cell {
  if (startedAt === null || finishedAt === null) return { value: null, words: '' };
  const ms = Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt));
  const seconds = Math.round(ms / 100) / 10;
  return { value: seconds, words: ms < MINUTE_MS ? `${seconds.toLocaleString()} s` : durationWords(ms) };
}
