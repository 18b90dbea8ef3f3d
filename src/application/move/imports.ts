import type { ImportProcess } from '../../domain/import-process.ts';
import type { Chunk, DeadLetter, StoredUpload, UploadStore } from '../import/ports.ts';
import type { RecordKeeper } from './ports.ts';

/** Said when a store refuses a record because another one has the key that it needs. */
export const MOVE_OCCUPIED =
  'Where this goes there is another import of the same file, or another record of the same row: a server has worked there since the move began. Stop every server and move again with --replace.';

/** An import as it moves between stores, open ones too: it goes on where it is. */
export interface MovedImport {
  readonly process: ImportProcess;
  readonly uploadId: string;
  /** Rises with each upload: of two imports that name an external id the higher one stands. */
  readonly order: number;
  /** The numbers of its committed chunks, ascending, and how many rows these have. */
  readonly committedChunks: readonly number[];
  readonly committedRows: number;
}

/** A chunk of an import; its rows are null once they are not needed any more. */
export interface MovedChunk extends Omit<Chunk, 'rows'> {
  readonly importId: string;
  readonly rows: string | null;
  readonly isCommitted: boolean;
}

/** A row that did not make it: dead, or on its way to another trial. */
export interface MovedLetter extends Omit<DeadLetter, 'headers'> {
  readonly state: 'DEAD' | 'RETRYING' | 'TRYING';
}

/** The bytes of an import that may need them, and what its upload has measured of them. */
export interface MovedUpload extends StoredUpload {
  readonly uploadId: string;
  /** Streams them; those of a damaged file end early. */
  content(): AsyncIterable<Uint8Array>;
}

/** The keepers of one store, for everything that imports are made of. */
export interface MovedImportKeepers {
  readonly uploads: RecordKeeper<MovedUpload>;
  readonly imports: RecordKeeper<MovedImport>;
  readonly chunks: RecordKeeper<MovedChunk>;
  readonly letters: RecordKeeper<MovedLetter>;
}

/** How a store keeps the uploads of imports; what never became an import is nobody's, and an empty file has no bytes to move. */
export interface HeldUploads {
  /** In the order of their ids. */
  page(after: string | null, limit: number): Promise<readonly Omit<MovedUpload, 'content'>[]>;
  read(uploadId: string): AsyncIterable<Uint8Array>;
  count(): Promise<number>;
  clear(): Promise<void>;
}

/** Uploads that a store holds, taken piece by piece. */
export function movedUploads(
  uploads: Pick<UploadStore, 'save' | 'remove'>,
  held: HeldUploads,
): RecordKeeper<MovedUpload> {
  return {
    async readPage(after, limit) {
      const found = await held.page(after, limit);
      return found.map((upload) => ({
        key: upload.uploadId,
        record: { ...upload, content: () => held.read(upload.uploadId) },
      }));
    },
    async write(records) {
      for (const { uploadId, content } of records) {
        // What was broken off is in the way.
        await uploads.remove(uploadId);
        await uploads.save(uploadId, content(), Number.POSITIVE_INFINITY);
      }
    },
    count: () => held.count(),
    clear: () => held.clear(),
  };
}
