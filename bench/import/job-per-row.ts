// How others do it: a job for each row, which checks the row, writes its log and moves the counters of its import. Kinder than what it
// stands for: the file is read by our reader, jobs are added a thousand at a time, and each job writes by two statements.
import { Queue, Worker } from 'bullmq';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { v7 } from 'uuid';
import { IMPORT_FIELDS } from '../../src/domain/import-columns.ts';
import type { CellValue } from '../../src/domain/sheet-row.ts';
import { built } from '../harness/built.ts';
import { answering } from '../harness/child.ts';

export interface JobPerRowRequest {
  readonly path: string;
  readonly redisPort: number;
  readonly databaseUrl: string;
  readonly mongoUri: string | null;
}

export interface JobPerRowAnswer {
  readonly seconds: number;
  readonly stored: number;
  readonly failed: number;
}

type Log = ReturnType<typeof import('../../src/domain/import-row.ts')['parseRow']> & { ok: true };

const AT_A_TIME = 10;
const BATCH = 1_000;
const { ThreadedWorkbookReader } = await built<
  typeof import('../../src/infrastructure/excel/threaded-workbook-reader.ts')
>('infrastructure/excel/threaded-workbook-reader.js');
const { parseRow } = await built<typeof import('../../src/domain/import-row.ts')>('domain/import-row.js');
const columns = Object.fromEntries(IMPORT_FIELDS.map((field, index) => [field, index]));

answering<JobPerRowRequest, JobPerRowAnswer>(async ({ path, redisPort, databaseUrl, mongoUri }) => {
  const store = mongoUri === null ? await inPostgres(databaseUrl) : await inMongo(mongoUri);
  const connection = { host: '127.0.0.1', port: redisPort };
  const queue = new Queue('rows', { connection, defaultJobOptions: { removeOnComplete: true } });
  let [done, total] = [0, Number.POSITIVE_INFINITY];
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const worker = new Worker<{ rowNumber: number; values: CellValue[] }>(
    'rows',
    async ({ data }) => {
      const parsed = parseRow({ rowNumber: data.rowNumber, values: data.values.map(asCell) }, columns);
      if (parsed.ok) await store.add(parsed.log, data.rowNumber);
      else await store.refuse(data.rowNumber, parsed.reasons);
      done += 1;
      if (done === total) finish();
    },
    { connection, concurrency: AT_A_TIME },
  );
  try {
    const before = performance.now();
    let rows = 0;
    for await (const batch of new ThreadedWorkbookReader().read(path, { batchRows: BATCH })) {
      if (batch.kind !== 'rows') continue;
      rows += batch.rows.length;
      await queue.addBulk(batch.rows.map((data) => ({ name: 'row', data })));
    }
    total = rows;
    if (done < total) await finished;
    const seconds = (performance.now() - before) / 1_000;
    return { seconds, ...(await store.counts()) };
  } finally {
    await worker.close();
    await queue.close();
    await store.close();
  }
});

/** Dates are texts once they have been through a queue. */
function asCell(value: CellValue): CellValue {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? new Date(value) : value;
}

interface RowStore {
  add(log: Log['log'], rowNumber: number): Promise<void>;
  refuse(rowNumber: number, reasons: readonly string[]): Promise<void>;
  counts(): Promise<{ stored: number; failed: number }>;
  close(): Promise<void>;
}

/** Into the product's table, with its indexes. */
async function inPostgres(url: string): Promise<RowStore> {
  const pool = new pg.Pool({ connectionString: url, max: AT_A_TIME });
  await pool.query('CREATE TABLE IF NOT EXISTS bench_import (succeeded int, failed int)');
  await pool.query('CREATE TABLE IF NOT EXISTS bench_refused (row_number int, reasons text[])');
  await pool.query('TRUNCATE bench_import, bench_refused');
  await pool.query('INSERT INTO bench_import VALUES (0, 0)');
  const count = (column: string) => pool.query(`UPDATE bench_import SET ${column} = ${column} + 1`);
  return {
    async add(log, rowNumber) {
      const escalatedAt = log.escalationLevel > 0 ? log.createdAt : null;
      await pool.query({
        name: 'add',
        text: `INSERT INTO ticket_logs (id, row_number, external_id, client_name, client_type, status, created_at, resolved_at, agent,
                 priority, escalation_level, escalated_at, breached, title)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, false, $13)
               ON CONFLICT (external_id) WHERE external_id IS NOT NULL DO UPDATE SET row_number = excluded.row_number`,
        values: [
          ...[
            v7(),
            rowNumber,
            log.externalId,
            log.clientName,
            log.clientType,
            log.status,
            log.createdAt,
            log.resolvedAt,
          ],
          ...[log.agent, log.priority, log.escalationLevel, escalatedAt, log.title],
        ],
      });
      await count('succeeded');
    },
    async refuse(rowNumber, reasons) {
      await pool.query('INSERT INTO bench_refused VALUES ($1, $2)', [rowNumber, reasons]);
      await count('failed');
    },
    async counts() {
      const { rows } = await pool.query<{ stored: number; failed: number }>(
        'SELECT succeeded AS stored, failed FROM bench_import',
      );
      return rows[0] ?? { stored: 0, failed: 0 };
    },
    close: () => pool.end(),
  };
}

async function inMongo(uri: string): Promise<RowStore> {
  const client = new MongoClient(uri);
  const db = client.db();
  await db.dropDatabase();
  const logs = db.collection('ticket_logs');
  await logs.createIndex({ externalId: 1 }, { unique: true });
  await logs.createIndexes(
    ['createdAt', 'resolvedAt', 'agent', 'escalationLevel'].map((key) => ({ key: { [key]: 1 } })),
  );
  const imports = db.collection('imports');
  await imports.insertOne({ succeeded: 0, failed: 0 });
  return {
    async add(log, rowNumber) {
      await logs.updateOne({ externalId: log.externalId }, { $set: { ...log, rowNumber } }, { upsert: true });
      await imports.updateOne({}, { $inc: { succeeded: 1 } });
    },
    async refuse(rowNumber, reasons) {
      await db.collection('refused').insertOne({ rowNumber, reasons });
      await imports.updateOne({}, { $inc: { failed: 1 } });
    },
    async counts() {
      const found = await imports.findOne();
      return { stored: Number(found?.succeeded), failed: Number(found?.failed) };
    },
    close: () => client.close(),
  };
}
