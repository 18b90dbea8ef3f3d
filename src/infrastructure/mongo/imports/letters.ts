import type { AnyBulkWriteOperation, Filter } from 'mongodb';
import type { DeadLetter, Verdict, WaitingRow } from '../../../application/import/ports.ts';
import { decodeCells, encodeCells } from '../../../application/import/rows-text.ts';
import type { ChunkDecision, ImportCollections, LetterDoc } from './documents.ts';
import { letterId } from './letter-id.ts';
import { keepText, readText } from './long-texts.ts';
import { bulkProblems } from './write-problems.ts';

export interface JudgedRow {
  readonly row: WaitingRow;
  readonly verdict: Verdict;
}

/** Why a row could not be stored, as a sentence. */
export function refusalReason(problem: string): string {
  return `The row could not be stored: ${problem}`;
}

/** Said of rows that an earlier run of their chunk decided about otherwise and did not live to say why. */
const DECIDED_BEFORE = 'The row was put aside by a run that broke off before it said why; try it again.';

export interface ChunkLetters {
  readonly importId: string;
  readonly judged: readonly JudgedRow[];
  readonly decision: ChunkDecision;
  /** By row number. */
  readonly refused: ReadonlyMap<number, string>;
  readonly now: Date;
}

/** Writes the letters of a chunk as they were decided; those that are there stay as they are. */
export async function writeLetters(collections: ImportCollections, chunk: ChunkLetters): Promise<void> {
  const { importId, judged, decision, refused, now } = chunk;
  const [dead, trying] = [new Set(decision.dead), new Set(decision.trying)];
  const additions: AnyBulkWriteOperation<LetterDoc>[] = [];
  for (const { row, verdict } of judged) {
    const { rowNumber } = row;
    if (!dead.has(rowNumber) && !trying.has(rowNumber)) continue;
    const problem = refused.get(rowNumber);
    const refusal = problem === undefined ? DECIDED_BEFORE : refusalReason(problem);
    const _id = letterId(importId, rowNumber);
    const letter: Omit<LetterDoc, '_id'> = {
      importId,
      rowNumber,
      state: dead.has(rowNumber) ? 'DEAD' : 'TRYING',
      cells: await keepText(collections, { importId, kind: 'cells', key: _id }, encodeCells(row.cells)),
      reasons: [...(verdict.reasons ?? [refusal])],
      attempts: dead.has(rowNumber) ? 1 : 0,
      failedAt: now,
      release: 0,
      changes: 0,
      succeeded: 0,
      failed: 0,
      retried: 0,
    };
    additions.push({ updateOne: { filter: { _id }, update: { $setOnInsert: letter }, upsert: true } });
  }
  await addAll(collections, additions);
}

async function addAll(
  { letters, limit }: ImportCollections,
  additions: readonly AnyBulkWriteOperation<LetterDoc>[],
): Promise<void> {
  if (additions.length === 0) return;
  try {
    await letters.bulkWrite([...additions], { ...limit, ordered: false });
  } catch (error) {
    // A letter that another run has added meanwhile is this letter.
    if (bulkProblems(error).refused.size > 0) throw error;
  }
}

/** What the cells of a page in row order may take as JSON; a row may hold megabytes. */
const PAGE_BYTES = 4 * 1024 ** 2;

/** Letters in the order of their rows: at most `first`, fewer where they are large, one if there is any. */
export async function findPage(
  { letters, limit }: ImportCollections,
  which: Filter<LetterDoc>,
  first: number,
): Promise<LetterDoc[]> {
  const found: LetterDoc[] = [];
  let bytes = 0;
  for await (const letter of letters.find(which, { ...limit, sort: { rowNumber: 1 }, limit: first })) {
    found.push(letter);
    bytes += sizeOf(letter);
    if (bytes >= PAGE_BYTES) break;
  }
  return found;
}

/** The cells as JSON, in bytes or more; what is not in the document is larger than a page is to be. */
function sizeOf({ cells }: LetterDoc): number {
  if (cells === null) return 0;
  return typeof cells === 'string' ? Buffer.byteLength(cells) : PAGE_BYTES;
}

/** The letter as the use cases know it. */
export async function toDeadLetter(
  collections: ImportCollections,
  letter: LetterDoc,
  headers: readonly string[],
): Promise<DeadLetter> {
  const { _id, importId, rowNumber, reasons, attempts, failedAt } = letter;
  const cells = letter.cells === null ? [] : decodeCells(await readText(collections, _id, letter.cells));
  return { id: _id, importId, rowNumber, headers, cells, reasons, attempts, failedAt };
}
