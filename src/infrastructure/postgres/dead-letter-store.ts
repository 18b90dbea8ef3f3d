import { and, eq, gt, isNotNull, ne, sql } from 'drizzle-orm';
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
import { IS_DEAD, isOneOf, pageOfRows, toDeadLetter } from './letter-rows.ts';
import { deadLetters, importProcesses as imports } from './schema/imports.ts';

const CURSOR = 'dead-letters';

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
      IS_DEAD,
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
    const behind = and(eq(deadLetters.importId, importId), IS_DEAD, gt(deadLetters.rowNumber, page.afterRow));
    const rows = await this.#db.sql
      .select()
      .from(deadLetters)
      .where(pageOfRows(this.#db.sql, behind, page.first))
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
      .where(and(eq(deadLetters.id, id), IS_DEAD));
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
      if (!row) return { kind: 'unknown', ids: ids ?? [] };
      const chosen = ids && (await choose(tx.sql, importId, ids));
      if (chosen && chosen.unknown.length > 0) return { kind: 'unknown', ids: chosen.unknown };
      const released = chosen ? chosen.ids.length : await tx.sql.$count(deadLetters, deadOf(importId));
      const process = toProcess(row);
      const state = released > 0 ? decide(process) : null;
      if (!state) return { kind: 'refused', process };
      if (chosen) await tx.sql.update(deadLetters).set({ state: 'RETRYING' }).where(isOneOf(chosen.ids));
      const retriedRows = process.retriedRows + released;
      await tx.sql
        .update(imports)
        // All of them are sent by this alone, however many they are.
        .set({ ...state, retriedRows, retryAfterRow: chosen ? null : 0 })
        .where(eq(imports.id, importId));
      tx.append([progressEvent(this.#newId(), process, state.status, now)]);
      const after = { ...process, ...state, retriedRows };
      tx.audit(lettersReleased(process, after));
      return { kind: 'released', released, process: after };
    });
  }

  async discard(
    importId: string,
    ids: readonly string[] | null,
  ): Promise<{ discarded: number; unknown: readonly string[] }> {
    return this.#db.transaction(async (tx) => {
      // As whoever tries all of them does: they wait for each other, not for each other's letters.
      const [row] = await tx.sql.select({ id: imports.id }).from(imports).where(eq(imports.id, importId)).for('update');
      if (!row) return { discarded: 0, unknown: ids ?? [] };
      const chosen = ids && (await choose(tx.sql, importId, ids));
      if (chosen && chosen.unknown.length > 0) return { discarded: 0, unknown: chosen.unknown };
      const { rowCount } = await tx.sql.delete(deadLetters).where(chosen ? isOneOf(chosen.ids) : deadOf(importId));
      const discarded = rowCount ?? 0;
      const left = await tx.sql.$count(deadLetters, deadOf(importId));
      tx.audit(lettersDiscarded(importId, discarded, left));
      return { discarded, unknown: [] };
    });
  }

  async waiting(importId: string, most: number): Promise<string[] | null> {
    const isAll = and(eq(imports.id, importId), isNotNull(imports.retryAfterRow));
    if ((await this.#db.sql.$count(imports, isAll)) > 0) return null;
    const rows = await this.#db.sql
      .select({ id: deadLetters.id })
      .from(deadLetters)
      .where(and(eq(deadLetters.importId, importId), ne(deadLetters.state, 'DEAD')))
      .limit(most + 1);
    return rows.length > most ? null : rows.map((row) => row.id);
  }
}

function deadOf(importId: string) {
  return and(eq(deadLetters.importId, importId), IS_DEAD);
}

/** Locks those of `ids` that are dead letters of the import, and tells which are none. */
async function choose(
  tx: Sql,
  importId: string,
  ids: readonly string[],
): Promise<{ ids: string[]; unknown: string[] }> {
  const rows = await tx
    .select({ id: deadLetters.id })
    .from(deadLetters)
    .where(and(deadOf(importId), isOneOf(ids.filter((id) => isUuid(id)))))
    .orderBy(deadLetters.id)
    .for('update', { of: deadLetters });
  const found = new Set(rows.map((row) => row.id));
  return { ids: [...found], unknown: ids.filter((id) => !found.has(id.toLowerCase())) };
}
