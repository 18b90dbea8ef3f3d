import { createHash } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import type { StoredUpload, UploadStore } from '../../application/import/ports.ts';
import { fileTooLarge } from '../../domain/import-process.ts';
import { removeSpools, type Spool, spoolFile } from '../spool/upload-spool.ts';
import type { Database } from './database.ts';
import { uploadChunks as pieces } from './schema/imports.ts';

const PIECE_BYTES = 512 * 1024;

/** Uploaded files in Postgres, in pieces of half a megabyte, each written by a statement of its own. */
export class PostgresUploadStore implements UploadStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async save(id: string, content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StoredUpload> {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    let seq = 0;
    let gathered: Uint8Array[] = [];
    let gatheredBytes = 0;
    const write = async () => {
      const bytes = Buffer.concat(gathered);
      gathered = [];
      gatheredBytes = 0;
      await this.#db.sql.insert(pieces).values({ uploadId: id, seq, bytes });
      seq += 1;
    };
    try {
      for await (const bytes of content) {
        sizeBytes += bytes.byteLength;
        if (sizeBytes > maxBytes) throw fileTooLarge(maxBytes);
        hash.update(bytes);
        gathered.push(bytes);
        gatheredBytes += bytes.byteLength;
        if (gatheredBytes >= PIECE_BYTES) await write();
      }
      if (gatheredBytes > 0) await write();
    } catch (error) {
      await this.remove(id);
      throw error;
    }
    return { sizeBytes, sha256: hash.digest('hex') };
  }

  async spool(id: string, signal: AbortSignal): Promise<Spool> {
    return spoolFile(async (file) => {
      for (let seq = 0; ; seq += 1) {
        signal.throwIfAborted();
        const isNext = and(eq(pieces.uploadId, id), eq(pieces.seq, seq));
        const [piece] = await this.#db.sql.select({ bytes: pieces.bytes }).from(pieces).where(isNext);
        if (!piece) break;
        await file.writeFile(piece.bytes);
      }
    });
  }

  async remove(id: string): Promise<void> {
    await this.#db.sql.delete(pieces).where(eq(pieces.uploadId, id));
  }

  async sweep(before: Date, cancelledBefore: Date): Promise<number> {
    // Ids are UUIDv7, which begin with the milliseconds since 1970 and so tell when the upload began.
    const hex = before.getTime().toString(16).padStart(12, '0');
    const oldest = `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
    const result = await this.#db.sql.execute(sql`
      DELETE FROM upload_chunks u
       WHERE u.upload_id < ${oldest}::uuid AND NOT EXISTS (
         SELECT 1 FROM import_processes p
          WHERE p.upload_id = u.upload_id
            AND (p.status <> 'CANCELLED' OR p.finished_at >= ${cancelledBefore.toISOString()}::timestamptz))`);
    await removeSpools(before);
    return result.rowCount ?? 0;
  }
}
