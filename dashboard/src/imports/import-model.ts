import type { ImportStatus } from '../api/schema.generated.ts';
import { durationWords } from '../shared/duration.ts';
import type { ImportRowFragment, ImportWholeFragment } from './documents.generated.ts';
import { importTexts } from './texts.ts';

export type ImportRow = ImportRowFragment;
export type ImportWhole = ImportWholeFragment;

/** What the rows of an import are counted by. */
export type Counted = Pick<
  ImportRow,
  'status' | 'dryRun' | 'totalRows' | 'processedRows' | 'succeededRows' | 'failedRows' | 'error'
>;

/** Whether work on it may still go on by itself. */
export function isOpen(status: ImportStatus): boolean {
  return status === 'QUEUED' || status === 'RUNNING';
}

/** How long a cancelled import can go on, as the API says. */
const RESUMABLE_MS = 30 * 24 * 3_600_000;

/** Whether it can go on where it was stopped. */
export function isResumable({ status, finishedAt }: Pick<ImportRow, 'status' | 'finishedAt'>, now: number): boolean {
  return status === 'CANCELLED' && finishedAt !== null && now - Date.parse(finishedAt) <= RESUMABLE_MS;
}

/** How much of the bar is filled, in percent: rows that are in, and rows that have failed; null: of how many is not known. */
export function sharesOf(of: Counted): { readonly succeeded: number; readonly failed: number } | null {
  if (of.totalRows === null) return null;
  if (of.totalRows === 0) return { succeeded: 0, failed: 0 };
  const percent = (rows: number) => (100 * rows) / Math.max(of.totalRows ?? 0, of.processedRows);
  return { succeeded: percent(of.succeededRows), failed: percent(of.failedRows) };
}

/** What has become of it, in a sentence. */
export function outcomeWords(of: Counted): string {
  const { outcome } = importTexts;
  const total = of.totalRows ?? of.processedRows;
  switch (of.status) {
    case 'QUEUED':
      return outcome.queued;
    case 'RUNNING':
      if (of.totalRows === null) return outcome.reading;
      return of.dryRun ? outcome.trying : outcome.running;
    case 'COMPLETED':
      return of.dryRun ? outcome.wouldAll(of.succeededRows) : outcome.all(of.succeededRows);
    case 'COMPLETED_WITH_ERRORS':
      return of.dryRun
        ? outcome.wouldSome(of.succeededRows, total, of.failedRows)
        : outcome.some(of.succeededRows, total, of.failedRows);
    case 'CANCELLED':
      return outcome.cancelled(of.processedRows, of.totalRows);
    case 'FAILED':
      return outcome.failed;
    default:
      return of.status satisfies never;
  }
}

/**
 * Pace and time left `sinceMs` after the API told of them: the pace is an average over the time of work, so that it falls, and the time
 * left grows, while nothing comes in.
 */
export function paceAfter(
  {
    processedRows,
    totalRows,
    rowsPerSecond,
    status,
  }: Pick<ImportRow, 'processedRows' | 'totalRows' | 'rowsPerSecond' | 'status'>,
  sinceMs: number,
): { readonly rowsPerSecond: number | null; readonly leftMs: number | null } {
  if (rowsPerSecond === null || processedRows === 0 || status !== 'RUNNING') return { rowsPerSecond, leftMs: null };
  const pace = processedRows / (processedRows / rowsPerSecond + Math.max(0, sinceMs) / 1_000);
  const left = totalRows === null ? null : Math.max(0, totalRows - processedRows);
  return { rowsPerSecond: pace, leftMs: left === null ? null : (1_000 * left) / pace };
}

/** A number of rows in a second, as exactly as it says something. */
export function paceWords(rowsPerSecond: number): string {
  return rowsPerSecond < 10 ? rowsPerSecond.toFixed(1) : Math.round(rowsPerSecond).toLocaleString();
}

/** How long it took from its beginning to its end; null while it has not ended. */
export function tookWords({ startedAt, finishedAt }: Pick<ImportRow, 'startedAt' | 'finishedAt'>): string | null {
  if (startedAt === null || finishedAt === null) return null;
  const length = Date.parse(finishedAt) - Date.parse(startedAt);
  return length < 10_000 ? `${(Math.max(0, length) / 1_000).toFixed(1)} s` : durationWords(length);
}

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

/** A size as people say it, in units of 1000. */
export function sizeWords(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1_000 && unit < UNITS.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`;
}

type Stamped = Pick<ImportRow, 'id' | 'createdAt' | 'status' | 'processedRows'>;

/** The newer of two that are known of one import: an answer may be overtaken by an event, and what is processed never falls. */
export function newerOf<T extends Stamped>(known: T | null | undefined, told: T): T {
  const isOvertaken = known?.id === told.id && isOpen(told.status) && known.processedRows > told.processedRows;
  return isOvertaken ? known : told;
}

/** A list with what is known of some of its rows put in their place; those that are not in it yet go on top, newest first. */
export function renewed<T extends Stamped>(rows: readonly T[], news: readonly T[]): T[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const row of news) byId.set(row.id, newerOf(byId.get(row.id), row));
  return [...byId.values()].sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
}
