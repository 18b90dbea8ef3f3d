import type { ImportStores } from '../../application/import/ports.ts';
import type { NewId } from '../../application/runtime.ts';
import type { Database } from './database.ts';
import { PostgresDeadLetterStore } from './dead-letter-store.ts';
import { PostgresChunkStore } from './import-chunk-store.ts';
import { PostgresImportLogWriter } from './import-log-writer.ts';
import { PostgresImportStore } from './import-store.ts';
import { PostgresUploadStore } from './upload-store.ts';

/** Everything that the import pipeline keeps, in Postgres. */
export function postgresImportStores(db: Database, newId: NewId): ImportStores {
  return {
    imports: new PostgresImportStore(db, newId),
    chunks: new PostgresChunkStore(db),
    writer: new PostgresImportLogWriter(db, newId),
    deadLetters: new PostgresDeadLetterStore(db, newId),
    uploads: new PostgresUploadStore(db),
  };
}
