import { Breath } from '../../application/breath.ts';
import type { ImportStores } from '../../application/import/ports.ts';
import type { NewId } from '../../application/runtime.ts';
import type { Database } from './database.ts';
import { PostgresDeadLetterStore } from './dead-letter-store.ts';
import { PostgresChunkStore } from './import-chunk-store.ts';
import { PostgresImportLogWriter } from './import-log-writer.ts';
import { PostgresImportStore } from './import-store.ts';
import { PostgresUploadStore } from './upload-store.ts';

/** Rows that go into statements in one turn of the loop of events, about a millisecond, of all imports together. */
const ROWS_PER_TURN = 100;

/** Everything that the import pipeline keeps, in Postgres. */
export function postgresImportStores(db: Database, newId: NewId): ImportStores {
  const breath = new Breath(ROWS_PER_TURN);
  return {
    imports: new PostgresImportStore(db, newId),
    chunks: new PostgresChunkStore(db, breath),
    writer: new PostgresImportLogWriter(db, newId, breath),
    deadLetters: new PostgresDeadLetterStore(db, newId),
    uploads: new PostgresUploadStore(db),
  };
}
