import type { ObjectId } from 'mongodb';
import { type Day, monthStart } from '../../domain/report/calendar.ts';
import type { CollectionPlan } from './collections.ts';
import type { MongoDatabase } from './mongo.ts';

/** Days of one month whose buckets no longer match the logs. A mark is never changed: only its id says what was taken. */
export interface MarkDocument {
  readonly _id?: ObjectId;
  /** The first day of the month. */
  readonly month: Day;
  readonly days: readonly Day[];
}

export const REPORT_MARKS = 'report_dirty_days';

export const REPORT_MARKS_PLAN: CollectionPlan = {
  name: REPORT_MARKS,
  schema: {
    bsonType: 'object',
    required: ['month', 'days'],
    properties: { month: { bsonType: 'string' }, days: { bsonType: 'array', items: { bsonType: 'string' } } },
  },
  indexes: [{ key: { month: 1 } }],
};

/**
 * Marks days whose buckets no longer match the logs. To be called once the logs are acknowledged, and before whatever they
 * belong to counts as done. There is no transaction, so whoever may break off between the two keeps the days somewhere first,
 * and marks them when it goes on: marks that are made twice cost a recomputation, no more.
 */
export async function markDays({ db, limit }: MongoDatabase, days: Iterable<Day>): Promise<void> {
  const months = new Map<Day, Set<Day>>();
  for (const day of days) {
    const month = monthStart(day);
    const same = months.get(month);
    if (same) same.add(day);
    else months.set(month, new Set([day]));
  }
  if (months.size === 0) return;
  const marks = [...months].map(([month, own]): MarkDocument => ({ month, days: [...own].sort() }));
  await db.collection<MarkDocument>(REPORT_MARKS).insertMany(marks, { ordered: false, ...limit });
}
