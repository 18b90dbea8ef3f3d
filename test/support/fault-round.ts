import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { generateWorkbook } from '../../src/infrastructure/excel/generate-workbook.ts';
import { ADVISORY_LOCKS } from '../../src/infrastructure/postgres/advisory-locks.ts';
import type { TestDesk } from './desk.ts';
import type { GraphqlCaller } from './graphql-client.ts';
import { importCalls } from './import-calls.ts';
import { goodRow, workbook } from './import-pipeline.ts';
import { type Ledger, ledgerOf } from './ledger.ts';
import { insertTickets } from './many-tickets.ts';

const VIP_PROMISE_MS = 120 * 60_000;
const BAD_SHARE = 0.02;

/** A workbook that was sent in, and how far it has come. */
export interface RunningImport {
  readonly id: string;
  rowsDone(): Promise<number>;
  isOver(): Promise<boolean>;
  /** Each row of the sheet, in the logs or among the dead letters; the counters must say the same. */
  ledger(): Promise<Ledger>;
}

/**
 * Sends in a workbook of `rows` rows that no other seed makes: a history, whose tickets those of other seeds tell of as well, or one of
 * its own tickets, for an import that runs beside another.
 */
export async function startImport(
  desk: { readonly db: { readonly pool: pg.Pool } },
  by: GraphqlCaller,
  rows: number,
  seed: number,
  tickets: 'shared' | 'its own' = 'shared',
): Promise<RunningImport> {
  const bytes = tickets === 'shared' ? await history(rows, seed) : await ownTickets(rows, seed);
  const { id } = await importCalls(by).upload(bytes, `${seed}.xlsx`);
  const process = async () => {
    const found = await desk.db.pool.query<{ status: string; good: number; bad: number }>(
      'SELECT status, succeeded_rows AS good, failed_rows AS bad FROM import_processes WHERE id = $1',
      [id],
    );
    return found.rows[0] ?? { status: '', good: 0, bad: 0 };
  };
  return {
    id,
    rowsDone: async () => {
      const { good, bad } = await process();
      return good + bad;
    },
    isOver: async () => !['QUEUED', 'RUNNING'].includes((await process()).status),
    async ledger() {
      const rowsOf = async (table: string) =>
        (
          await desk.db.pool.query<{ row: string }>(
            `SELECT row_number::text AS row FROM ${table} WHERE import_id = $1`,
            [id],
          )
        ).rows;
      const [logs, dead, counted] = await Promise.all([rowsOf('ticket_logs'), rowsOf('dead_letters'), process()]);
      if (counted.good !== logs.length || counted.bad !== dead.length || counted.status !== 'COMPLETED_WITH_ERRORS') {
        throw new Error(
          `${JSON.stringify(counted)}, but ${logs.length} rows are logs and ${dead.length} dead letters.`,
        );
      }
      // Below a header in row 1.
      const sheet = Array.from({ length: rows }, (_, i) => `${i + 2}`);
      return ledgerOf(
        sheet,
        [...logs, ...dead].map(({ row }) => row),
      );
    },
  };
}

/** VIP tickets that break their promise one after the other, and what was recorded of it. */
export interface RunningBreaches {
  recorded(): Promise<number>;
  /** Breach and level 1 of each ticket, as the log has them. */
  ledger(): Promise<Ledger>;
  /** Milliseconds from each due instant to its detection. */
  lags(): Promise<number[]>;
}

/** Makes `count` tickets whose promises break from `inMs` on, a millisecond apart. */
export async function startBreaches(desk: TestDesk, count: number, inMs: number): Promise<RunningBreaches> {
  const from = new Date(Date.now() + inMs - VIP_PROMISE_MS);
  const tickets = await insertTickets(desk, { count, from, gapMs: 1, tiers: ['VIP'] });
  const ids = tickets.map(({ id }) => id);
  await desk.db.pool.query('NOTIFY techsupport_news');
  const rows = async <T extends object>(sql: string) => (await desk.db.pool.query<T>(sql, [ids])).rows;
  return {
    async recorded() {
      const [row] = await rows<{ count: number }>(
        `SELECT count(*)::int AS count FROM event_log WHERE type = 'sla.breached' AND subject_id = ANY ($1::uuid[])`,
      );
      return row?.count ?? 0;
    },
    async ledger() {
      const told = await rows<{ what: string }>(
        `SELECT subject_id || type AS what FROM event_log WHERE type = 'sla.breached' AND subject_id = ANY ($1::uuid[])
         UNION ALL SELECT subject_id || 'step' FROM event_log
          WHERE type = 'ticket.status_changed' AND actor_id IS NULL AND "to" = 'ESCALATED' AND subject_id = ANY ($1::uuid[])
         UNION ALL SELECT ticket_id || 'level ' || level FROM escalations WHERE ticket_id = ANY ($1::uuid[])`,
      );
      const each = ['sla.breached', 'step', 'level 1'];
      return ledgerOf(
        ids.flatMap((id) => each.map((what) => `${id}${what}`)),
        told.map(({ what }) => what),
      );
    },
    async lags() {
      const found = await rows<{ ms: number }>(
        `SELECT (extract(epoch FROM sla_detected_at - sla_due_at) * 1000)::float8 AS ms FROM tickets WHERE id = ANY ($1::uuid[])`,
      );
      return found.map(({ ms }) => ms);
    },
  };
}

/** The name of the connections of whoever detects breaches at this moment; null: nobody does. */
export async function whoDetects(desk: TestDesk): Promise<string | null> {
  const { rows } = await desk.db.pool.query<{ name: string }>(
    `SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.classid = 0 AND l.objid = $1 AND l.granted
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [ADVISORY_LOCKS.claimDueClocks],
  );
  return rows[0]?.name ?? null;
}

async function history(rows: number, seed: number): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'fault-import-'));
  try {
    const out = join(folder, 'tickets.xlsx');
    await generateWorkbook({ rows, badShare: BAD_SHARE, seed, out, now: new Date() });
    return await readFile(out);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function ownTickets(rows: number, seed: number): Promise<Buffer> {
  const isBad = (n: number) => n % (1 / BAD_SHARE) === 7;
  return workbook(Array.from({ length: rows }, (_, n) => goodRow(`R-${seed}-${n}`, isBad(n) ? { 2: 'GOLD' } : {})));
}
