import type { Filter } from 'mongodb';
import type { ImportCollections, ImportDoc, LetterDoc } from './documents.ts';

/**
 * Sends the dead letters of a begun release on their way, if it names them, and ends it; none begun is fine. Whoever comes late
 * finds each letter marked with this release or a later one and leaves it alone, also when it is dead again.
 */
export async function helpRelease(
  collections: ImportCollections,
  { _id, release }: Pick<ImportDoc, '_id' | 'release'>,
): Promise<void> {
  if (!release || release.ids === null) return;
  const { letters, limit } = collections;
  const { number, ids } = release;
  const chosen = { importId: _id, state: 'DEAD' as const, release: { $lt: number }, _id: { $in: [...ids] } };
  const sent = { $set: { state: 'RETRYING' as const, release: number }, $inc: { retried: 1, changes: 1 } };
  await letters.updateMany(chosen, sent, limit);
  await end(collections, _id, number);
}

/**
 * Of a begun release of all letters, sends the next ones in the order of their rows, at most `most`, or ends it when there is
 * none left. Returns whether it was still open. They were counted as retried when it was begun.
 */
export async function sendSome(
  collections: ImportCollections,
  { _id, release }: Pick<ImportDoc, '_id' | 'release'>,
  most: number,
): Promise<boolean> {
  if (!release || release.ids !== null) return false;
  const { letters, limit } = collections;
  const { number } = release;
  const unsent: Filter<LetterDoc> = { importId: _id, state: 'DEAD', release: { $lt: number } };
  const next = { ...limit, projection: { _id: 1 }, sort: { rowNumber: 1 }, limit: most } as const;
  const ids = (await letters.find(unsent, next).toArray()).map((letter) => letter._id);
  if (ids.length === 0) {
    await end(collections, _id, number);
    return false;
  }
  const sent = { $set: { state: 'RETRYING' as const, release: number } };
  await letters.updateMany({ ...unsent, _id: { $in: ids } }, sent, limit);
  return true;
}

/** Sends all letters of a begun release. */
export async function sendAll(collections: ImportCollections, doc: Pick<ImportDoc, '_id' | 'release'>): Promise<void> {
  await helpRelease(collections, doc);
  while (await sendSome(collections, doc, SOME));
}

const SOME = 1_000;

/** The dead letters of an import, without those that wait to be sent. */
export function deadOf({ _id, release }: Pick<ImportDoc, '_id' | 'release'>): Filter<LetterDoc> {
  const sent: Filter<LetterDoc> = isOfAll(release) ? { release: { $gte: release.number } } : {};
  return { importId: _id, state: 'DEAD', ...sent };
}

/** The letters that wait to be sent, by import: of none or few, since their imports run. */
export async function unsentLetters({ imports, limit }: ImportCollections): Promise<Filter<LetterDoc>[]> {
  const isRetried = { 'release.number': { $gt: 0 }, 'release.ids': null };
  const docs = await imports.find(isRetried, { ...limit, projection: { release: 1 } }).toArray();
  return docs.flatMap(({ _id, release }) => (release ? [{ importId: _id, release: { $lt: release.number } }] : []));
}

export function isOfAll(release: ImportDoc['release']): release is NonNullable<ImportDoc['release']> {
  return release !== null && release.ids === null;
}

async function end({ imports, limit }: ImportCollections, _id: string, number: number): Promise<void> {
  await imports.updateOne({ _id, 'release.number': number }, { $set: { release: null } }, limit);
}
