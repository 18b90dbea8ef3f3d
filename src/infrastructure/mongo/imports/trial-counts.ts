import type { ImportCollections, TrialCounts } from './documents.ts';

export const NO_TRIALS: TrialCounts = { version: 0, succeeded: 0, failed: 0, retried: 0 };

/**
 * Sums up what trials of single rows have changed in the counters of an import, and saves it there. Each change of a letter
 * raises the version of the sum, so that one that was taken earlier never replaces a later one; the sum that is taken when no
 * row is on its way has the highest version and is exact.
 */
export async function sumUpTrials({ imports, letters, limit }: ImportCollections, importId: string): Promise<void> {
  const sum = (field: string) => ({ $sum: `$${field}` });
  const counts = {
    version: sum('changes'),
    succeeded: sum('succeeded'),
    failed: sum('failed'),
    retried: sum('retried'),
  };
  const pipeline = [
    { $match: { importId, changes: { $gt: 0 } } },
    { $group: { _id: null, ...counts } },
    { $project: { _id: 0 } },
  ];
  const [found] = await letters.aggregate<TrialCounts>(pipeline, limit).toArray();
  if (!found) return;
  const isOlder = { _id: importId, 'trials.version': { $lt: found.version } };
  await imports.updateOne(isOlder, { $set: { trials: found } }, limit);
}
