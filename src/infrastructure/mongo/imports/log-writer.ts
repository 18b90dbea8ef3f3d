import type { CommittedChunk, ImportLogWriter } from '../../../application/import/ports.ts';
import type { NewId } from '../../../application/runtime.ts';
import { chunkId } from './chunk-store.ts';
import type { ChunkDecision, ImportCollections, ImportDoc, OpenCollections } from './documents.ts';
import { importDoc } from './import-doc.ts';
import { KeptDays } from './kept-days.ts';
import { isCommitted, shortened } from './ledger.ts';
import { letterId } from './letter-id.ts';
import { type JudgedRow, writeLetters } from './letters.ts';
import { removeText } from './long-texts.ts';
import { type JudgeLetter, RowTrials, type TrialLimits } from './row-trials.ts';
import { writeRows } from './written-rows.ts';

const NOTHING: ChunkDecision = { dead: [], trying: [] };

/**
 * From judged rows to ticket logs and dead letters, exactly once, in single updates: every effect has a key of its own and
 * may be made again, and one last update of the import's document counts the chunk and says that it is committed.
 */
export class MongoImportLogWriter implements ImportLogWriter {
  readonly #open: OpenCollections;
  readonly #newId: NewId;
  readonly #trials: RowTrials;

  constructor(parts: { readonly open: OpenCollections; readonly newId: NewId }) {
    this.#open = parts.open;
    this.#newId = parts.newId;
    this.#trials = new RowTrials(parts);
  }

  async commitChunk(id: string, seq: number, judged: readonly JudgedRow[], now: Date): Promise<CommittedChunk | null> {
    const collections = await this.#open();
    const { chunks, limit } = collections;
    const _id = chunkId(id, seq);
    const [doc, chunk] = await Promise.all([
      importDoc(collections, id),
      chunks.findOne({ _id }, { ...limit, projection: { days: 1, decision: 1 } }),
    ]);
    if (!chunk || doc?.status !== 'RUNNING' || isCommitted(doc.ledger, seq)) return null;

    const good = judged.flatMap(({ row, verdict }) =>
      verdict.log ? [{ rowNumber: row.rowNumber, log: verdict.log }] : [],
    );
    const refused = await writeRows(collections, doc, good, {
      days: KeptDays.ofChunk(collections, chunk),
      newId: this.#newId,
    });
    const proposal = {
      dead: judged.flatMap(({ row, verdict }) => (verdict.reasons ? [row.rowNumber] : [])),
      trying: [...refused.keys()],
    };
    const decision = chunk.decision ?? (await decide(collections, _id, proposal));
    await writeLetters(collections, { importId: id, judged, decision, refused, now });
    const { dead, trying } = decision;
    const succeeded = judged.length - dead.length - trying.length;
    const counts = { rows: judged.length, succeeded, failed: dead.length, retried: trying.length };
    if (!(await commit(collections, doc, seq, counts))) return null;
    // It counts now; what cannot be tidied up stays until the import ends.
    await tidy(collections, doc, seq).catch(() => undefined);
    return { succeeded, failed: dead.length, retry: trying.map((rowNumber) => letterId(id, rowNumber)) };
  }

  tryRow(rowId: string, judge: JudgeLetter, limits: TrialLimits) {
    return this.#trials.tryRow(rowId, judge, limits);
  }

  tryRows(importId: string, page: { afterRow: number; first: number }, judge: JudgeLetter, limits: TrialLimits) {
    return this.#trials.tryRows(importId, page, judge, limits);
  }
}

/** The proposal, unless another run of the chunk made one before: whoever is first decides for all. */
async function decide(
  { chunks, limit }: ImportCollections,
  _id: string,
  proposal: ChunkDecision,
): Promise<ChunkDecision> {
  const isOpen = { _id, decision: { $exists: false } };
  const { modifiedCount } = await chunks.updateOne(isOpen, { $set: { decision: proposal } }, limit);
  if (modifiedCount === 1) return proposal;
  const decided = await chunks.findOne({ _id }, { ...limit, projection: { decision: 1 } });
  return decided?.decision ?? NOTHING;
}

/**
 * Counts the chunk and says that it is committed, unless it is, or the import does not run or was uploaded once more since it
 * was looked at; returns whether it did.
 */
async function commit(
  { imports, limit }: ImportCollections,
  { _id, order }: ImportDoc,
  seq: number,
  counts: { rows: number; succeeded: number; failed: number; retried: number },
): Promise<boolean> {
  const isDue = {
    _id,
    order,
    status: 'RUNNING',
    'ledger.below': { $lte: seq },
    'ledger.beyond': { $ne: seq },
  } as const;
  const raised = {
    'ledger.rows': counts.rows,
    'ledger.succeeded': counts.succeeded,
    'ledger.failed': counts.failed,
    'ledger.retried': counts.retried,
  };
  const { modifiedCount } = await imports.updateOne(isDue, { $push: { 'ledger.beyond': seq }, $inc: raised }, limit);
  return modifiedCount === 1;
}

/** Lets go of the rows of a committed chunk, and shortens the list of committed ones when it has grown long. */
async function tidy({ imports, chunks, texts, limit }: ImportCollections, { _id, ledger }: ImportDoc, seq: number) {
  const chunk = { _id: chunkId(_id, seq) };
  const set = { rows: null, decision: NOTHING };
  const before = await chunks.findOneAndUpdate(
    chunk,
    { $set: set, $unset: { days: '' } },
    { ...limit, projection: { rows: 1 } },
  );
  await removeText({ texts, limit }, chunk._id, before?.rows ?? null);
  const below = shortened(ledger);
  if (below === null) return;
  const shorter = { $set: { 'ledger.below': below }, $pull: { 'ledger.beyond': { $lt: below } } };
  await imports.updateOne({ _id, 'ledger.below': ledger.below }, shorter, limit);
}
