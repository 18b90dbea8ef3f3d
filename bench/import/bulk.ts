import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Db, type Document, MongoClient } from 'mongodb';
import { type BenchPostgres, one } from '../harness/postgres.ts';
import { processorTime } from '../harness/processor-time.ts';
import { forget, type RunFigures } from './ours.ts';

const BATCH = 1_000;

/**
 * The limit of writing to Postgres: one COPY of the very rows that the import before has left, into the same table with its
 * indexes, from a file of the server's own.
 */
export async function copyContender({ client, pid }: BenchPostgres, rows: number): Promise<() => Promise<RunFigures>> {
  const { data_directory: folder } = await one<{ data_directory: string }>(client, 'SHOW data_directory');
  const file = join(folder, `bench-${rows}.csv`);
  const count = async () => Number((await one<{ n: string }>(client, 'SELECT count(*) AS n FROM ticket_logs')).n);
  const stored = await count();
  await client.query(`COPY ticket_logs TO '${file}'`);
  return async () => {
    await forget(client);
    const used = processorTime({ server: process.pid, postgres: pid });
    const before = performance.now();
    await client.query(`COPY ticket_logs FROM '${file}'`);
    const seconds = (performance.now() - before) / 1_000;
    assert.equal(await count(), stored);
    return { seconds, rowsPerSecond: stored / seconds, cpu: Number.NaN, postgresCpu: used().postgres };
  };
}

/** The limit of writing to MongoDB: unordered inserts of the documents that the import before has left, a thousand at a time. */
export async function insertContender(postgres: BenchPostgres, uri: string): Promise<() => Promise<RunFigures>> {
  const client = new MongoClient(uri);
  const logs = client.db().collection<Document>('ticket_logs');
  const documents = await logs.find().toArray();
  await client.close();
  return async () => {
    const own = new MongoClient(uri, { writeConcern: { w: 'majority', journal: true } });
    const db: Db = own.db();
    try {
      await forget(postgres.client, db);
      const before = performance.now();
      for (let at = 0; at < documents.length; at += BATCH) {
        await db.collection('ticket_logs').insertMany(documents.slice(at, at + BATCH), { ordered: false });
      }
      const seconds = (performance.now() - before) / 1_000;
      assert.equal(await db.collection('ticket_logs').countDocuments(), documents.length);
      return { seconds, rowsPerSecond: documents.length / seconds, cpu: Number.NaN, postgresCpu: Number.NaN };
    } finally {
      await own.close();
    }
  };
}
