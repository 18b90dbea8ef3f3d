import type { Db } from 'mongodb';
import { v7 } from 'uuid';
import type { ImportStores } from '../../src/application/import/ports.ts';
import {
  importCollections,
  type LetterDoc,
  type LetterState,
  type OutboxEvent,
} from '../../src/infrastructure/mongo/imports/documents.ts';
import { letterId } from '../../src/infrastructure/mongo/imports/letter-id.ts';
import { AT, judgedLog } from './chunk-verdicts.ts';
import { chunkOf, waitingRows } from './import-stores.ts';

/** Imports in MongoDB as crashes leave them, each between two steps. */
export function halfDone(db: Db, stores: ImportStores) {
  const { imports, chunks, letters } = importCollections({ db, limit: { maxTimeMS: 20_000 } });
  const event: OutboxEvent = { id: v7(), type: 'import.progressed', from: 'RUNNING', to: 'CANCELLED', occurredAt: AT };
  const letter = (importId: string, rowNumber: number, state: LetterState, cell: string): LetterDoc => ({
    _id: letterId(importId, rowNumber),
    importId,
    rowNumber,
    state,
    cells: JSON.stringify([cell]),
    reasons: ['It was refused.'],
    attempts: state === 'DEAD' ? 1 : 0,
    failedAt: AT,
    release: 0,
    changes: 0,
    succeeded: 0,
    failed: 0,
    retried: 0,
  });
  return {
    event,
    /** All its dead letters, of which there is one, are to be tried again and count as retried, and none was sent on its way. */
    async release(_id: string): Promise<void> {
      const release = { number: 9, ids: null };
      const running = { status: 'RUNNING', finishedAt: null, release, releases: 9 } as const;
      await imports.updateOne({ _id }, { $set: running, $inc: { revision: 1, 'ledger.retried': 1 } });
    },
    /** It has ended, and its bytes are still there. */
    async bytesOfEnded(uploadId: string): Promise<void> {
      const bytes = async function* () {
        yield Buffer.from('bytes that nobody needs');
      };
      await stores.uploads.save(uploadId, bytes(), 1_000);
      await imports.updateOne({ uploadId }, { $set: { leftovers: true } });
    },
    /** Its last change of status stands, and `event` was not told. */
    async untold(_id: string): Promise<void> {
      await imports.updateOne({ _id }, { $set: { leftovers: true }, $push: { outbox: event } });
    },
    /**
     * Its first chunk has these cells: its letters are written, the first dead and the second on trial, which was stored by
     * now, and so is the log of the third; the chunk itself was not committed.
     */
    async uncommittedChunk(id: string, cells: readonly [string, string, string]): Promise<void> {
      await stores.chunks.saveHeader(id, ['id'], []);
      await stores.chunks.addChunks(id, [chunkOf(0, waitingRows(2, ...cells.map((cell) => [cell])))]);
      await chunks.updateOne({ importId: id, seq: 0 }, { $set: { decision: { dead: [2], trying: [3] } } });
      await letters.insertMany([letter(id, 2, 'DEAD', cells[0]), letter(id, 3, 'TRYING', cells[1])]);
      await stores.writer.tryRow(letterId(id, 3), () => ({ log: judgedLog(cells[1]) }), { trials: 3, now: AT });
    },
  };
}
