import { and, asc, count, eq, getTableColumns, inArray, isNull, sql } from 'drizzle-orm';
import type { Breath } from '../../application/breath.ts';
import type { Chunk, ChunkStore, OpenImport, RowRules, WaitingRow } from '../../application/import/ports.ts';
import { decodeRows, encodeRows } from '../../application/import/rows-text.ts';
import type { ColumnFields } from '../../domain/import-columns.ts';
import { unpackText } from '../packed-text.ts';
import type { Database } from './database.ts';
import { fieldsOf, toProcess } from './import-store.ts';
import { importChunks as chunks, importProcesses as imports, type StoredCell } from './schema/imports.ts';
import { fromStored } from './stored-cell.ts';

/** What a release before 0.3.0 left of a waiting row: row number, cells, the row that it repeats. */
interface StoredRow {
  readonly r: number;
  readonly c: readonly StoredCell[];
  readonly d?: number;
}

/** What parsing a chunk's text is worth, in rows that are written. */
const PARSING = 200;

/** The rows of files between reading and writing, in Postgres. */
export class PostgresChunkStore implements ChunkStore {
  readonly #db: Database;
  readonly #breath: Breath;

  constructor(db: Database, breath: Breath) {
    this.#db = db;
    this.#breath = breath;
  }

  async open(id: string): Promise<OpenImport | null> {
    const isOpen = and(eq(imports.id, id), inArray(imports.status, ['QUEUED', 'RUNNING']));
    const [row] = await this.#db.sql.select().from(imports).where(isOpen);
    if (!row) return null;
    const [cut] = await this.#db.sql
      .select({
        chunks: count(),
        rows: sql<number>`coalesce(sum(${chunks.rowCount}), 0)::int`,
        chunkRows: sql<number | null>`max(${chunks.rowCount}) FILTER (WHERE ${chunks.seq} = 0)`,
      })
      .from(chunks)
      .where(eq(chunks.importId, id));
    return {
      process: toProcess(row),
      uploadId: row.uploadId,
      chunks: cut?.chunks ?? 0,
      isCut: row.totalRows !== null && row.totalRows === cut?.rows,
      chunkRows: cut?.chunkRows ?? null,
    };
  }

  async saveHeader(id: string, headers: readonly string[], fields: ColumnFields): Promise<void> {
    const header = { headers: [...headers], fields: [...fields] };
    await this.#db.sql.update(imports).set(header).where(eq(imports.id, id));
  }

  async addChunks(id: string, cut: readonly Chunk[]): Promise<void> {
    if (cut.length === 0) return;
    const values = cut.map(({ seq, rowCount, rows }) => ({ seq, rowCount, importId: id, packed: Buffer.from(rows) }));
    await this.#db.sql.insert(chunks).values(values).onConflictDoNothing();
  }

  async backlog(id: string): Promise<{ isRunning: boolean; uncommitted: number }> {
    const uncommitted = this.#db.sql
      .select({ count: count() })
      .from(chunks)
      .where(and(eq(chunks.importId, id), isNull(chunks.committedAt)));
    const [row] = await this.#db.sql
      .select({ status: imports.status, uncommitted: sql<number>`(${uncommitted})::int` })
      .from(imports)
      .where(eq(imports.id, id));
    return { isRunning: row?.status === 'RUNNING', uncommitted: row?.uncommitted ?? 0 };
  }

  async saveTotal(id: string, totalRows: number): Promise<void> {
    await this.#db.sql.update(imports).set({ totalRows }).where(eq(imports.id, id));
  }

  async uncommitted(id: string): Promise<number[]> {
    const open = and(eq(chunks.importId, id), isNull(chunks.committedAt));
    const rows = await this.#db.sql.select({ seq: chunks.seq }).from(chunks).where(open).orderBy(asc(chunks.seq));
    return rows.map((row) => row.seq);
  }

  async rowsOf(id: string, seq: number): Promise<{ rules: RowRules; rows: WaitingRow[] } | null> {
    const { rows, packed } = getTableColumns(chunks);
    const waiting = and(
      eq(chunks.importId, id),
      eq(chunks.seq, seq),
      isNull(chunks.committedAt),
      eq(imports.status, 'RUNNING'),
    );
    const [chunk] = await this.#db.sql
      .select({ headers: imports.headers, fields: imports.fields, dryRun: imports.dryRun, rows, packed })
      .from(chunks)
      .innerJoin(imports, eq(imports.id, chunks.importId))
      .where(waiting);
    if (!chunk) return null;
    const rules = { fields: fieldsOf(chunk) ?? [], dryRun: chunk.dryRun };
    const text = unpack(chunk);
    if (text === null) return null;
    await this.#breath.rest(PARSING);
    return { rules, rows: decodeRows(text) };
  }
}

/** The text of the rows that a chunk keeps; null when it keeps none any more. */
export function unpack({ packed, rows }: { packed: Buffer | null; rows: unknown }): string | null {
  // At once: a thread that writes chunks has nobody else to think of.
  if (packed) return unpackText(packed);
  return rows === null ? null : encodeRows((rows as readonly StoredRow[]).map(fromRow));
}

function fromRow(row: StoredRow): WaitingRow {
  return { rowNumber: row.r, cells: row.c.map(fromStored), duplicateOf: row.d ?? null };
}
