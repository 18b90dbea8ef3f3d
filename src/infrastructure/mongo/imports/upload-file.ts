import { type Db, GridFSBucket, ObjectId } from 'mongodb';

const PIECE_BYTES = 512 * 1024;

/** The bucket of the uploads. */
export const UPLOADS = 'uploads';

export function uploadBucket(db: Db): GridFSBucket {
  return new GridFSBucket(db, { bucketName: UPLOADS, chunkSizeBytes: PIECE_BYTES });
}

/**
 * Under which GridFS keeps an upload: the seconds in its UUIDv7, then the random end of it. Derived, so that the pieces of an
 * upload that was cut off can be found and their age be told.
 */
export function uploadFileId(uploadId: string): ObjectId {
  const hex = uploadId.replaceAll('-', '');
  const seconds = Math.floor(Number.parseInt(hex.slice(0, 12), 16) / 1_000) % 2 ** 32;
  return new ObjectId(seconds.toString(16).padStart(8, '0') + hex.slice(16));
}

/** Deletes a file and its pieces; none is fine. */
export async function removeFile(db: Db, id: ObjectId): Promise<void> {
  try {
    await uploadBucket(db).delete(id);
  } catch (error) {
    // The pieces are deleted even so.
    if (!(error instanceof Error && error.message.startsWith('File not found'))) throw error;
  }
}
