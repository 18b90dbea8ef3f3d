import type { Filter } from 'mongodb';
import type { MovedImport, MovedImportKeepers } from '../../../application/move/imports.ts';
import type { RecordKeeper } from '../../../application/move/ports.ts';
import { StartupError } from '../../../startup-error.ts';
import type { ImportCollections, ImportDoc, LetterDoc, OpenCollections, TrialCounts } from './documents.ts';
import { headerKey, toProcess } from './import-doc.ts';
import { ordersBeyond } from './import-status.ts';
import { bytesKey } from './import-store.ts';
import { isCommitted } from './ledger.ts';
import { keepText } from './long-texts.ts';
import { mongoMovedChunks } from './moved-chunks.ts';
import { mongoMovedLetters } from './moved-letters.ts';
import { mongoMovedUploads } from './moved-uploads.ts';
import { sendAll } from './releases.ts';
import { NO_TRIALS } from './trial-counts.ts';
import { countedTrials, uncountedRows } from './uncounted-rows.ts';
import { uploadFileId } from './upload-file.ts';
import { orOccupied } from './write-problems.ts';

/** Everything that imports are made of in MongoDB, for a move to or from another store. For one move, during which nobody else writes. */
export function mongoMovedImports(open: OpenCollections): MovedImportKeepers {
  let found: Promise<Filter<LetterDoc>[]> | null = null;
  const uncounted = () => {
    found ??= open().then(uncountedRows);
    return found;
  };
  return {
    uploads: mongoMovedUploads(open),
    imports: importKeeper(open, uncounted),
    chunks: mongoMovedChunks(open),
    letters: mongoMovedLetters(open, uncounted),
  };
}

/**
 * Before a move from MongoDB: `settle` tells what crashes have kept from being told, and does away with bytes that nobody needs.
 * Throws a StartupError when something of that is left.
 */
export async function settleImports(open: OpenCollections, settle: () => Promise<unknown>): Promise<void> {
  await settle();
  const { imports, limit } = await open();
  if ((await imports.countDocuments({ leftovers: true }, limit)) === 0) return;
  throw new StartupError(
    'Some imports have changed their status and could not be told of it (the warnings above say why): mend that, and move again.',
  );
}

function importKeeper(
  open: OpenCollections,
  uncounted: () => Promise<readonly Filter<LetterDoc>[]>,
): RecordKeeper<MovedImport> {
  return {
    async readPage(after, limit) {
      const collections = await open();
      const options = { ...collections.limit, sort: { _id: 1 }, limit } as const;
      const docs = await collections.imports.find(after ? { _id: { $gt: after } } : {}, options).toArray();
      // A release that a crash has cut off is completed: its letters move as the ones on trial that they are.
      for (const doc of docs) await sendAll(collections, doc);
      const ids = docs.map((doc) => doc._id);
      const trials = await countedTrials(collections, ids, await uncounted());
      return Promise.all(
        docs.map(async (doc) => ({ key: doc._id, record: await toRecord(collections, doc, trials.get(doc._id)) })),
      );
    },
    async write(records) {
      const collections = await open();
      for (const record of records) {
        const { _id, ...doc } = await toDoc(collections, record);
        await orOccupied(collections.imports.replaceOne({ _id }, doc, { ...collections.limit, upsert: true }));
      }
      await ordersBeyond(
        collections,
        records.map((record) => record.order),
      );
    },
    async count() {
      const { imports, limit } = await open();
      return imports.countDocuments({}, limit);
    },
    async clear() {
      const { imports, texts, limit } = await open();
      await imports.deleteMany({}, limit);
      await texts.deleteMany({ kind: 'header' }, limit);
    },
  };
}

/** The import with everything counted that has happened. */
async function toRecord(
  collections: ImportCollections,
  doc: ImportDoc,
  trials: TrialCounts = NO_TRIALS,
): Promise<MovedImport> {
  const { chunks, limit } = collections;
  const cut = await chunks.find({ importId: doc._id }, { ...limit, projection: { _id: 0, seq: 1 } }).toArray();
  const committedChunks = cut.map(({ seq }) => seq).filter((seq) => isCommitted(doc.ledger, seq));
  return {
    process: await toProcess(collections, { ...doc, trials }),
    uploadId: doc.uploadId,
    order: doc.order,
    committedChunks: committedChunks.sort((a, b) => a - b),
    committedRows: doc.ledger.rows,
  };
}

async function toDoc(collections: ImportCollections, record: MovedImport): Promise<ImportDoc> {
  const { process, uploadId, order, committedChunks, committedRows } = record;
  const { id, headers, fields, succeededRows, failedRows, retriedRows, ...rest } = process;
  const place = { importId: id, kind: 'header', key: headerKey(id) } as const;
  const header = headers && JSON.stringify({ headers, fields });
  const gap = committedChunks.findIndex((seq, index) => seq !== index);
  const below = gap === -1 ? committedChunks.length : gap;
  return {
    _id: id,
    ...rest,
    ...(rest.status === 'FAILED' ? {} : { bytesKey: bytesKey(rest) }),
    uploadId,
    uploadFile: uploadFileId(uploadId),
    header: header && (await keepText(collections, place, header)),
    // What trials have changed is in these already.
    ledger: {
      below,
      beyond: committedChunks.slice(below),
      rows: committedRows,
      succeeded: succeededRows,
      failed: failedRows,
      retried: retriedRows,
    },
    trials: NO_TRIALS,
    release: null,
    releases: 0,
    order,
    revision: 0,
    outbox: [],
    announcedAt: null,
  };
}
