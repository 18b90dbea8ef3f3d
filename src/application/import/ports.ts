import type { NewEvent } from '../../domain/event.ts';
import type { ColumnChoice, ColumnFields } from '../../domain/import-columns.ts';
import type { ImportProcess, ImportState } from '../../domain/import-process.ts';
import type { ImportedLog } from '../../domain/import-row.ts';
import type { CellValue } from '../../domain/sheet-row.ts';
import type { SlaPolicy } from '../../domain/sla-policy.ts';
import type { Page } from '../page.ts';
import type { TrialOutcome } from './trial-outcome.ts';

/** The uploaded bytes, kept until their import has ended; those of a cancelled one are kept on for a while. */
export interface UploadStore {
  /**
   * Keeps `content` under `id` in small pieces while hashing it. Returns the size in bytes and the SHA-256 in hexadecimal.
   * Throws PAYLOAD_TOO_LARGE as soon as more than `maxBytes` came, and whatever `content` throws; nothing is kept then.
   */
  save(id: string, content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StoredUpload>;
  /** Writes the bytes to a temporary file, for readers that need to seek. `remove` deletes the file again. */
  spool(id: string, signal: AbortSignal): Promise<{ readonly path: string; remove(): Promise<void> }>;
  /** Deletes the bytes; none is fine. */
  remove(id: string): Promise<void>;
  /**
   * Deletes what uploads that never became an import left behind, if begun before `before`, and the bytes of imports that were
   * cancelled before `cancelledBefore` and are so still; returns how many pieces.
   */
  sweep(before: Date, cancelledBefore: Date): Promise<number>;
}

export interface StoredUpload {
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface NewImport extends StoredUpload {
  readonly id: string;
  readonly uploadId: string;
  readonly filename: string;
  readonly dryRun: boolean;
  readonly mapping: readonly ColumnChoice[] | null;
  readonly uploadedById: string;
  readonly createdAt: Date;
}

/** What the rows of an import are judged by. */
export interface RowRules {
  /** What each column of its header row was taken for. */
  readonly fields: ColumnFields;
  /** No row that is good is stored. */
  readonly dryRun: boolean;
}

/** A row of the file on its way: as the sheet has it, and the earlier row whose external id it repeats, if it does. */
export interface WaitingRow {
  readonly rowNumber: number;
  readonly cells: readonly CellValue[];
  readonly duplicateOf: number | null;
}

/** Some hundred rows of a file, numbered from 0 without gaps: the text of `encodeRows`, deflated (RFC 1951). */
export interface Chunk {
  readonly seq: number;
  readonly rowCount: number;
  readonly rows: Uint8Array;
}

/** A row that did not make it. */
export interface DeadLetter {
  readonly id: string;
  readonly importId: string;
  readonly rowNumber: number;
  /** The header row of its file. */
  readonly headers: readonly string[];
  readonly cells: readonly CellValue[];
  /** Every reason, as sentences. */
  readonly reasons: readonly string[];
  readonly attempts: number;
  readonly failedAt: Date;
}

/** What the work on an import still needs. */
export interface OpenImport {
  readonly process: ImportProcess;
  readonly uploadId: string;
  /** How many chunks were cut so far; they are numbered from 0 without gaps. */
  readonly chunks: number;
  /** Whether that is all of the file. */
  readonly isCut: boolean;
  /** The size by which the file is cut, once the first chunk is stored. */
  readonly chunkRows: number | null;
}

/**
 * What an import is and where it stands. A change of status is atomic and never made on an outdated view. The event that tells
 * of it follows for certain: with the change, or once the change stands, at the latest when `openIds` is asked for next.
 * Counters hold what is committed: those of chunks at once, those of rows tried alone by the next announcement or end.
 */
export interface ImportStore {
  /**
   * Stores a QUEUED import, unless one with the same bytes, mapping and `dryRun` exists that did not fail: then that one is
   * returned, `isNew` false.
   */
  create(row: NewImport): Promise<{ readonly process: ImportProcess; readonly isNew: boolean }>;
  find(id: string): Promise<ImportProcess | null>;
  /** Newest first, from after the cursor on. */
  list(page: { readonly first: number; readonly after: string | null }): Promise<Page<ImportProcess>>;
  /**
   * Applies what `decide` returns for the import as it is (null: leave it) unless another change comes in between, then it
   * decides once more; logs an import.progressed event at `now`. Returns the import as it then is and whether it changed;
   * null when there is none.
   */
  change(
    id: string,
    now: Date,
    decide: (process: ImportProcess) => ImportState | null,
  ): Promise<{ readonly process: ImportProcess; readonly hasChanged: boolean } | null>;
  /** Like `change`, but only while the file is read to its end and no chunk or row of it is on its way, which cannot change in between. */
  finish(id: string, now: Date, decide: (process: ImportProcess) => ImportState | null): Promise<boolean>;
  /** Whether `finish` would find nothing on its way. */
  isThrough(id: string): Promise<boolean>;
  /** Logs an import.progressed event unless one was logged within `minGapMs` before `now`; returns whether it did. */
  logProgress(id: string, now: Date, minGapMs: number): Promise<boolean>;
  /** The ids of every import that is QUEUED or RUNNING. Also tells of changes, and does away with bytes, where a crash came in between. */
  openIds(): Promise<readonly string[]>;
}

/** Reading: from the sheet to chunks of rows. */
export interface ChunkStore {
  /** An import that is QUEUED or RUNNING, for the reading job; else null. */
  open(id: string): Promise<OpenImport | null>;
  /** Records the header row and what each of its columns was taken for. */
  saveHeader(id: string, headers: readonly string[], fields: ColumnFields): Promise<void>;
  /** Stores consecutive chunks, of any size, in their order; one that is there already stays as it is. */
  addChunks(id: string, chunks: readonly Chunk[]): Promise<void>;
  /** Whether the import still runs, and how many of its chunks are not committed. */
  backlog(id: string): Promise<{ readonly isRunning: boolean; readonly uncommitted: number }>;
  /** The file was read to its end, and this many rows are to be cut. */
  saveTotal(id: string, totalRows: number): Promise<void>;
  /** The numbers of the chunks that are not committed, ascending. */
  uncommitted(id: string): Promise<readonly number[]>;
  /** The rows of a chunk and what they are judged by, while it is not committed and its import runs; else null. */
  rowsOf(id: string, seq: number): Promise<{ readonly rules: RowRules; readonly rows: readonly WaitingRow[] } | null>;
}

/** What was decided about a row: what to log (null: it is good, and a dry run stores nothing), or why it is dead. */
export type Verdict =
  | { readonly log: JudgedLog | null; readonly reasons?: never }
  | { readonly reasons: readonly string[]; readonly log?: never };

/** An imported log with the judgement on its SLA target. */
export interface JudgedLog extends ImportedLog {
  readonly breached: boolean;
}

/**
 * Writing: from rows to ticket logs and dead letters. Each method may break off anywhere, run late, and run beside itself: what
 * it counts is decided in one atomic step, after everything that it counts is stored, and by one run; doing it again completes
 * the rest. Every report day that an old or a new version of a log touches is marked before that step. Logs are keyed by their
 * external id: a later upload replaces an earlier one's, and a run that comes late undoes nothing that a later upload wrote.
 */
export interface ImportLogWriter {
  /**
   * Writes what was decided about every row of a chunk and commits the chunk. Rows that the store refuses one by one, for
   * reasons outside the rules, are kept to be tried alone; their ids are returned. null: the chunk was committed already, or
   * the import does not run, and nothing is counted. Throws when the store is away; nothing is counted then either.
   */
  commitChunk(
    id: string,
    seq: number,
    verdicts: readonly { readonly row: WaitingRow; readonly verdict: Verdict }[],
    now: Date,
  ): Promise<CommittedChunk | null>;
  /**
   * Tries one kept row alone, as `judge` decides. 'dead': it went to the dead letters; 'dead again': it was among them before;
   * 'again': it failed and has a trial left; null: it is not waiting for a trial any more. Throws when the store is away, without using up a trial.
   */
  tryRow(
    rowId: string,
    judge: (row: DeadLetter, rules: RowRules) => Verdict,
    limits: { readonly trials: number; readonly now: Date },
  ): Promise<{ readonly importId: string; readonly outcome: TrialOutcome } | null>;
  /**
   * Tries rows of the import that wait for a trial, each once and with the outcome that `tryRow` would have, in the order of
   * their rows from behind row `afterRow` on (0: from the first): at most `first`, fewer where they are large. A row that others
   * try at the same time is decided about by one of them. null: there is none, or the import does not run. Throws when the store
   * is away; what was not decided by then waits on, with as many trials left.
   */
  tryRows(
    importId: string,
    page: { readonly afterRow: number; readonly first: number },
    judge: (row: DeadLetter, rules: RowRules) => Verdict,
    limits: { readonly trials: number; readonly now: Date },
  ): Promise<TriedRows | null>;
}

/** What a trial of rows together came to. */
export interface TriedRows {
  /** From behind which row to go on. */
  readonly lastRow: number;
  /** How many rows came out so; those that were 'dead again' or are to be tried 'again' count as neither. */
  readonly stored: number;
  readonly dead: number;
}

/** What became of a chunk's rows; `retry` are the ids of those that are to be tried alone. */
export interface CommittedChunk {
  readonly succeeded: number;
  readonly failed: number;
  readonly retry: readonly string[];
}

/** Told of rows as they are committed, for the metrics; a row that fails again is not counted again. */
export type CountRows = (outcome: 'succeeded' | 'failed' | 'retried', rows: number) => void;

export type ReleaseOutcome =
  | { readonly kind: 'released'; readonly process: ImportProcess; readonly released: number }
  | { readonly kind: 'refused'; readonly process: ImportProcess }
  | { readonly kind: 'unknown'; readonly ids: readonly string[] };

export interface DeadLetterStore {
  /** The dead letters of one import or of all, oldest first. Rows that are being tried are not among them. */
  list(page: {
    readonly importId: string | null;
    readonly first: number;
    readonly after: string | null;
  }): Promise<Page<DeadLetter>>;
  /**
   * The import's dead letters in the order of their rows, from behind row `afterRow` on (0: from the first): at most `first`,
   * fewer where they are large, and none only when none is left.
   */
  inRowOrder(
    importId: string,
    page: { readonly afterRow: number; readonly first: number },
  ): Promise<readonly DeadLetter[]>;
  /** The dead letter with this id (a UUID), or null. */
  find(id: string): Promise<DeadLetter | null>;
  /**
   * Sends dead letters of the import (all when `ids` is null) to be tried again, counts them as retried and lets the import
   * run as `decide` says, at `now`: once it runs, all of them are on their way, whatever breaks off. 'refused': `decide`
   * returned null or there was none to send. Those of `ids` may be tried alone; all of them together are not touched here,
   * however many they are, and are tried by `tryRows`.
   */
  release(
    importId: string,
    ids: readonly string[] | null,
    now: Date,
    decide: (process: ImportProcess) => ImportState | null,
  ): Promise<ReleaseOutcome>;
  /** Deletes dead letters of the import (all when `ids` is null) and returns their number; counters stay. With an unknown id none is deleted. */
  discard(
    importId: string,
    ids: readonly string[] | null,
  ): Promise<{ readonly discarded: number; readonly unknown: readonly string[] }>;
  /** The ids of the import's rows that wait for a trial; null: more than `most`, or all its dead letters, which `tryRows` is to try. */
  waiting(importId: string, most: number): Promise<readonly string[] | null>;
}

/** Everything that the import pipeline keeps; all of one store, since what they keep hangs together. */
export interface ImportStores {
  readonly imports: ImportStore;
  readonly chunks: ChunkStore;
  readonly writer: ImportLogWriter;
  readonly deadLetters: DeadLetterStore;
  readonly uploads: UploadStore;
}

/** The queue side: each call is a hint that may be lost or repeated; the same hint is not queued twice at a time. */
export interface ImportJobs {
  /** The file is to be read (on). */
  read(importId: string): Promise<void>;
  /** These chunks, in ascending order, are to be written. */
  chunks(importId: string, seqs: readonly number[]): Promise<void>;
  /** These rows are to be tried alone. */
  rows(rowIds: readonly string[]): Promise<void>;
  /** Every row of the import that waits for a trial is to be tried: for more of them than jobs should be made. */
  allRows(importId: string): Promise<void>;
}

/**
 * Appends events to the event log and resolves once they are committed. An event whose id is in the log already is left out,
 * so that whoever does not know whether it was told may tell it again.
 */
export type AppendEvents = (events: readonly NewEvent[]) => Promise<void>;

/** The SLA policies now in force, one for each tier. */
export type PoliciesInForce = () => Promise<readonly SlaPolicy[]>;

/** Recomputes every report bucket that committed logs have made stale. */
export type RefreshReports = () => Promise<void>;

/** Waits `milliseconds`; rejects with the signal's reason once it is aborted. */
export type Pause = (milliseconds: number, signal?: AbortSignal) => Promise<void>;
