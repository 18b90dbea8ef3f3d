import type { AnyBulkWriteOperation, Filter } from 'mongodb';
import { decodeCells, encodeCells } from '../../../application/import/rows-text.ts';
import type { MovedLetter } from '../../../application/move/imports.ts';
import type { RecordKeeper } from '../../../application/move/ports.ts';
import type { ImportCollections, LetterDoc, OpenCollections } from './documents.ts';
import { keepText, readText } from './long-texts.ts';
import { allBut } from './uncounted-rows.ts';
import { orOccupied } from './write-problems.ts';

const KEPT_STATES = ['DEAD', 'RETRYING', 'TRYING'] as const satisfies readonly MovedLetter['state'][];

/**
 * Dead letters in MongoDB, and rows on trial, for a move to or from another store. What is left of stored and discarded ones
 * stays behind: nobody writes for a committed chunk again. `uncounted` are letters that will be written again.
 */
export function mongoMovedLetters(
  open: OpenCollections,
  uncounted: () => Promise<readonly Filter<LetterDoc>[]>,
): RecordKeeper<MovedLetter> {
  const kept = async (): Promise<Filter<LetterDoc>> => ({
    state: { $in: [...KEPT_STATES] },
    ...allBut(await uncounted()),
  });
  return {
    async readPage(after, limit) {
      const collections = await open();
      const isNext = { ...(await kept()), ...(after ? { _id: { $gt: after } } : {}) };
      const options = { ...collections.limit, sort: { _id: 1 }, limit } as const;
      const docs = await collections.letters.find(isNext, options).toArray();
      return Promise.all(docs.map(async (doc) => ({ key: doc._id, record: await toRecord(collections, doc) })));
    },
    async write(records) {
      const collections = await open();
      const operations: AnyBulkWriteOperation<LetterDoc>[] = [];
      for (const { id, cells, ...letter } of records) {
        const place = { importId: letter.importId, kind: 'cells', key: id } as const;
        // What earlier trials have changed is in the counters of the moved import already.
        const trials = { release: 0, changes: 0, succeeded: 0, failed: 0, retried: 0 };
        const replacement = { ...letter, ...trials, cells: await keepText(collections, place, encodeCells(cells)) };
        operations.push({ replaceOne: { filter: { _id: id }, replacement, upsert: true } });
      }
      await orOccupied(collections.letters.bulkWrite(operations, { ...collections.limit, ordered: false }));
    },
    async count() {
      const { letters, limit } = await open();
      return letters.countDocuments(await kept(), limit);
    },
    async clear() {
      const { letters, texts, limit } = await open();
      await letters.deleteMany({}, limit);
      await texts.deleteMany({ kind: 'cells' }, limit);
    },
  };
}

async function toRecord(collections: ImportCollections, doc: LetterDoc): Promise<MovedLetter> {
  const { _id, importId, rowNumber, reasons, attempts, failedAt } = doc;
  const state = doc.state === 'TRYING' || doc.state === 'RETRYING' ? doc.state : 'DEAD';
  const cells = doc.cells === null ? [] : decodeCells(await readText(collections, _id, doc.cells));
  return { id: _id, importId, rowNumber, state, cells, reasons, attempts, failedAt };
}
