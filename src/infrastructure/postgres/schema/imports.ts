import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { ImportStatus } from '../../../domain/enums.ts';
import type { ColumnChoice, ImportField } from '../../../domain/import-columns.ts';
import { bytea, instant } from './columns.ts';

/** A cell as JSON: text, number, boolean and blank as they are, a date as {d: RFC 3339}, an error cell as {e: text}, text that JSON in Postgres cannot hold as {u: base64 of UTF-16}. */
export type StoredCell = string | number | boolean | null | { d: string | null } | { e: string } | { u: string };

export const uploadChunks = pgTable(
  'upload_chunks',
  {
    uploadId: uuid('upload_id').notNull(),
    seq: integer('seq').notNull(),
    bytes: bytea('bytes').notNull(),
  },
  (t) => [primaryKey({ columns: [t.uploadId, t.seq] })],
);

export const importProcesses = pgTable(
  'import_processes',
  {
    id: uuid('id').primaryKey(),
    filename: text('filename').notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    sha256: text('sha256').notNull(),
    uploadId: uuid('upload_id').notNull(),
    status: text('status').$type<ImportStatus>().notNull(),
    headers: jsonb('headers').$type<string[]>(),
    /** Parallel to `headers`. null with headers: read by a release that did not keep it. */
    fields: jsonb('fields').$type<(ImportField | null)[]>(),
    /** Unused since 0.2.0, from when on `fields` tells it. */
    ignoredColumns: jsonb('ignored_columns').$type<string[]>(),
    dryRun: boolean('dry_run').notNull().default(false),
    mapping: jsonb('mapping').$type<readonly ColumnChoice[]>(),
    /** Rises with each upload, also one that lets a cancelled import go on: of two imports that name an external id the higher one stands. */
    uploadOrder: bigint('upload_order', { mode: 'number' }).notNull().generatedByDefaultAsIdentity(),
    totalRows: integer('total_rows'),
    succeededRows: integer('succeeded_rows').notNull().default(0),
    failedRows: integer('failed_rows').notNull().default(0),
    retriedRows: integer('retried_rows').notNull().default(0),
    /** While all dead letters are tried again: the last row that has been. Those behind it wait for it, though they are DEAD. */
    retryAfterRow: integer('retry_after_row'),
    error: text('error'),
    uploadedById: uuid('uploaded_by_id').notNull(),
    createdAt: instant('created_at').notNull(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
    /** `startedAt` moved on by the time in which the import did not run: what the pace is measured from. */
    workingSince: instant('working_since'),
  },
  (t) => [
    // The same bytes in the same manner are one process, unless that one failed.
    uniqueIndex('import_processes_upload_key')
      .on(t.sha256, t.dryRun, sql`md5(coalesce(${t.mapping}::text, ''))`)
      .where(sql`${t.status} <> 'FAILED'`),
    index('import_processes_created_idx').on(t.createdAt, t.id),
    index('import_processes_open_idx').on(t.id).where(sql`${t.status} IN ('QUEUED', 'RUNNING')`),
  ],
);

/** Some hundred rows of a file on their way; their text is emptied once they are committed. */
export const importChunks = pgTable(
  'import_chunks',
  {
    importId: uuid('import_id').notNull(),
    seq: integer('seq').notNull(),
    rowCount: integer('row_count').notNull(),
    /** Of releases before 0.3.0, which did not keep `packed`. */
    rows: jsonb('rows').$type<unknown>(),
    /** The rows as `encodeRows` writes them, deflated. */
    packed: bytea('packed'),
    committedAt: instant('committed_at'),
  },
  (t) => [
    primaryKey({ columns: [t.importId, t.seq] }),
    index('import_chunks_open_idx').on(t.importId, t.seq).where(sql`${t.committedAt} IS NULL`),
  ],
);

/** Rows that did not make it: DEAD are the dead letters, RETRYING are some of them being tried again (of all of them the import tells), TRYING are rows that the store refused and that are tried alone before they count as failed. */
export const deadLetters = pgTable(
  'dead_letters',
  {
    id: uuid('id').primaryKey(),
    importId: uuid('import_id').notNull(),
    rowNumber: integer('row_number').notNull(),
    state: text('state').$type<'DEAD' | 'RETRYING' | 'TRYING'>().notNull(),
    cells: jsonb('cells').$type<StoredCell[]>().notNull(),
    reasons: jsonb('reasons').$type<string[]>().notNull(),
    attempts: integer('attempts').notNull(),
    failedAt: instant('failed_at').notNull(),
  },
  (t) => [
    uniqueIndex('dead_letters_row_key').on(t.importId, t.rowNumber),
    index('dead_letters_order_idx').on(t.failedAt, t.id),
    index('dead_letters_waiting_idx').on(t.importId, t.id).where(sql`${t.state} <> 'DEAD'`),
  ],
);
