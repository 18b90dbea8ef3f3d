import type { AnyBulkWriteOperation } from 'mongodb';
import type { MovedChunk } from '../../../application/move/imports.ts';
import type { RecordKeeper } from '../../../application/move/ports.ts';
import { chunkId } from './chunk-store.ts';
import type { ChunkDoc, ImportCollections, Ledger, OpenCollections } from './documents.ts';
import { isCommitted } from './ledger.ts';
import { keepText, readText } from './long-texts.ts';

/** The chunks of imports in MongoDB, for a move to or from another store. Which are committed, the moved imports tell. */
export function mongoMovedChunks(open: OpenCollections): RecordKeeper<MovedChunk> {
  return {
    async readPage(after, limit) {
      const collections = await open();
      const [importId = '', seq = ''] = after?.split('/') ?? [];
      const beyond = { $or: [{ importId: { $gt: importId } }, { importId, seq: { $gt: Number(seq) } }] };
      const options = { ...collections.limit, sort: { importId: 1, seq: 1 }, limit } as const;
      const docs = await collections.chunks.find(after ? beyond : {}, options).toArray();
      const ledgers = await ledgersOf(collections, docs);
      return Promise.all(
        docs.map(async (doc) => ({
          key: doc._id,
          record: await toRecord(collections, doc, ledgers.get(doc.importId)),
        })),
      );
    },
    async write(records) {
      const collections = await open();
      const operations: AnyBulkWriteOperation<ChunkDoc>[] = [];
      for (const { importId, seq, rowCount, rows } of records) {
        const _id = chunkId(importId, seq);
        const kept = rows === null ? null : await keepText(collections, { importId, kind: 'rows', key: _id }, rows);
        const replacement: Omit<ChunkDoc, '_id'> = { importId, seq, rowCount, rows: kept };
        operations.push({ replaceOne: { filter: { _id }, replacement, upsert: true } });
      }
      await collections.chunks.bulkWrite(operations, { ...collections.limit, ordered: false });
    },
    async count() {
      const { chunks, limit } = await open();
      return chunks.countDocuments({}, limit);
    },
    async clear() {
      const { chunks, texts, limit } = await open();
      await chunks.deleteMany({}, limit);
      await texts.deleteMany({ kind: 'rows' }, limit);
    },
  };
}

async function ledgersOf(
  { imports, limit }: ImportCollections,
  docs: readonly ChunkDoc[],
): Promise<Map<string, Ledger>> {
  const ids = [...new Set(docs.map((doc) => doc.importId))];
  const found = await imports.find({ _id: { $in: ids } }, { ...limit, projection: { ledger: 1 } }).toArray();
  return new Map(found.map((doc) => [doc._id, doc.ledger]));
}

async function toRecord(
  collections: ImportCollections,
  { _id, importId, seq, rowCount, rows }: ChunkDoc,
  ledger: Ledger | undefined,
): Promise<MovedChunk> {
  const isDone = ledger !== undefined && isCommitted(ledger, seq);
  // Rows of a committed chunk are there only if a crash kept them from being let go of.
  const kept = isDone || rows === null ? null : await readText(collections, _id, rows);
  return { importId, seq, rowCount, rows: kept, isCommitted: isDone };
}
