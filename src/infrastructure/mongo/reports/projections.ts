import type { CollectionPlan } from '../collections.ts';
import type { MongoDatabase } from '../mongo.ts';

/** Numbers and places of the projections. */
export interface ProjectionDocument {
  readonly _id: string;
  /** Of the live logs: how far they have followed the event log. */
  readonly position?: number;
  /** How often they were forgotten: a position that was reached before counts no more. */
  readonly forgotten?: number;
  /** Days of live logs that are being changed: whoever comes next marks them when the change was broken off. */
  readonly days?: readonly string[];
  /** Of the buckets: the last number given. */
  readonly last?: number;
}

export const PROJECTIONS = 'projections';

export const PROJECTION_PLAN: CollectionPlan = {
  name: PROJECTIONS,
  schema: {
    bsonType: 'object',
    properties: {
      _id: { bsonType: 'string' },
      position: { bsonType: 'number', minimum: 0 },
      forgotten: { bsonType: 'number' },
      days: { bsonType: 'array', items: { bsonType: 'string' } },
      last: { bsonType: 'number' },
    },
  },
  indexes: [],
};

/** The number of a refresh of buckets: higher than that of every one that began before. */
export async function nextRefresh({ db, limit }: MongoDatabase): Promise<number> {
  const counted = await db
    .collection<ProjectionDocument>(PROJECTIONS)
    .findOneAndUpdate(
      { _id: 'report_buckets' },
      { $inc: { last: 1 } },
      { ...limit, upsert: true, returnDocument: 'after' },
    );
  return counted?.last ?? 1;
}
