import type { Breath } from '../../application/breath.ts';
import type { NewId } from '../../application/runtime.ts';
import type { Sql } from './database.ts';
import { type ImportedRow, markDaysOf, upsertLogs } from './imported-logs.ts';
import { dataProblem } from './store-failure.ts';

/** A row that the store will not have, and what it says against it. */
export interface Refusal {
  readonly rowNumber: number;
  readonly problem: string;
}

export interface WriteRowsDeps {
  readonly newId: NewId;
  readonly breath: Breath;
}

/** Rows in one statement: each has a cost of its own on both sides. */
const AT_ONCE = 2_000;

/** Writes the rows, some at a time, in the order in which others who write the same ones would. Returns those that were refused. */
export async function writeRows(
  deps: WriteRowsDeps,
  tx: Sql,
  importId: string,
  rows: readonly ImportedRow[],
): Promise<Refusal[]> {
  if (rows.length === 0) return [];
  await markDaysOf(tx, rows);
  const inOrder = rows.toSorted((a, b) => (a.log.externalId < b.log.externalId ? -1 : 1));
  const refused: Refusal[] = [];
  for (let at = 0; at < inOrder.length; at += AT_ONCE) {
    const some = inOrder.slice(at, at + AT_ONCE);
    await deps.breath.rest(some.length);
    refused.push(...(await writeEach(tx, importId, some, deps.newId)));
  }
  return refused;
}

export function refusalReason(problem: string): string {
  return `The row could not be stored: ${problem}`;
}

/** Writes the rows in one go; when the store refuses that, in halves, down to the single rows that it will not have. */
async function writeEach(tx: Sql, importId: string, rows: readonly ImportedRow[], newId: NewId): Promise<Refusal[]> {
  if (rows.length === 0) return [];
  try {
    await tx.transaction((savepoint) => upsertLogs(savepoint, importId, rows, newId));
    return [];
  } catch (error) {
    const problem = dataProblem(error);
    if (problem === null) throw error;
    const [first] = rows;
    if (first && rows.length === 1) return [{ rowNumber: first.rowNumber, problem }];
    const half = Math.ceil(rows.length / 2);
    const refused = await writeEach(tx, importId, rows.slice(0, half), newId);
    return [...refused, ...(await writeEach(tx, importId, rows.slice(half), newId))];
  }
}
