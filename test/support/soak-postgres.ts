import type pg from 'pg';
import { CUT_OFF } from './soak-abuse.ts';
import type { SoakBook } from './soak-book.ts';

/** What Postgres says of the connections of the server. */
export interface Sessions {
  readonly connections: number;
  readonly active: number;
  readonly idleInTransaction: number;
  /** Transactions that have been open for more than half a minute. */
  readonly old: number;
}

export async function sessionsOf(pool: pg.Pool): Promise<Sessions> {
  const { rows } = await pool.query(
    `SELECT count(*)::int AS connections,
            (count(*) FILTER (WHERE state = 'active'))::int AS active,
            (count(*) FILTER (WHERE state LIKE 'idle in transaction%'))::int AS "idleInTransaction",
            (count(*) FILTER (WHERE xact_start < now() - interval '30 seconds'))::int AS old
       FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend' AND application_name <> 'soak'`,
  );
  return rows[0] as Sessions;
}

/** How many imports are neither at their end nor cancelled. */
export async function openImports(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query(
    "SELECT count(*)::int AS open FROM import_processes WHERE status IN ('QUEUED', 'RUNNING')",
  );
  return rows[0].open;
}

/** Each entry of the audit trail as a line, and each that there must be. Those of requests that were cut off are left out. */
export async function trailOf(pool: pg.Pool, book: SoakBook): Promise<{ expected: string[]; present: string[] }> {
  const { rows } = await pool.query(
    'SELECT request_id, subject_id, action, succeeded, after FROM audit_log WHERE request_id NOT LIKE $1',
    [`${CUT_OFF}%`],
  );
  const known = new Set(book.entries.map(({ key }) => key));
  const present = rows.map(({ request_id, subject_id, action, succeeded, after }) => {
    const keys = [request_id, `${request_id} ${subject_id}`, subject_id];
    const key = keys.find((each) => known.has(each)) ?? `${request_id} (not sent)`;
    return `${key} ${action} ${succeeded ? 'ok' : JSON.parse(after).errorCode}`;
  });
  return {
    expected: book.entries.map(({ key, action, errorCode }) => `${key} ${action} ${errorCode ?? 'ok'}`),
    present,
  };
}
