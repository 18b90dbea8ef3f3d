import { createHash } from 'node:crypto';
import { type Filter, type GridFSBucketWriteStream, MongoGridFSChunkError, ObjectId } from 'mongodb';
import type { StoredUpload, UploadStore } from '../../../application/import/ports.ts';
import { fileTooLarge } from '../../../domain/import-process.ts';
import { removeSpools, type Spool, spoolFile } from '../../spool/upload-spool.ts';
import type { ImportDoc, OpenCollections } from './documents.ts';
import { removeFile, UPLOADS, uploadBucket, uploadFileId } from './upload-file.ts';

/** Uploaded files in GridFS, in pieces of half a megabyte; a file is listed there once all of it is stored. */
export class MongoUploadStore implements UploadStore {
  readonly #open: OpenCollections;

  constructor(open: OpenCollections) {
    this.#open = open;
  }

  async save(id: string, content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StoredUpload> {
    const { db } = await this.#open();
    const file = uploadFileId(id);
    const hash = createHash('sha256');
    let sizeBytes = 0;
    const stream = uploadBucket(db).openUploadStreamWithId(file, id);
    // Each write and the end are told of it themselves.
    stream.on('error', () => undefined);
    try {
      for await (const bytes of content) {
        sizeBytes += bytes.byteLength;
        if (sizeBytes > maxBytes) throw fileTooLarge(maxBytes);
        hash.update(bytes);
        await write(stream, bytes);
      }
      await end(stream);
    } catch (error) {
      stream.destroy();
      // What cannot be deleted now, the sweep deletes; the caller is to learn what went wrong first.
      await removeFile(db, file).catch(() => undefined);
      throw error;
    }
    return { sizeBytes, sha256: hash.digest('hex') };
  }

  async spool(id: string, signal: AbortSignal): Promise<Spool> {
    const { db } = await this.#open();
    return spoolFile(async (file) => {
      const stream = uploadBucket(db).openDownloadStream(uploadFileId(id));
      try {
        for await (const bytes of stream) {
          signal.throwIfAborted();
          await file.writeFile(bytes);
        }
        signal.throwIfAborted();
      } catch (error) {
        // Without its bytes an upload is an empty file, and without some of them a damaged one: the reader says so.
        const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
        if (!isMissing && !(error instanceof MongoGridFSChunkError)) throw error;
      }
    });
  }

  async remove(id: string): Promise<void> {
    const { db } = await this.#open();
    await removeFile(db, uploadFileId(id));
  }

  async sweep(before: Date, cancelledBefore: Date): Promise<number> {
    const { db, imports, limit } = await this.#open();
    const isOld = ObjectId.createFromTime(Math.floor(before.getTime() / 1_000));
    const files = db.collection<{ _id: ObjectId }>(`${UPLOADS}.files`);
    const pieces = db.collection<{ files_id: ObjectId }>(`${UPLOADS}.chunks`);
    // Of an upload that was cut off there are only pieces.
    const begun = [
      ...(await files.find({ _id: { $lt: isOld } }, { ...limit, projection: { _id: 1 } }).toArray()).map(
        (file) => file._id,
      ),
      ...(await pieces.distinct('files_id', { files_id: { $lt: isOld } }, limit)),
    ];
    const isNeeded: Filter<ImportDoc> = {
      uploadFile: { $in: begun },
      $or: [{ status: { $in: ['QUEUED', 'RUNNING'] } }, { status: 'CANCELLED', finishedAt: { $gte: cancelledBefore } }],
    };
    const held = await imports.find(isNeeded, { ...limit, projection: { uploadFile: 1 } }).toArray();
    const kept = new Set(held.map(({ uploadFile }) => uploadFile.toHexString()));
    let removed = 0;
    for (const file of new Map(begun.map((each) => [each.toHexString(), each])).values()) {
      if (kept.has(file.toHexString())) continue;
      removed += await pieces.countDocuments({ files_id: file }, limit);
      await removeFile(db, file);
    }
    await removeSpools(before);
    return removed;
  }
}

function write(stream: GridFSBucketWriteStream, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

function end(stream: GridFSBucketWriteStream): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.once('finish', resolve);
    stream.end();
  });
}
