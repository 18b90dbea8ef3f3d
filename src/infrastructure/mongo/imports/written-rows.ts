import type { NewId } from '../../../application/runtime.ts';
import { markDays } from '../report-marks.ts';
import type { ImportCollections, ImportDoc } from './documents.ts';
import { type ImportedRow, writeLogs } from './imported-logs.ts';
import type { KeptDays } from './kept-days.ts';

/** Writes logs and marks the report days that they touch. Returns what was said against the rows that the store refused. */
export async function writeRows(
  collections: ImportCollections,
  { _id, order }: Pick<ImportDoc, '_id' | 'order'>,
  rows: readonly ImportedRow[],
  { days, newId }: { readonly days: KeptDays; readonly newId: NewId },
): Promise<Map<number, string>> {
  const refused = await writeLogs(collections, { source: { importId: _id, order }, rows, days, newId });
  await markDays(collections, days.all);
  return new Map(refused.map(({ rowNumber, problem }) => [rowNumber, problem]));
}
