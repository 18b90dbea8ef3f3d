import { sql } from 'drizzle-orm';
import type { OldEvents, OldSlice } from '../../application/live/prune-ports.ts';
import type { Database, Sql } from './database.ts';

/** The names of its rows in `projections`: the place of the round, ENDED between two of them, and when it was begun, in ms. */
const PLACE = 'event_log_pruning';
const BEGUN = 'event_log_pruning_begun';
const ENDED = -1;

/** Removes old rows of the event log. Writers insert others and readers see a snapshot: neither waits for it. */
export class EventLogPruner implements OldEvents {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  begin(now: Date, notSince: Date): Promise<number | null> {
    return this.#db.transaction(async ({ sql: tx }) => {
      await tx.execute(
        sql`INSERT INTO projections (name, position) VALUES (${PLACE}, ${ENDED}), (${BEGUN}, 0) ON CONFLICT DO NOTHING`,
      );
      const { rows } = await tx.execute<{ name: string; position: string }>(sql`
        SELECT name, position::text AS position FROM projections WHERE name IN (${PLACE}, ${BEGUN}) ORDER BY name FOR UPDATE`);
      const of = (name: string) => Number(rows.find((row) => row.name === name)?.position);
      if (of(PLACE) !== ENDED) return of(PLACE);
      if (of(BEGUN) >= notSince.getTime() && of(BEGUN) <= now.getTime()) return null;
      await setPosition(tx, BEGUN, now.getTime());
      await setPosition(tx, PLACE, 0);
      return 0;
    });
  }

  async look({ after, upTo, limit, before }: Parameters<OldEvents['look']>[0]): Promise<OldSlice> {
    const at = sql`${before.toISOString()}::timestamptz`;
    // Whether all of a ticket's events are old is asked of few rows, in the index of subjects.
    const { rows } = await this.#db.sql.execute<{
      events: number;
      old: number;
      last: string | null;
      tickets: string[];
    }>(
      sql`
        WITH part AS MATERIALIZED (
          SELECT position, subject_id, occurred_at FROM event_log
           WHERE position > ${after} AND position <= ${upTo} ORDER BY position LIMIT ${limit}
        ), closed AS MATERIALIZED (
          SELECT DISTINCT t.id FROM part JOIN tickets t ON t.id = part.subject_id
           WHERE t.status = 'CLOSED' AND t.closed_at < ${at}
        )
        SELECT (SELECT count(*) FROM part)::int AS events,
               (SELECT count(*) FROM part WHERE occurred_at < ${at})::int AS old,
               (SELECT max(position) FROM part)::text AS last,
               ARRAY(SELECT id FROM closed WHERE NOT EXISTS (
                 SELECT 1 FROM event_log e
                  WHERE e.subject_id = closed.id AND (e.occurred_at >= ${at} OR e.position > ${upTo})))::text[] AS tickets`,
    );
    const { events = 0, old = 0, last = null, tickets = [] } = rows[0] ?? {};
    return { tickets, last: Number(last ?? after), isEnd: events < limit || old === 0 };
  }

  remove({ tickets, upTo, after, last }: Parameters<OldEvents['remove']>[0]): Promise<number | null> {
    return this.#db.transaction(async ({ sql: tx }) => {
      const { rows } = await tx.execute<{ position: string }>(
        sql`SELECT position::text AS position FROM projections WHERE name = ${PLACE} FOR UPDATE SKIP LOCKED`,
      );
      if (rows[0] === undefined || Number(rows[0].position) !== after) return null;
      await setPosition(tx, PLACE, last);
      if (tickets.length === 0) return 0;
      // A trigger raises the floor in the same statement (drizzle/0001).
      const { rowCount } = await tx.execute(
        sql`DELETE FROM event_log WHERE subject_id = ANY (${sql.param(tickets)}::uuid[]) AND position <= ${upTo}`,
      );
      return rowCount ?? 0;
    });
  }

  async end(): Promise<void> {
    await setPosition(this.#db.sql, PLACE, ENDED);
  }
}

async function setPosition(on: Sql, name: string, position: number): Promise<void> {
  await on.execute(sql`UPDATE projections SET position = ${position} WHERE name = ${name}`);
}
