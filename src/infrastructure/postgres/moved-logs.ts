import { and, asc, count, gt, isNotNull, sql } from 'drizzle-orm';
import type { MovedLog } from '../../application/move/imported-logs.ts';
import type { RecordKeeper } from '../../application/move/ports.ts';
import type { NewId } from '../../application/runtime.ts';
import type { Database } from './database.ts';
import { ticketLogs } from './schema/reports.ts';

const IMPORTED = isNotNull(ticketLogs.externalId);

/** The logs of imported rows in Postgres, for a move to or from another store. It marks no days: who moves makes the reports anew. */
export function postgresMovedLogs(db: Database, newId: NewId): RecordKeeper<MovedLog> {
  return {
    async readPage(after, limit) {
      const rows = await db.sql
        .select()
        .from(ticketLogs)
        .where(and(IMPORTED, after ? gt(ticketLogs.externalId, after) : undefined))
        .orderBy(asc(ticketLogs.externalId))
        .limit(limit);
      return rows.flatMap(({ id: _, ticketId: __, externalId, ...log }) =>
        externalId === null ? [] : [{ key: externalId, record: { ...log, externalId } }],
      );
    },

    async write(records) {
      const rows = records.map((record) => storable({ ...record, id: newId() }));
      await db.transaction(async ({ sql: tx }) => {
        const keys = sql.param(rows.map((row) => row.externalId));
        await tx.execute(sql`DELETE FROM ticket_logs WHERE external_id = ANY(${keys}::text[])`);
        await tx.insert(ticketLogs).values(rows);
      });
    },

    async count() {
      const [found] = await db.sql.select({ logs: count() }).from(ticketLogs).where(IMPORTED);
      return found?.logs ?? 0;
    },

    async clear() {
      await db.sql.delete(ticketLogs).where(IMPORTED);
    },
  };
}

/** Postgres keeps no NUL in a text; other stores do. */
function storable<T extends MovedLog>(log: T): T {
  const text = <V extends string | null>(value: V) => (value?.replaceAll('\0', '\uFFFD') ?? value) as V;
  return {
    ...log,
    externalId: text(log.externalId),
    clientName: text(log.clientName),
    agent: text(log.agent),
    title: text(log.title),
  };
}
