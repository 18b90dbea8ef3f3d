import type { ImportCollections, ImportDoc } from './documents.ts';

/**
 * Sends the dead letters of a begun release on their way and ends it; none begun is fine. Whoever comes late finds each letter
 * marked with this release or a later one and leaves it alone, also when it is dead again.
 */
export async function helpRelease(
  { imports, letters, limit }: ImportCollections,
  { _id, release }: Pick<ImportDoc, '_id' | 'release'>,
): Promise<void> {
  if (!release) return;
  const { number, ids } = release;
  const dead = { importId: _id, state: 'DEAD' as const, release: { $lt: number } };
  const chosen = ids === null ? dead : { ...dead, _id: { $in: [...ids] } };
  const sent = { $set: { state: 'RETRYING' as const, release: number }, $inc: { retried: 1, changes: 1 } };
  await letters.updateMany(chosen, sent, limit);
  await imports.updateOne({ _id, 'release.number': number }, { $set: { release: null } }, limit);
}
