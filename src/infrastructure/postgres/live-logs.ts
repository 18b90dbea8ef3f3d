import { sql } from 'drizzle-orm';
import type { ChangesOf, LiveLogStore, LiveLogs } from '../../application/report/ports.ts';
import { check, keptAlive } from './alone.ts';
import type { Database, Sql } from './database.ts';
import { readLiveTickets } from './live-tickets.ts';
import { lockBuckets } from './report-buckets.ts';

/** The row of `projections` that whoever changes live logs locks, wherever those are kept. */
export const LIVE_LOGS = 'ticket_logs';

/** Where live logs are kept. */
export interface LiveLogKeeper {
  /** The store while `tx` holds the lock. Logs in this database change with `tx`; others know nothing of it. */
  storeIn(tx: Sql): LiveLogStore;
  /** The saved position, for logs that are kept elsewhere; theirs is not in `projections`. */
  readonly position?: () => Promise<number>;
}

/** The logs of live tickets, following the event log in this database. */
export function liveLogs(db: Database, keeper: LiveLogKeeper): LiveLogs {
  /** Runs `work` while no other process changes live logs. */
  function alone<T>(work: (tx: Sql, store: LiveLogStore) => Promise<T>): Promise<T> {
    return db.transaction(async ({ sql: tx }) => {
      await lock(tx);
      return keptAlive(tx, () => work(tx, keeper.storeIn(tx)));
    });
  }

  /** Like `alone`, for work that compares tickets with their logs. */
  async function comparing<T>(
    changesOf: ChangesOf,
    work: (tx: Sql, store: LiveLogStore, compare: (ids: readonly string[]) => Promise<void>) => Promise<T>,
  ): Promise<T> {
    let compared: readonly string[] = [];
    try {
      return await alone((tx, store) =>
        work(tx, store, async (ids) => {
          compared = ids;
          await compareLogs(tx, store, ids, changesOf);
        }),
      );
    } catch (error) {
      // A process that was stopped may have lost the lock, and logs elsewhere keep what it wrote since, though others have
      // passed these events: it looks again.
      if (compared.length > 0) await lookAgain(compared, changesOf);
      throw error;
    }
  }

  async function lookAgain(ids: readonly string[], changesOf: ChangesOf): Promise<void> {
    const again = alone(async (tx, store) => {
      await store.position();
      await compareLogs(tx, store, ids, changesOf);
    });
    await again.catch(() => undefined);
  }

  return {
    async place() {
      const [saved, { rows }] = await Promise.all([
        keeper.position?.(),
        db.sql.execute<Record<'position' | 'newest' | 'floor', string>>(sql`
          SELECT coalesce((SELECT position FROM projections WHERE name = ${LIVE_LOGS}), 0)::text AS position,
                 coalesce((SELECT max(position) FROM event_log), 0)::text AS newest,
                 coalesce((SELECT position FROM projections WHERE name = 'event_log_floor'), 0)::text AS floor`),
      ]);
      const of = (name: 'position' | 'newest' | 'floor') => Number(rows[0]?.[name] ?? 0);
      return { position: saved ?? of('position'), newest: of('newest'), floor: of('floor') };
    },

    async settled() {
      const { rows } = await db.sql.execute<{ settled: string }>(sql`SELECT event_log_settled()::text AS settled`);
      return Number(rows[0]?.settled ?? 0);
    },

    async follow({ after, upTo, limit, settled }, changesOf) {
      return comparing(changesOf, async (tx, store, compare) => {
        const saved = await store.position();
        const start = Math.max(saved, after ?? 0);
        const { rows } = await tx.execute<{ position: string; subject_id: string | null }>(sql`
          SELECT position::text AS position, subject_id FROM event_log
           WHERE position > ${start} AND position <= ${upTo} AND (type LIKE 'ticket.%' OR type LIKE 'sla.%')
           ORDER BY event_log.position LIMIT ${limit}`);
        const last = rows.length < limit ? Math.max(start, upTo) : Number(rows.at(-1)?.position ?? upTo);
        const ids = new Set(rows.flatMap((row) => (row.subject_id === null ? [] : [row.subject_id])));
        await compare([...ids]);
        const reached = Math.min(last, settled);
        if (reached > saved) {
          await check(tx);
          await store.savePosition(reached);
        }
        return { events: rows.length, position: last };
      });
    },

    async forget() {
      await alone(async (tx, store) => {
        await lockBuckets(tx);
        await store.forget();
      });
    },

    async followTickets({ after, limit }, changesOf) {
      return comparing(changesOf, async (tx, store, compare) => {
        await store.position();
        const { rows } = await tx.execute<{ id: string }>(
          after === null
            ? sql`SELECT id FROM tickets ORDER BY id LIMIT ${limit}`
            : sql`SELECT id FROM tickets WHERE id > ${after} ORDER BY id LIMIT ${limit}`,
        );
        const ids = rows.map((row) => row.id);
        await compare(ids);
        return ids.at(-1) ?? null;
      });
    },

    async savePosition(position) {
      await alone(async (_, store) => {
        if (position > (await store.position())) await store.savePosition(position);
      });
    },
  };
}

/** Keeps every other process from changing live logs until the transaction ends. */
async function lock(tx: Sql): Promise<void> {
  const locked = () => tx.execute(sql`SELECT FROM projections WHERE name = ${LIVE_LOGS} FOR UPDATE`);
  if ((await locked()).rowCount) return;
  await tx.execute(sql`INSERT INTO projections (name, position) VALUES (${LIVE_LOGS}, 0) ON CONFLICT DO NOTHING`);
  await locked();
}

/** The lock is held: the tickets are read after whatever the logs say of them, and nobody writes these logs meanwhile. */
async function compareLogs(tx: Sql, store: LiveLogStore, ids: readonly string[], changesOf: ChangesOf): Promise<void> {
  const stored = ids.length === 0 ? [] : await store.logsOf(ids);
  const tickets = ids.length === 0 ? [] : await readLiveTickets(tx, ids);
  await store.apply(changesOf(tickets, stored));
}
