import { type SQL, sql } from 'drizzle-orm';
import type { DeadLetter } from '../../application/import/ports.ts';
import type { Sql } from './database.ts';
import { deadLetters } from './schema/imports.ts';
import { fromStored } from './stored-cell.ts';

export type DeadLetterRow = typeof deadLetters.$inferSelect;

/** What the cells of a page in row order may take as JSON; a row may hold megabytes. */
const PAGE_BYTES = 4 * 1024 ** 2;

/**
 * A dead letter, unless all of its import are being tried again and it has not been yet. A process of the release before may end
 * such an import too soon, since it knows nothing of that: then all are dead letters once more.
 */
export const IS_DEAD = sql`(dead_letters.state = 'DEAD' AND NOT EXISTS (
  SELECT FROM import_processes p
   WHERE p.id = dead_letters.import_id AND p.retry_after_row < dead_letters.row_number
     AND p.status <> 'COMPLETED_WITH_ERRORS'))`;

/** Those of `rows`, in row order, that make a page: at most `first`, fewer where they are large, one if there is any. */
export function pageOfRows(tx: Sql, rows: SQL | undefined, first: number): SQL {
  const bytes = sql`octet_length(${deadLetters.cells}::text)`;
  const fitting = tx
    .select({
      rowNumber: deadLetters.rowNumber,
      before: sql<number>`sum(${bytes}) OVER (ORDER BY ${deadLetters.rowNumber}) - ${bytes}`.as('before'),
    })
    .from(deadLetters)
    .where(rows)
    .orderBy(deadLetters.rowNumber)
    .limit(first)
    .as('fitting');
  const last = sql`SELECT max(${fitting.rowNumber}) FROM ${fitting} WHERE ${fitting.before} < ${PAGE_BYTES}`;
  return sql`(${rows ?? sql`true`} AND ${deadLetters.rowNumber} <= (${last}))`;
}

/** One parameter however many ids there are: a statement takes at most 65,535. */
export function isOneOf(ids: readonly string[]): SQL {
  return sql`${deadLetters.id} IN (SELECT value::uuid FROM jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))`;
}

export function toDeadLetter({
  letter,
  headers,
}: {
  letter: DeadLetterRow;
  headers: readonly string[] | null;
}): DeadLetter {
  const { state: _, cells, ...rest } = letter;
  return { ...rest, headers: headers ?? [], cells: cells.map(fromStored) };
}
