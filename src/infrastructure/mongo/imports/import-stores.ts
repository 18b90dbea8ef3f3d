import type { AppendEvents, ImportStores } from '../../../application/import/ports.ts';
import type { Logger, NewId } from '../../../application/runtime.ts';
import type { NoteChange } from '../../../application/trail/ports.ts';
import type { MongoDatabase } from '../mongo.ts';
import { MongoChunkStore } from './chunk-store.ts';
import { MongoDeadLetterStore } from './dead-letter-store.ts';
import { importCollections } from './documents.ts';
import { MongoImportStore } from './import-store.ts';
import { markUnfinished } from './kept-days.ts';
import { MongoImportLogWriter } from './log-writer.ts';
import { Outbox } from './outbox.ts';
import { MongoUploadStore } from './upload-store.ts';

export interface MongoImportParts {
  /** The database with `IMPORT_COLLECTIONS` made; rejects while the server is away. */
  readonly mongo: () => Promise<MongoDatabase>;
  readonly append: AppendEvents;
  readonly newId: NewId;
  readonly logger: Logger;
  /** Told of what callers change here; nobody is unless given. */
  readonly note?: NoteChange | undefined;
}

/** Everything that the import pipeline keeps, in MongoDB. */
export function mongoImportStores({
  mongo,
  append,
  newId,
  logger,
  note = () => undefined,
}: MongoImportParts): ImportStores {
  const open = async () => importCollections(await mongo());
  const unfinished = async (importId: string) => markUnfinished(await open(), importId);
  const outbox = new Outbox({ open, append, logger, markUnfinished: unfinished });
  const parts = { open, outbox, append, newId, note };
  return {
    imports: new MongoImportStore(parts),
    chunks: new MongoChunkStore(open),
    writer: new MongoImportLogWriter(parts),
    deadLetters: new MongoDeadLetterStore(parts),
    uploads: new MongoUploadStore(open),
  };
}
