import type { RowRules } from '../../../application/import/ports.ts';
import type { NewEvent } from '../../../domain/event.ts';
import { type ColumnFields, mapColumns } from '../../../domain/import-columns.ts';
import type { ImportProcess } from '../../../domain/import-process.ts';
import { asUuid } from '../../../domain/uuid.ts';
import type { ImportCollections, ImportDoc, OutboxEvent } from './documents.ts';
import { readText } from './long-texts.ts';

/** The header row and what each column was taken for, as they are kept together. */
export interface Header {
  readonly headers: readonly string[];
  readonly fields: ColumnFields;
}

/** The document of an import; null when there is none, as for what is no id. */
export async function importDoc({ imports, limit }: ImportCollections, id: string): Promise<ImportDoc | null> {
  const _id = asUuid(id);
  return _id === undefined ? null : imports.findOne({ _id }, limit);
}

export function headerKey(importId: string): string {
  return `${importId}/header`;
}

/** null until the header row has been read. */
export async function readHeader(
  collections: ImportCollections,
  doc: Pick<ImportDoc, '_id' | 'header'>,
): Promise<Header | null> {
  if (doc.header === null) return null;
  const kept: Pick<Header, 'headers'> & Partial<Header> = JSON.parse(
    await readText(collections, headerKey(doc._id), doc.header),
  );
  // An earlier release did not keep what columns were taken for: it went by their names.
  return { headers: kept.headers, fields: kept.fields ?? mapColumns(kept.headers).fields };
}

/** What the rows of the import are judged by. */
export async function readRules(collections: ImportCollections, doc: ImportDoc): Promise<RowRules> {
  const header = await readHeader(collections, doc);
  return { fields: header?.fields ?? [], dryRun: doc.dryRun ?? false };
}

/** The import as the use cases know it. */
export async function toProcess(collections: ImportCollections, doc: ImportDoc): Promise<ImportProcess> {
  const { ledger, trials } = doc;
  const header = await readHeader(collections, doc);
  return {
    id: doc._id,
    filename: doc.filename,
    sizeBytes: doc.sizeBytes,
    sha256: doc.sha256,
    status: doc.status,
    headers: header?.headers ?? null,
    fields: header?.fields ?? null,
    dryRun: doc.dryRun ?? false,
    mapping: doc.mapping ?? null,
    totalRows: doc.totalRows,
    succeededRows: ledger.succeeded + trials.succeeded,
    failedRows: ledger.failed + trials.failed,
    retriedRows: ledger.retried + trials.retried,
    error: doc.error,
    uploadedById: doc.uploadedById,
    createdAt: doc.createdAt,
    startedAt: doc.startedAt,
    finishedAt: doc.finishedAt,
    workingSince: doc.workingSince,
  };
}

export function toEvent(importId: string, event: OutboxEvent): NewEvent {
  return { ...event, subjectId: importId, actorId: null, data: null };
}
