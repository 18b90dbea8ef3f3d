import { DomainError } from './domain-error.ts';
import type { ImportStatus } from './enums.ts';
import type { ColumnChoice, ColumnFields } from './import-columns.ts';

/** One uploaded file on its way into the ticket logs. Counters hold what is committed, so they never run ahead. */
export interface ImportProcess {
  readonly id: string;
  readonly filename: string;
  readonly sizeBytes: number;
  /** Of the file's bytes, as 64 hexadecimal digits. */
  readonly sha256: string;
  readonly status: ImportStatus;
  /** The header row as people see it; null until it has been read. */
  readonly headers: readonly string[] | null;
  /** What each of those columns was taken for; null until the header row has been read. */
  readonly fields: ColumnFields | null;
  /** Whether it only tries: its rows are judged, and none is stored. */
  readonly dryRun: boolean;
  /** What whoever uploaded it said of its columns, in the form of `parseMapping`. */
  readonly mapping: readonly ColumnChoice[] | null;
  /** null until the file has been read to its end. */
  readonly totalRows: number | null;
  readonly succeededRows: number;
  /** Rows that went to the dead letters; a retry that succeeds moves one to `succeededRows`. */
  readonly failedRows: number;
  /** Rows that were tried alone, on their own or because somebody asked for it; each counted once a trial begins. */
  readonly retriedRows: number;
  /** Why the whole file failed, for people. */
  readonly error: string | null;
  readonly uploadedById: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** `startedAt` moved on by the time in which the import did not run: what the pace is measured from. */
  readonly workingSince: Date | null;
}

/** What a change of status touches. */
export type ImportState = Pick<ImportProcess, 'status' | 'error' | 'startedAt' | 'finishedAt' | 'workingSince'>;

/** Where each status may go. A retry of dead letters brings a file with errors back to RUNNING, an upload of the same bytes a cancelled one, or fails it when it is too old to go on. */
export const IMPORT_TRANSITIONS: Readonly<Record<ImportStatus, readonly ImportStatus[]>> = {
  QUEUED: ['RUNNING', 'FAILED', 'CANCELLED'],
  RUNNING: ['COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED', 'CANCELLED'],
  COMPLETED: [],
  COMPLETED_WITH_ERRORS: ['RUNNING'],
  FAILED: [],
  CANCELLED: ['QUEUED', 'FAILED'],
};

/** True while work on the file may still go on by itself. */
export function isOpen(status: ImportStatus): boolean {
  return status === 'QUEUED' || status === 'RUNNING';
}

/** The process in status `to` at `now`, or null when the table does not allow that change. */
function moved(process: ImportProcess, to: ImportStatus, changes: Partial<ImportState>): ImportState | null {
  if (!IMPORT_TRANSITIONS[process.status].includes(to)) return null;
  const { error, startedAt, finishedAt, workingSince } = process;
  return { error, startedAt, finishedAt, workingSince, ...changes, status: to };
}

/** The beginning of the work, as if it had not rested since `finishedAt`. */
function workingSinceAfterRest({ workingSince, finishedAt }: ImportProcess, now: Date): Date | null {
  if (!workingSince || !finishedAt) return workingSince;
  return new Date(now.getTime() - (finishedAt.getTime() - workingSince.getTime()));
}

/** The work begins; null unless the file waits for it. */
export function started(process: ImportProcess, now: Date): ImportState | null {
  if (process.status !== 'QUEUED') return null;
  return moved(process, 'RUNNING', { startedAt: process.startedAt ?? now, workingSince: process.workingSince ?? now });
}

/** The whole file failed for `reason`; null unless it is open. */
export function failed(process: ImportProcess, reason: string, now: Date): ImportState | null {
  if (!isOpen(process.status)) return null;
  return moved(process, 'FAILED', { error: reason, finishedAt: now });
}

/** Somebody stops it; null unless it is open. */
export function cancelled(process: ImportProcess, now: Date): ImportState | null {
  return moved(process, 'CANCELLED', { finishedAt: now });
}

/** A cancelled file goes on where it stopped; null unless it is cancelled. */
export function resumed(process: ImportProcess, now: Date): ImportState | null {
  return moved(process, 'QUEUED', { finishedAt: null, workingSince: workingSinceAfterRest(process, now) });
}

const DAY_MS = 24 * 3_600_000;

/** How long a cancelled import can go on; its file is kept a little longer. */
export const RESUMABLE_DAYS = 30;

/** Whether it was cancelled so long ago that its file may be gone. */
export function isPastResuming({ status, finishedAt }: ImportProcess, now: Date): boolean {
  return (
    status === 'CANCELLED' && finishedAt !== null && now.getTime() - finishedAt.getTime() > RESUMABLE_DAYS * DAY_MS
  );
}

/** The same file was uploaded again, to an import that is past resuming; null unless it is. */
export function superseded(process: ImportProcess, now: Date): ImportState | null {
  if (!isPastResuming(process, now)) return null;
  const error = `It was cancelled more than ${RESUMABLE_DAYS} days ago, and the file was uploaded again since.`;
  return moved(process, 'FAILED', { error });
}

/** Some of its dead letters are tried again; null unless it ended with errors. */
export function retrying(process: ImportProcess, now: Date): ImportState | null {
  if (process.status !== 'COMPLETED_WITH_ERRORS') return null;
  return moved(process, 'RUNNING', { finishedAt: null, workingSince: workingSinceAfterRest(process, now) });
}

/** Every row has met its fate; null unless it runs. */
export function completed(process: ImportProcess, now: Date): ImportState | null {
  const to = process.failedRows > 0 ? 'COMPLETED_WITH_ERRORS' : 'COMPLETED';
  return moved(process, to, { finishedAt: now });
}

/** How far an import is. Rows per second is an average over the time in which it ran; both rates are null where they cannot be known. */
export interface ImportProgress {
  readonly processedRows: number;
  readonly rowsPerSecond: number | null;
  /** Whole seconds until the last row, at the average pace; null unless the import runs and its length is known. */
  readonly etaSeconds: number | null;
}

/** Derives the progress at `now` from the committed counters. */
export function progressOf(process: ImportProcess, now: Date): ImportProgress {
  const processedRows = process.succeededRows + process.failedRows;
  const until = process.finishedAt ?? now;
  const seconds = process.workingSince ? (until.getTime() - process.workingSince.getTime()) / 1000 : 0;
  const rowsPerSecond = seconds > 0 && processedRows > 0 ? processedRows / seconds : null;
  const isRunning = process.status === 'RUNNING';
  const left = process.totalRows === null ? null : Math.max(0, process.totalRows - processedRows);
  const etaSeconds = isRunning && left !== null && rowsPerSecond !== null ? Math.ceil(left / rowsPerSecond) : null;
  return { processedRows, rowsPerSecond, etaSeconds };
}

/** PAYLOAD_TOO_LARGE: more bytes came than the `max` that an import takes. */
export function fileTooLarge(max: number): DomainError<'PAYLOAD_TOO_LARGE'> {
  const message = `The file is larger than ${max} bytes, the most that an import takes: split it into several files.`;
  return new DomainError('PAYLOAD_TOO_LARGE', message, { limit: 'IMPORT_MAX_BYTES', max });
}

/** A name as it may be kept and shown: without folders and control characters, at most 255 characters. */
export function sanitiseFilename(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const clean = base.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '').trim();
  return [...clean].slice(0, 255).join('') || 'upload';
}
