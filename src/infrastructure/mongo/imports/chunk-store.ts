import type { AnyBulkWriteOperation } from 'mongodb';
import type { Chunk, ChunkStore, OpenImport, RowRules, WaitingRow } from '../../../application/import/ports.ts';
import { decodeRows } from '../../../application/import/rows-text.ts';
import type { ColumnFields } from '../../../domain/import-columns.ts';
import { isOpen } from '../../../domain/import-process.ts';
import { unpackText } from '../../packed-text.ts';
import type { ChunkDoc, ImportCollections, OpenCollections } from './documents.ts';
import { headerKey, importDoc, readRules, toProcess } from './import-doc.ts';
import { committedChunks, isCommitted, uncommittedChunks } from './ledger.ts';
import { keepText, readText } from './long-texts.ts';

/** The rows of files between reading and writing, in MongoDB. Which chunks are committed stands in the document of their import. */
export class MongoChunkStore implements ChunkStore {
  readonly #open: OpenCollections;

  constructor(open: OpenCollections) {
    this.#open = open;
  }

  async open(id: string): Promise<OpenImport | null> {
    const collections = await this.#open();
    const doc = await importDoc(collections, id);
    if (!doc || !isOpen(doc.status)) return null;
    const { chunks, limit } = collections;
    const first = await chunks.findOne({ _id: chunkId(doc._id, 0) }, { ...limit, projection: { rowCount: 1 } });
    return {
      process: await toProcess(collections, doc),
      uploadId: doc.uploadId,
      chunks: await countChunks(collections, doc._id),
      isCut: doc.totalRows !== null && doc.totalRows === (await countRows(collections, doc._id)),
      chunkRows: first?.rowCount ?? null,
    };
  }

  async saveHeader(id: string, headers: readonly string[], fields: ColumnFields): Promise<void> {
    const collections = await this.#open();
    const place = { importId: id, kind: 'header', key: headerKey(id) } as const;
    const header = await keepText(collections, place, JSON.stringify({ headers, fields }));
    await collections.imports.updateOne({ _id: id }, { $set: { header } }, collections.limit);
  }

  async addChunks(id: string, cut: readonly Chunk[]): Promise<void> {
    if (cut.length === 0) return;
    const collections = await this.#open();
    const additions: AnyBulkWriteOperation<ChunkDoc>[] = [];
    for (const { seq, rowCount, rows } of cut) {
      const _id = chunkId(id, seq);
      const kept = await keepText(collections, { importId: id, kind: 'rows', key: _id }, unpackText(rows));
      const chunk = { importId: id, seq, rowCount, rows: kept };
      additions.push({ updateOne: { filter: { _id }, update: { $setOnInsert: chunk }, upsert: true } });
    }
    // In their order, so that a run that ends in between leaves no gap.
    await collections.chunks.bulkWrite(additions, { ...collections.limit, ordered: true });
  }

  async backlog(id: string): Promise<{ isRunning: boolean; uncommitted: number }> {
    const collections = await this.#open();
    const doc = await importDoc(collections, id);
    if (!doc) return { isRunning: false, uncommitted: 0 };
    const uncommitted = (await countChunks(collections, doc._id)) - committedChunks(doc.ledger);
    return { isRunning: doc.status === 'RUNNING', uncommitted };
  }

  async saveTotal(id: string, totalRows: number): Promise<void> {
    const { imports, limit } = await this.#open();
    await imports.updateOne({ _id: id }, { $set: { totalRows } }, limit);
  }

  async uncommitted(id: string): Promise<number[]> {
    const collections = await this.#open();
    const doc = await importDoc(collections, id);
    return doc ? uncommittedChunks(doc.ledger, await countChunks(collections, doc._id)) : [];
  }

  async rowsOf(id: string, seq: number): Promise<{ rules: RowRules; rows: WaitingRow[] } | null> {
    const collections = await this.#open();
    const doc = await importDoc(collections, id);
    if (doc?.status !== 'RUNNING' || isCommitted(doc.ledger, seq)) return null;
    const key = chunkId(doc._id, seq);
    const chunk = await collections.chunks.findOne({ _id: key }, collections.limit);
    if (!chunk || chunk.rows === null) return null;
    const rules = await readRules(collections, doc);
    return { rules, rows: decodeRows(await readText(collections, key, chunk.rows)) };
  }
}

export function chunkId(importId: string, seq: number): string {
  return `${importId}/${seq}`;
}

async function countRows({ chunks, limit }: ImportCollections, importId: string): Promise<number> {
  const sum = [{ $match: { importId } }, { $group: { _id: null, rows: { $sum: '$rowCount' } } }];
  const [found] = await chunks.aggregate<{ rows: number }>(sum, limit).toArray();
  return found?.rows ?? 0;
}

/** Chunks have no gaps, so the last one tells how many there are. */
async function countChunks({ chunks, limit }: ImportCollections, importId: string): Promise<number> {
  const last = await chunks.findOne({ importId }, { ...limit, sort: { seq: -1 }, projection: { seq: 1 } });
  return last ? last.seq + 1 : 0;
}
