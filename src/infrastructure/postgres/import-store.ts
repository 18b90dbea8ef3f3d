import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import { validate as isUuid } from 'uuid';
import { encodeCursor } from '../../application/cursor.ts';
import type { ImportStore, NewImport } from '../../application/import/ports.ts';
import { type Page, pageOf } from '../../application/page.ts';
import type { NewId } from '../../application/runtime.ts';
import type { NewEvent } from '../../domain/event.ts';
import { type ColumnFields, mapColumns } from '../../domain/import-columns.ts';
import type { ImportProcess, ImportState } from '../../domain/import-process.ts';
import { importAdded, importMoved } from '../../domain/trail.ts';
import type { Database, Sql, Tx } from './database.ts';
import { isInstant, keysetOf } from './keyset.ts';
import { importProcesses as imports, uploadChunks as pieces } from './schema/imports.ts';

const CURSOR = 'imports';

type ImportRow = typeof imports.$inferSelect;

type Decide = (process: ImportProcess) => ImportState | null;

/** Import processes in Postgres. Every change of status locks the row and logs its event in the same transaction. */
export class PostgresImportStore implements ImportStore {
  readonly #db: Database;
  readonly #newId: NewId;

  constructor(db: Database, newId: NewId) {
    this.#db = db;
    this.#newId = newId;
  }

  async create(row: NewImport): Promise<{ process: ImportProcess; isNew: boolean }> {
    const waiting = { ...row, status: 'QUEUED' as const };
    for (;;) {
      const created = await this.#insert(waiting);
      if (created) return { process: created, isNew: true };
      const mapping = row.mapping && JSON.stringify(row.mapping);
      const isSame = and(
        eq(imports.sha256, row.sha256),
        eq(imports.dryRun, row.dryRun),
        sql`${imports.mapping} IS NOT DISTINCT FROM ${mapping}::jsonb`,
        ne(imports.status, 'FAILED'),
      );
      const [existing] = await this.#db.sql.select().from(imports).where(isSame);
      if (existing) return { process: toProcess(existing), isNew: false };
      // It failed between the two statements, so its bytes are free again.
    }
  }

