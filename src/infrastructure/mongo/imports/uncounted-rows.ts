import type { Filter } from 'mongodb';
import type { ImportCollections, LetterDoc, TrialCounts } from './documents.ts';
import { isCommitted } from './ledger.ts';

/**
 * Which letters belong to chunks that were decided about but never committed: a crash came in between. Nothing counts them yet;
 * they are written again with their chunk.
 */
export async function uncountedRows({ imports, chunks, limit }: ImportCollections): Promise<Filter<LetterDoc>[]> {
  const isDecided = { decision: { $exists: true }, rows: { $ne: null } };
  const decided = await chunks.find(isDecided, { ...limit, projection: { rows: 0 } }).toArray();
  const ids = [...new Set(decided.map((chunk) => chunk.importId))];
  const docs = await imports.find({ _id: { $in: ids } }, { ...limit, projection: { ledger: 1 } }).toArray();
  const ledgerOf = new Map(docs.map((doc) => [doc._id, doc.ledger]));
  return decided.flatMap(({ importId, seq, decision }) => {
    const ledger = ledgerOf.get(importId);
    if (!ledger || !decision || isCommitted(ledger, seq)) return [];
    return [{ importId, rowNumber: { $in: [...decision.dead, ...decision.trying] } }];
  });
}

/** All letters but these; an empty $nor is an error. */
export function allBut(rows: readonly Filter<LetterDoc>[]): Filter<LetterDoc> {
  return rows.length > 0 ? { $nor: [...rows] } : {};
}

/** What trials have changed in the counters of these imports, by import, without those of uncounted rows. */
export async function countedTrials(
  { letters, limit }: ImportCollections,
  importIds: readonly string[],
  uncounted: readonly Filter<LetterDoc>[],
): Promise<Map<string, TrialCounts>> {
  const sum = (field: string) => ({ $sum: `$${field}` });
  const counts = { succeeded: sum('succeeded'), failed: sum('failed'), retried: sum('retried') };
  const pipeline = [
    { $match: { importId: { $in: [...importIds] }, changes: { $gt: 0 }, ...allBut(uncounted) } },
    { $group: { _id: '$importId', version: sum('changes'), ...counts } },
  ];
  const found = await letters.aggregate<TrialCounts & { readonly _id: string }>(pipeline, limit).toArray();
  return new Map(found.map(({ _id, ...trials }) => [_id, trials]));
}
