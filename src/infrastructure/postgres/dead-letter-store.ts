import { and, eq, gt, lt, ne, sql } from 'drizzle-orm';
import { validate as isUuid } from 'uuid';
import { encodeCursor } from '../../application/cursor.ts';
import type { DeadLetter, DeadLetterStore, ReleaseOutcome } from '../../application/import/ports.ts';
import { type Page, pageOf } from '../../application/page.ts';
import type { NewId } from '../../application/runtime.ts';
import type { ImportProcess, ImportState } from '../../domain/import-process.ts';
import { lettersDiscarded, lettersReleased } from '../../domain/trail.ts';
import type { Database, Sql } from './database.ts';
import { progressEvent, toProcess } from './import-store.ts';
import { isInstant, keysetOf } from './keyset.ts';
import { deadLetters, importProcesses as imports } from './schema/imports.ts';
import { fromStored } from './stored-cell.ts';

export type DeadLetterRow = typeof deadLetters.$inferSelect;

const CURSOR = 'dead-letters';

/** What the cells of a page in row order may take as JSON; a row may hold megabytes. */
const PAGE_BYTES = 4 * 1024 ** 2;

/** Dead letters in Postgres. */
export class PostgresDeadLetterStore implements DeadLetterStore {
  readonly #db: Database;
  readonly #newId: NewId;

  constructor(db: Database, newId: NewId) {
    this.#db = db;
    this.#newId = newId;
  }

  async list(page: { importId: string | null; first: number; after: string | null }): Promise<Page<DeadLetter>> {
    const { importId, first, after } = page;
    const place = after === null ? null : keysetOf(CURSOR, after, isInstant);
    const isKnown = importId === null || isUuid(importId);
    const all = and(
      eq(deadLetters.state, 'DEAD'),
      isKnown ? undefined : sql`false`,
      importId === null || !isKnown ? undefined : eq(deadLetters.importId, importId),
    );
    const newer =
      place === null
        ? undefined
        : sql`(${deadLetters.failedAt}, ${deadLetters.id}) > (${place.value}::timestamptz, ${place.id}::uuid)`;
    const rows = await this.#db.sql
      .select({ letter: deadLetters, headers: imports.headers })
      .from(deadLetters)
      .innerJoin(imports, eq(imports.id, deadLetters.importId))
      .where(and(all, newer))
      .orderBy(deadLetters.failedAt, deadLetters.id)
      .limit(first + 1);
    const item = (row: (typeof rows)[number]) => ({
      node: toDeadLetter(row),
      cursor: encodeCursor(CURSOR, [row.letter.failedAt.toISOString(), row.letter.id]),
    });
    return pageOf(rows, first, item, {
      hasPreviousPage: after !== null,
      totalCount: () => this.#db.sql.$count(deadLetters, all),
    });
  }

  async inRowOrder(importId: string, page: { afterRow: number; first: number }): Promise<DeadLetter[]> {
    if (!isUuid(importId)) return [];
    const mine = and(
      eq(deadLetters.importId, importId),
      eq(deadLetters.state, 'DEAD'),
      gt(deadLetters.rowNumber, page.afterRow),
    );
    const bytes = sql`octet_length(${deadLetters.cells}::text)`;
    const fitting = this.#db.sql
      .select({
        rowNumber: deadLetters.rowNumber,
        before: sql<number>`sum(${bytes}) OVER (ORDER BY ${deadLetters.rowNumber}) - ${bytes}`.as('before'),
      })
      .from(deadLetters)
      .where(mine)
      .orderBy(deadLetters.rowNumber)
      .limit(page.first)
      .as('fitting');
    const last = this.#db.sql
      .select({ rowNumber: sql`max(${fitting.rowNumber})` })
      .from(fitting)
      .where(lt(fitting.before, PAGE_BYTES));
    const rows = await this.#db.sql
      .select()
      .from(deadLetters)
      .where(and(mine, sql`${deadLetters.rowNumber} <= (${last})`))
      .orderBy(deadLetters.rowNumber);
    // Not joined to each row: there may be 16,384 of them.
    const [file] = await this.#db.sql
      .select({ headers: imports.headers })
      .from(imports)
      .where(eq(imports.id, importId));
    return rows.map((letter) => toDeadLetter({ letter, headers: file?.headers ?? null }));
  }

