import { MongoGridFSChunkError } from 'mongodb';
import { type HeldUploads, type MovedUpload, movedUploads } from '../../../application/move/imports.ts';
import type { RecordKeeper } from '../../../application/move/ports.ts';
import type { OpenCollections } from './documents.ts';
import { UPLOADS, uploadBucket, uploadFileId } from './upload-file.ts';
import { MongoUploadStore } from './upload-store.ts';

/** Uploaded files in GridFS, for a move to or from another store. */
export function mongoMovedUploads(open: OpenCollections): RecordKeeper<MovedUpload> {
  // There are files of open and cancelled imports alone: few enough for a list of their ids.
  const all = async () => {
    const { db, imports, limit } = await open();
    const files = await db
      .collection(`${UPLOADS}.files`)
      .find({ length: { $gt: 0 } }, { ...limit, projection: { _id: 1 } })
      .toArray();
    const isHeld = { uploadFile: { $in: files.map((file) => file._id) } };
    const projection = { _id: 0, uploadId: 1, sizeBytes: 1, sha256: 1 } as const;
    const docs = await imports.find(isHeld, { ...limit, projection, sort: { uploadId: 1 } }).toArray();
    return docs.map(({ uploadId, sizeBytes, sha256 }) => ({ uploadId, sizeBytes, sha256 }));
  };
  const held: HeldUploads = {
    page: async (after, limit) => (await all()).filter(({ uploadId }) => uploadId > (after ?? '')).slice(0, limit),
    async *read(uploadId) {
      const { db } = await open();
      try {
        for await (const bytes of uploadBucket(db).openDownloadStream(uploadFileId(uploadId))) yield bytes;
      } catch (error) {
        // A piece is missing: whoever reads the file says so, in either store.
        if (!(error instanceof MongoGridFSChunkError)) throw error;
      }
    },
    count: async () => (await all()).length,
    async clear() {
      const { db, limit } = await open();
      for (const name of ['files', 'chunks']) await db.collection(`${UPLOADS}.${name}`).deleteMany({}, limit);
    },
  };
  return movedUploads(new MongoUploadStore(open), held);
}
