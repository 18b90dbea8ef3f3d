import type { Logger } from './application/runtime.ts';
import type { Config } from './config.ts';
import type { Mongo } from './infrastructure/mongo/mongo.ts';

/** A command in the background may take longer than a request's. */
const WORK_MS = 120_000;

/** The MongoDB of MONGO_URI; null when it is not set. One that is away does not hold up the start: see `Mongo.open`. */
export async function openMongo(
  { mongo, graphql }: Pick<Config, 'mongo' | 'graphql'>,
  log: Logger,
): Promise<Mongo | null> {
  if (!mongo) return null;
  // The driver takes a fifth of the start and of the memory: only where there is a MongoDB.
  const [{ Mongo }, { STORE_COLLECTIONS }] = await Promise.all([
    import('./infrastructure/mongo/mongo.ts'),
    import('./infrastructure/mongo/collection-plans.ts'),
  ]);
  return Mongo.open({
    uri: mongo.uri,
    collections: STORE_COLLECTIONS,
    applicationName: 'techsupport',
    requestMs: graphql.operationTimeoutSeconds * 1_000,
    workMs: WORK_MS,
    log,
  });
}
