import { MongoBulkWriteError, MongoServerError } from 'mongodb';
import { MOVE_OCCUPIED } from '../../../application/move/imports.ts';
import { StartupError } from '../../../startup-error.ts';

const DUPLICATE_KEY = 11_000;

/**
 * Codes that speak of the server, of its load or of rights, not of the document: the same may go well later. Those that drivers
 * take for passing, and: failures that say nothing (1, 8), rights (13, 18), locks and conflicts (24, 46, 112), time (50, 202,
 * 290), write concern (64, 79, 100), memory and disk (146, 14031), interruption (11601).
 */
const PASSING = new Set([
  1, 6, 7, 8, 13, 18, 24, 46, 50, 63, 64, 79, 89, 91, 100, 112, 134, 146, 150, 189, 202, 262, 290, 9001, 10_107, 11_600,
  11_601, 11_602, 13_388, 13_435, 13_436, 14_031,
]);

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}

/** What came of an unordered bulk that was not written as a whole, by the operation's place in it. */
export interface BulkProblems {
  /** Another document has the key. */
  readonly taken: ReadonlySet<number>;
  /** What the server says against the document. */
  readonly refused: ReadonlyMap<number, string>;
}

/** Reads the problems of single documents from a failed bulk; throws the error on when the store itself was in trouble. */
export function bulkProblems(error: unknown): BulkProblems {
  if (!(error instanceof MongoBulkWriteError)) throw error;
  const problems = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  const taken = new Set<number>();
  const refused = new Map<number, string>();
  for (const { index, code, errmsg } of problems) {
    if (code === DUPLICATE_KEY) taken.add(index);
    else if (PASSING.has(code)) throw error;
    else refused.set(index, errmsg ?? `code ${code}`);
  }
  // Without the write concern nothing is sure, and without a problem of a document the trouble is another.
  if (error.result.getWriteConcernError() || taken.size + refused.size === 0) throw error;
  return { taken, refused };
}

/** What a write of a move gives, or a sentence for the operator when another document has one of its keys. */
export async function orOccupied<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw isDuplicateKey(error) ? new StartupError(MOVE_OCCUPIED, { cause: error }) : error;
  }
}
