import { and, asc, count, countDistinct, eq, gt, inArray, sql } from 'drizzle-orm';
import {
  type HeldUploads,
  MOVE_OCCUPIED,
  type MovedChunk,
  type MovedImport,
  type MovedImportKeepers,
  type MovedLetter,
  type MovedUpload,
  movedUploads,
} from '../../application/move/imports.ts';
import type { RecordKeeper } from '../../application/move/ports.ts';
import { StartupError } from '../../startup-error.ts';
import { packText } from '../packed-text.ts';
import type { Database } from './database.ts';
import { unpack } from './import-chunk-store.ts';
import { toProcess } from './import-store.ts';
import {
  importChunks as chunks,
  importProcesses as imports,
  deadLetters as letters,
  uploadChunks as pieces,
} from './schema/imports.ts';
import { isDuplicateKey } from './store-failure.ts';
import { fromStored, toStored } from './stored-cell.ts';
import { PostgresUploadStore } from './upload-store.ts';

/** Whatever is uploaded after a move comes after all that moved. */
const NEXT_UPLOADS_LATER = sql`
  SELECT setval(pg_get_serial_sequence('import_processes', 'upload_order'), max(upload_order)) FROM import_processes`;

/** Everything that imports are made of in Postgres, for a move to or from another store. */
export function postgresMovedImports(db: Database): MovedImportKeepers {
  return { uploads: uploadKeeper(db), imports: importKeeper(db), chunks: chunkKeeper(db), letters: letterKeeper(db) };
}

function uploadKeeper(db: Database): RecordKeeper<MovedUpload> {
  const held: HeldUploads = {
    async page(after, limit) {
      return db.sql
        .selectDistinct({ uploadId: pieces.uploadId, sizeBytes: imports.sizeBytes, sha256: imports.sha256 })
        .from(pieces)
        .innerJoin(imports, eq(imports.uploadId, pieces.uploadId))
        .where(after ? gt(pieces.uploadId, after) : undefined)
        .orderBy(asc(pieces.uploadId))
        .limit(limit);
    },
    async *read(uploadId) {
      for (let seq = 0; ; seq += 1) {
        const isNext = and(eq(pieces.uploadId, uploadId), eq(pieces.seq, seq));
        const [piece] = await db.sql.select({ bytes: pieces.bytes }).from(pieces).where(isNext);
        if (!piece) return;
        yield piece.bytes;
      }
    },
    async count() {
      const isHeld = eq(imports.uploadId, pieces.uploadId);
      const found = await db.sql
        .select({ found: countDistinct(pieces.uploadId) })
        .from(pieces)
        .innerJoin(imports, isHeld);
      return countOf(found);
    },
    async clear() {
      await db.sql.delete(pieces);
    },
  };
  return movedUploads(new PostgresUploadStore(db), held);
}

function importKeeper(db: Database): RecordKeeper<MovedImport> {
  return {
    async readPage(after, limit) {
      const rows = await db.sql
        .select({
          row: imports,
          committedChunks: sql<number[] | null>`(SELECT array_agg(c.seq ORDER BY c.seq) FROM import_chunks c
             WHERE c.import_id = ${imports.id} AND c.committed_at IS NOT NULL)`,
          committedRows: sql<number>`(SELECT coalesce(sum(c.row_count), 0)::int FROM import_chunks c
             WHERE c.import_id = ${imports.id} AND c.committed_at IS NOT NULL)`,
        })
        .from(imports)
        .where(after ? gt(imports.id, after) : undefined)
        .orderBy(asc(imports.id))
        .limit(limit);
      return rows.map(({ row, committedChunks, committedRows }) => ({
        key: row.id,
        record: {
          process: toProcess(row),
          uploadId: row.uploadId,
          order: row.uploadOrder,
          committedChunks: committedChunks ?? [],
          committedRows,
        },
      }));
    },
    async write(records) {
      const rows = records.map(({ process, uploadId, order }) => ({
        ...process,
        uploadId,
        uploadOrder: order,
        headers: process.headers && [...process.headers],
        fields: process.fields && [...process.fields],
      }));
      await orOccupied(
        db.transaction(async ({ sql: tx }) => {
          await tx.delete(imports).where(inArray(imports.id, idsOf(rows)));
          await tx.insert(imports).values(rows);
          await tx.execute(NEXT_UPLOADS_LATER);
        }),
      );
    },
    count: async () => countOf(await db.sql.select({ found: count() }).from(imports)),
    async clear() {
      await db.sql.delete(imports);
    },
  };
}

function chunkKeeper(db: Database): RecordKeeper<MovedChunk> {
  return {
    async readPage(after, limit) {
      const [importId, seq] = after?.split('/') ?? [];
      const rows = await db.sql
        .select()
        .from(chunks)
        .where(after ? sql`(import_id, seq) > (${importId}::uuid, ${Number(seq)})` : undefined)
        .orderBy(asc(chunks.importId), asc(chunks.seq))
        .limit(limit);
      return rows.map(({ rows: old, packed, committedAt, ...chunk }) => ({
        key: `${chunk.importId}/${chunk.seq}`,
        record: { ...chunk, rows: unpack({ packed, rows: old }), isCommitted: committedAt !== null },
      }));
    },
    async write(records) {
      await db.transaction(async ({ sql: tx }) => {
        for (const { importId, seq, rowCount, rows, isCommitted } of records) {
          // When it was committed, nobody asks.
          const kept = { rows: null, packed: rows === null ? null : packText(rows) };
          const chunk = { rowCount, ...kept, committedAt: isCommitted ? new Date(0) : null };
          const key = [chunks.importId, chunks.seq];
          await tx
            .insert(chunks)
            .values({ importId, seq, ...chunk })
            .onConflictDoUpdate({ target: key, set: chunk });
        }
      });
    },
    count: async () => countOf(await db.sql.select({ found: count() }).from(chunks)),
    async clear() {
      await db.sql.delete(chunks);
    },
  };
}

function letterKeeper(db: Database): RecordKeeper<MovedLetter> {
  return {
    async readPage(after, limit) {
      const rows = await db.sql
        .select({
          letter: letters,
          isRetried: sql<boolean>`coalesce(${imports.retryAfterRow} < ${letters.rowNumber}, false)`,
        })
        .from(letters)
        .leftJoin(imports, eq(imports.id, letters.importId))
        .where(after ? gt(letters.id, after) : undefined)
        .orderBy(asc(letters.id))
        .limit(limit);
      return rows.map(({ letter: { cells, state, ...letter }, isRetried }) => ({
        key: letter.id,
        record: { ...letter, state: isRetried ? 'RETRYING' : state, cells: cells.map(fromStored) },
      }));
    },
    async write(records) {
      const rows = records.map(({ cells, reasons, ...letter }) => ({
        ...letter,
        cells: cells.map(toStored),
        reasons: [...reasons],
      }));
      await orOccupied(
        db.transaction(async ({ sql: tx }) => {
          await tx.delete(letters).where(inArray(letters.id, idsOf(rows)));
          await tx.insert(letters).values(rows);
        }),
      );
    },
    count: async () => countOf(await db.sql.select({ found: count() }).from(letters)),
    async clear() {
      await db.sql.delete(letters);
    },
  };
}

function countOf([row]: readonly { readonly found: number }[]): number {
  return row?.found ?? 0;
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map((row) => row.id);
}

async function orOccupied<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw isDuplicateKey(error) ? new StartupError(MOVE_OCCUPIED, { cause: error }) : error;
  }
}
