import type { ImportStores } from './application/import/ports.ts';
import type { Logger, NewId } from './application/runtime.ts';
import type { OpenActs } from './application/trail/ports.ts';
import type { AuditedChange } from './domain/trail.ts';
import type { Mongo } from './infrastructure/mongo/mongo.ts';
import { appendOnce } from './infrastructure/postgres/append-once.ts';
import type { Database } from './infrastructure/postgres/database.ts';
import { postgresImportStores } from './infrastructure/postgres/import-stores.ts';

export interface ImportDatabases {
  /** null: everything is in Postgres. */
  readonly mongo: Mongo | null;
  /** For what a caller waits for. */
  readonly db: Database;
  /** For work in the background. */
  readonly workDb: Database;
  readonly newId: NewId;
  readonly logger: Logger;
  /** What callers change in MongoDB is noted in their acts; absent: nowhere. */
  readonly acts?: Pick<OpenActs, 'current'>;
}

/** Where imports are kept: for what a caller waits for, and for work in the background. */
export async function composeImportStores({ mongo, db, workDb, newId, logger, acts }: ImportDatabases): Promise<{
  readonly forRequests: ImportStores;
  readonly forWork: ImportStores;
}> {
  if (!mongo) return { forRequests: postgresImportStores(db, newId), forWork: postgresImportStores(workDb, newId) };
  const { mongoImportStores } = await import('./infrastructure/mongo/imports/import-stores.ts');
  const shared = { newId, logger, note: (change: AuditedChange) => acts?.current()?.note(change) };
  return {
    forRequests: mongoImportStores({ ...shared, mongo: () => mongo.forRequests(), append: appendOnce(db) }),
    forWork: mongoImportStores({ ...shared, mongo: () => mongo.forWork(), append: appendOnce(workDb) }),
  };
}
