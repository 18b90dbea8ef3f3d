import type { MoveProgress } from '../../application/move/ports.ts';
import type { CollectionPlan } from './collections.ts';
import type { Mongo } from './mongo.ts';

interface MoveDocument {
  /** The direction and the part. */
  readonly _id: string;
  readonly direction: string;
  /** After this key the part goes on. */
  readonly last: string;
}

const MOVES = 'store_moves';

export const STORE_MOVE_PLAN: CollectionPlan = {
  name: MOVES,
  schema: {
    bsonType: 'object',
    required: ['direction', 'last'],
    properties: { _id: { bsonType: 'string' }, direction: { bsonType: 'string' }, last: { bsonType: 'string' } },
  },
  indexes: [],
};

/** How far a move between the stores has got; kept in MongoDB, which takes part in either direction. */
export function mongoMoveProgress(mongo: Pick<Mongo, 'forWork'>, direction: string): MoveProgress {
  const moves = async () => {
    const { db, limit } = await mongo.forWork();
    return { collection: db.collection<MoveDocument>(MOVES), limit };
  };
  const idOf = (part: string) => `${direction}: ${part}`;
  return {
    async place(part) {
      const { collection, limit } = await moves();
      return (await collection.findOne({ _id: idOf(part) }, limit))?.last ?? null;
    },
    async hasBegun() {
      const { collection, limit } = await moves();
      return (await collection.findOne({ direction }, limit)) !== null;
    },
    async save(part, key) {
      const { collection, limit } = await moves();
      await collection.updateOne({ _id: idOf(part) }, { $set: { direction, last: key } }, { ...limit, upsert: true });
    },
    async forget() {
      const { collection, limit } = await moves();
      await collection.deleteMany({ direction }, limit);
    },
  };
}