  #insert(waiting: typeof imports.$inferInsert): Promise<ImportProcess | null> {
    return this.#db.transaction(async (tx) => {
      const [row] = await tx.sql.insert(imports).values(waiting).onConflictDoNothing().returning();
      if (!row) return null;
      const process = toProcess(row);
      tx.audit(importAdded(process));
      return process;
    });
  }

  async find(id: string): Promise<ImportProcess | null> {
    if (!isUuid(id)) return null;
    const [row] = await this.#db.sql.select().from(imports).where(eq(imports.id, id));
    return row ? toProcess(row) : null;
  }

  async list({ first, after }: { first: number; after: string | null }): Promise<Page<ImportProcess>> {
    const place = after === null ? null : keysetOf(CURSOR, after, isInstant);
    const older =
      place === null
        ? undefined
        : sql`(${imports.createdAt}, ${imports.id}) < (${place.value}::timestamptz, ${place.id}::uuid)`;
    const rows = await this.#db.sql
      .select()
      .from(imports)
      .where(older)
      .orderBy(sql`${imports.createdAt} DESC, ${imports.id} DESC`)
      .limit(first + 1);
    const item = (node: ImportProcess) => ({
      node,
      cursor: encodeCursor(CURSOR, [node.createdAt.toISOString(), node.id]),
    });
    return pageOf(rows.map(toProcess), first, item, {
      hasPreviousPage: after !== null,
      totalCount: () => this.#db.sql.$count(imports),
    });
  }

  async change(id: string, now: Date, decide: Decide): Promise<{ process: ImportProcess; hasChanged: boolean } | null> {
    if (!isUuid(id)) return null;
    return this.#db.transaction(async (tx) => {
      const [row] = await tx.sql.select().from(imports).where(eq(imports.id, id)).for('update');
      if (!row) return null;
      const process = toProcess(row);
      const state = decide(process);
      if (!state) return { process, hasChanged: false };
      await this.#save(tx, process, state, now);
      // One that is too old to go on fails to make room for the upload that is the act.
      if (state.status !== 'FAILED') tx.audit(importMoved(process, state));
      return { process: { ...process, ...state }, hasChanged: true };
    });
  }

  async finish(id: string, now: Date, decide: Decide): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      const [row] = await tx.sql.select().from(imports).where(eq(imports.id, id)).for('update');
      // Looked at after the lock: whoever sends rows on their way again holds it while doing so.
      if (!row || !(await isThrough(tx.sql, id))) return false;
      const process = toProcess(row);
      const state = decide(process);
      if (!state) return false;
      await this.#save(tx, process, state, now);
      return true;
    });
  }

  async #save(tx: Tx, process: ImportProcess, state: ImportState, now: Date): Promise<void> {
    // An upload of the same bytes lets a cancelled import go on: it counts as the later one from then on.
    const order = process.status === 'CANCELLED' && state.status === 'QUEUED' ? { uploadOrder: sql`DEFAULT` } : {};
    const changed = { ...state, ...order };
    const [row] = await tx.sql.update(imports).set(changed).where(eq(imports.id, process.id)).returning();
    // Only a cancelled import may need its bytes again.
    if (row && state.finishedAt && state.status !== 'CANCELLED') {
      await tx.sql.delete(pieces).where(eq(pieces.uploadId, row.uploadId));
    }
    tx.append([progressEvent(this.#newId(), process, state.status, now)]);
  }

  isThrough(id: string): Promise<boolean> {
    return isThrough(this.#db.sql, id);
  }

  async logProgress(id: string, now: Date, minGapMs: number): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      const { rows } = await tx.sql.execute<{ due: boolean }>(sql`
        SELECT pg_try_advisory_xact_lock(hashtextextended('import.progressed ' || ${id}, 0))
           AND coalesce((SELECT occurred_at <= ${new Date(now.getTime() - minGapMs).toISOString()}::timestamptz
                           FROM event_log WHERE subject_id = ${id}::uuid ORDER BY position DESC LIMIT 1), true) AS due`);
      if (!rows[0]?.due) return false;
      const [row] = await tx.sql.select().from(imports).where(eq(imports.id, id));
      if (row) tx.append([progressEvent(this.#newId(), row, row.status, now)]);
      return true;
    });
  }

  async openIds(): Promise<string[]> {
    const open = inArray(imports.status, ['QUEUED', 'RUNNING']);
    const rows = await this.#db.sql.select({ id: imports.id }).from(imports).where(open).orderBy(imports.id);
    return rows.map((row) => row.id);
  }
}

/** The import as the use cases know it. */
export function toProcess(row: ImportRow): ImportProcess {
  const { uploadId: _, uploadOrder: __, ignoredColumns: ___, retryAfterRow: ____, ...process } = row;
  return { ...process, fields: fieldsOf(row) };
}

/** What each column was taken for; of an import that an earlier release has read, by its headers. */
export function fieldsOf({ headers, fields }: Pick<ImportRow, 'headers' | 'fields'>): ColumnFields | null {
  return fields ?? (headers && mapColumns(headers).fields);
}

/** What tells the watchers of an import to look at it again. */
export function progressEvent(
  id: string,
  process: Pick<ImportProcess, 'id' | 'status'>,
  to: ImportProcess['status'],
  now: Date,
): NewEvent {
  const from = process.status === to ? null : process.status;
  return { id, type: 'import.progressed', subjectId: process.id, actorId: null, from, to, occurredAt: now, data: null };
}

/** Every row counted, none being tried again. The counters move with the chunks, so that they prove each is committed. */
async function isThrough(db: Sql, id: string): Promise<boolean> {
  const { rows } = await db.execute(sql`
    SELECT 1 FROM import_processes p
     WHERE p.id = ${id}::uuid AND p.status = 'RUNNING' AND p.succeeded_rows + p.failed_rows = p.total_rows
       AND p.retry_after_row IS NULL
       AND NOT EXISTS (SELECT 1 FROM dead_letters d WHERE d.import_id = p.id AND d.state <> 'DEAD')`);
  return rows.length > 0;
}
