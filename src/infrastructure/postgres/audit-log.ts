import { and, desc, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import { encodeCursor } from '../../application/cursor.ts';
import { type Page, pageOf } from '../../application/page.ts';
import type { AuditEntries, AuditFilter } from '../../application/trail/ports.ts';
import type { AuditEntry } from '../../domain/trail.ts';
import type { Database } from './database.ts';
import { isInstant, keysetOf } from './keyset.ts';
import { auditLog } from './schema/audit-log.ts';

const CURSOR = 'audit-log';

/** The audit trail in Postgres. Entries of changes come in with their transactions (Database.transaction), all others by `add`. */
export class PostgresAuditLog implements AuditEntries {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async add(entry: AuditEntry): Promise<void> {
    await this.#db.sql.insert(auditLog).values(entry).onConflictDoNothing({ target: auditLog.id });
  }

  async page({
    filter,
    first,
    after,
  }: {
    filter: AuditFilter;
    first: number;
    after: string | null;
  }): Promise<Page<AuditEntry>> {
    const all = conditions(filter);
    const place = after === null ? null : keysetOf(CURSOR, after, isInstant);
    const older = place
      ? sql`(${auditLog.occurredAt}, ${auditLog.id}) < (${place.value}::timestamptz, ${place.id}::uuid)`
      : undefined;
    const rows = await this.#db.sql
      .select()
      .from(auditLog)
      .where(and(all, older))
      .orderBy(desc(auditLog.occurredAt), desc(auditLog.id))
      .limit(first + 1);
    const item = (node: AuditEntry) => ({
      node,
      cursor: encodeCursor(CURSOR, [node.occurredAt.toISOString(), node.id]),
    });
    return pageOf(rows, first, item, {
      hasPreviousPage: after !== null,
      totalCount: () => this.#db.sql.$count(auditLog, all),
    });
  }

  async byId(id: string): Promise<AuditEntry | null> {
    const [row] = await this.#db.sql.select().from(auditLog).where(eq(auditLog.id, id));
    return row ?? null;
  }
}

function conditions({ actorId, action, subjectId, from, to }: AuditFilter): SQL | undefined {
  return and(
    actorId === null ? undefined : eq(auditLog.actorId, actorId),
    action === null ? undefined : eq(auditLog.action, action),
    subjectId === null ? undefined : eq(auditLog.subjectId, subjectId),
    from === null ? undefined : gte(auditLog.occurredAt, from),
    to === null ? undefined : lt(auditLog.occurredAt, to),
  );
}