  async find(id: string): Promise<DeadLetter | null> {
    const [row] = await this.#db.sql
      .select({ letter: deadLetters, headers: imports.headers })
      .from(deadLetters)
      .innerJoin(imports, eq(imports.id, deadLetters.importId))
      .where(and(eq(deadLetters.id, id), eq(deadLetters.state, 'DEAD')));
    return row ? toDeadLetter(row) : null;
  }

  async release(
    importId: string,
    ids: readonly string[] | null,
    now: Date,
    decide: (process: ImportProcess) => ImportState | null,
  ): Promise<ReleaseOutcome> {
    return this.#db.transaction(async (tx) => {
      const [row] = await tx.sql.select().from(imports).where(eq(imports.id, importId)).for('update');
      const chosen = await choose(tx.sql, importId, ids);
      if (!row || chosen.unknown.length > 0) return { kind: 'unknown', ids: chosen.unknown };
      const process = toProcess(row);
      const state = chosen.ids.length > 0 ? decide(process) : null;
      if (!state) return { kind: 'refused', process };
      const released = { kind: 'released' as const, ids: chosen.ids };
      await tx.sql.update(deadLetters).set({ state: 'RETRYING' }).where(isOneOf(chosen.ids));
      const retriedRows = process.retriedRows + chosen.ids.length;
      await tx.sql
        .update(imports)
        .set({ ...state, retriedRows })
        .where(eq(imports.id, importId));
      tx.append([progressEvent(this.#newId(), process, state.status, now)]);
      const after = { ...process, ...state, retriedRows };
      tx.audit(lettersReleased(process, after));
      return { ...released, process: after };
    });
  }

  async discard(
    importId: string,
    ids: readonly string[] | null,
  ): Promise<{ discarded: number; unknown: readonly string[] }> {
    return this.#db.transaction(async (tx) => {
      const chosen = await choose(tx.sql, importId, ids);
      if (chosen.unknown.length > 0) return { discarded: 0, unknown: chosen.unknown };
      await tx.sql.delete(deadLetters).where(isOneOf(chosen.ids));
      const left = await tx.sql.$count(
        deadLetters,
        and(eq(deadLetters.importId, importId), eq(deadLetters.state, 'DEAD')),
      );
      tx.audit(lettersDiscarded(importId, chosen.ids.length, left));
      return { discarded: chosen.ids.length, unknown: [] };
    });
  }

  async waiting(importId: string): Promise<string[]> {
    const rows = await this.#db.sql
      .select({ id: deadLetters.id })
      .from(deadLetters)
      .where(and(eq(deadLetters.importId, importId), ne(deadLetters.state, 'DEAD')));
    return rows.map((row) => row.id);
  }
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

/** Locks the dead letters of the import, all or those of `ids`, and tells which of `ids` are none. */
async function choose(
  tx: Sql,
  importId: string,
  ids: readonly string[] | null,
): Promise<{ ids: string[]; unknown: string[] }> {
  const asked = ids === null ? undefined : isOneOf(ids.filter((id) => isUuid(id)));
  const dead = and(eq(deadLetters.importId, importId), eq(deadLetters.state, 'DEAD'), asked);
  const rows = await tx
    .select({ id: deadLetters.id })
    .from(deadLetters)
    .where(dead)
    .orderBy(deadLetters.id)
    .for('update');
  const found = new Set(rows.map((row) => row.id));
  return { ids: [...found], unknown: (ids ?? []).filter((id) => !found.has(id.toLowerCase())) };
}

/** One parameter however many ids there are: a statement takes at most 65,535. */
function isOneOf(ids: readonly string[]) {
  return sql`${deadLetters.id} IN (SELECT value::uuid FROM jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))`;
}
