import assert from 'node:assert/strict';
import type { Db } from 'mongodb';
import pg from 'pg';
import type { Workbook } from '../../test/smoke/workbook.ts';
import { type BenchPostgres, one } from '../harness/postgres.ts';
import { processorTime } from '../harness/processor-time.ts';
import type { Figures } from '../harness/rounds.ts';
import type { BenchServer } from '../harness/server.ts';
import { importOnce } from './once.ts';

/** One run of a contender; NaN where a figure is not measured. */
export interface RunFigures extends Figures {
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** Processor time of the process that does the work, and of Postgres with all of its processes, in seconds. */
  readonly cpu: number;
  readonly postgresCpu: number;
}

const DEADLOCK = '40P01';

/** Everything that an import leaves behind. */
const TABLES =
  'ticket_logs, import_processes, import_chunks, dead_letters, upload_chunks, report_buckets, report_agent_buckets, report_dirty_days';

/** As if nothing had been imported, and nothing of it were left to be written to disk. */
export async function forget(client: pg.Client, mongo: Db | null = null): Promise<void> {
  await truncate(client);
  if (mongo) {
    const names = (await mongo.listCollections().toArray()).map(({ name }) => name);
    for (const name of names.filter((each) => each !== 'projections')) await mongo.collection(name).deleteMany({});
  }
  await client.query('CHECKPOINT');
}

/** The server looks after its imports meanwhile, in another order of tables; of the two that wait for each other this one may lose. */
async function truncate(client: pg.Client): Promise<void> {
  try {
    await client.query(`TRUNCATE ${TABLES}`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== DEADLOCK) throw error;
    await truncate(client);
  }
}

/** One import of the whole product, from the beginning of the upload to the end. */
export async function importRun(
  server: BenchServer,
  { client, pid }: BenchPostgres,
  workbook: Workbook,
  mongo: Db | null = null,
): Promise<RunFigures> {
  await forget(client, mongo);
  const used = processorTime({ server: server.pid, postgres: pid });
  const seconds = await importOnce(server.admin, workbook);
  const cpu = used();
  const stored = mongo
    ? await mongo.collection('ticket_logs').countDocuments({ importId: { $ne: null } })
    : Number((await one<{ n: string }>(client, 'SELECT count(import_id) AS n FROM ticket_logs')).n);
  assert.equal(stored, workbook.rows - workbook.bad);
  return { seconds, rowsPerSecond: workbook.rows / seconds, cpu: cpu.server, postgresCpu: cpu.postgres };
}
