import { isDeepStrictEqual } from 'node:util';
import { type Db, type Document, type IndexDescription, MongoServerError } from 'mongodb';

/** A collection as it has to be. A later version may only add what documents of an earlier one fulfil: both run for a while. */
export interface CollectionPlan {
  readonly name: string;
  /** The server refuses documents that do not fulfil this `$jsonSchema`. */
  readonly schema: Document;
  readonly indexes: readonly IndexDescription[];
}

const NAMESPACE_EXISTS = 48;

/** Makes collections, validators and indexes that are missing or differ. Safe when processes start together. */
export async function ensureCollections(db: Db, plans: readonly CollectionPlan[], maxTimeMS: number): Promise<void> {
  const found = await db.listCollections({}, { maxTimeMS }).toArray();
  const validators = new Map(found.map((info) => [info.name, 'options' in info ? info.options?.validator : undefined]));
  await Promise.all(plans.map((plan) => ensureCollection(db, plan, validators, maxTimeMS)));
}

async function ensureCollection(
  db: Db,
  { name, schema, indexes }: CollectionPlan,
  validators: ReadonlyMap<string, unknown>,
  maxTimeMS: number,
): Promise<void> {
  const validator = { $jsonSchema: schema };
  if (!validators.has(name)) {
    await db.createCollection(name, { validator, maxTimeMS }).catch((error: unknown) => {
      if (!(error instanceof MongoServerError && error.code === NAMESPACE_EXISTS)) throw error;
    });
  } else if (!isDeepStrictEqual(validators.get(name), validator)) {
    await db.command({ collMod: name, validator, maxTimeMS });
  }
  // Indexes that are there already cost nothing; on a large collection a new one may take its time.
  if (indexes.length > 0) await db.collection(name).createIndexes([...indexes]);
}

/** A field of a `$jsonSchema` that may be null. */
export function orNull(bsonType: string): Document {
  return { bsonType: [bsonType, 'null'] };
}

/** One of these texts. */
export function oneOf(values: readonly string[]): Document {
  return { enum: [...values] };
}
