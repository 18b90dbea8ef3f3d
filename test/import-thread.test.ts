import { BroadcastChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { composeImportThread, type ImportThread } from '../src/compose-import-thread.ts';
import { loadConfig } from '../src/config.ts';
import { SEEDED_POLICIES } from '../src/domain/sla-policy.ts';
import { PostgresPolicyStore } from '../src/infrastructure/postgres/policy-store.ts';
import { createImportPipeline, goodRow, type ImportPipeline, workbook } from './support/import-pipeline.ts';
import { openPostgresPlace } from './support/import-stores.ts';
import { silent } from './support/open-queues.ts';
import { eventually } from './support/server.ts';

const ROWS = 35;
const script = new URL('./support/mortal-import-thread.mjs', import.meta.url);

describe('chunks that a thread of its own writes', () => {
  let pipeline: ImportPipeline;
  let thread: ImportThread;
  const orders = new BroadcastChannel('deaths of the import thread');

  beforeEach(async () => {
    pipeline = await createImportPipeline({
      isWorking: false,
      async open(options) {
        const place = await openPostgresPlace(options);
        await new PostgresPolicyStore(place.db).seed(SEEDED_POLICIES, new Date());
        const { databaseUrl } = place;
        const config = loadConfig({ NODE_ENV: 'test' });
        thread = composeImportThread({
          config,
          databaseUrl,
          script,
          logger: silent,
          onNews: () => undefined,
          answered: () => 0,
        });
        return place;
      },
      commitChunk: (...chunk) => thread.commit(...chunk),
    });
  });
  afterEach(async () => {
    await pipeline.close();
    await thread.close();
  });

  const file = () =>
    workbook([
      ...Array.from({ length: ROWS }, (_, index) => goodRow(`T-${index}`)),
      goodRow('bad', { 3: 'NOPE' }),
      goodRow('T-0'),
    ]);

  /** Holds up every chunk in the midst of its transaction; resolves, once one stands there, with how to let it go on. */
  async function holdUp(): Promise<() => Promise<void>> {
    const client = await pipeline.db.pool.connect();
    await client.query('BEGIN; LOCK TABLE ticket_logs IN EXCLUSIVE MODE');
    return async () => {
      await client.query('COMMIT');
      client.release();
    };
  }

  const chunkStands = () =>
    eventually(
      () =>
        pipeline.rows(`SELECT FROM pg_stat_activity
                        WHERE datname = current_database() AND application_name = 'techsupport-imports' AND wait_event_type = 'Lock'`),
      (waiting) => waiting.length > 0,
    );

  async function everyRowIsThereOnce(id: string) {
    expect(await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS')).toMatchObject({
      totalRows: ROWS + 2,
      succeededRows: ROWS,
      failedRows: 2,
    });
    expect(await pipeline.rows('SELECT FROM ticket_logs')).toHaveLength(ROWS);
    const letters = await pipeline.letters(id);
    expect(letters.map(({ rowNumber }) => rowNumber).toSorted((a, b) => a - b)).toEqual([ROWS + 2, ROWS + 3]);
  }

  it('are as those that the process writes', async () => {
    pipeline.work();
    const { id } = await pipeline.upload(await file());
    await everyRowIsThereOnce(id);
  });

  it.each([
    ['exits', 'exit'],
    ['runs out of memory', 'hoard'],
  ])('are written once by the next thread when it %s in the midst of one, and the process goes on', async (_, order) => {
    const goOn = await holdUp();
    pipeline.work();
    const { id } = await pipeline.upload(await file());
    await chunkStands();
    orders.postMessage(order);
    await goOn();
    await everyRowIsThereOnce(id);
  });

  it('leave the loop of events to others: what is asked meanwhile is answered', async () => {
    const goOn = await holdUp();
    pipeline.work();
    const { id } = await pipeline.upload(await file());
    await chunkStands();
    expect(await pipeline.find(id)).toMatchObject({ status: 'RUNNING', succeededRows: 0 });
    await goOn();
    await everyRowIsThereOnce(id);
  });

  it('are finished before the workers stop', async () => {
    const goOn = await holdUp();
    pipeline.work();
    const { id } = await pipeline.upload(await file());
    await chunkStands();
    const stopped = pipeline.queues.stopWorking();
    await goOn();
    await stopped;
    const { succeededRows } = await pipeline.find(id);
    expect(succeededRows).toBeGreaterThan(0);
    expect(await pipeline.rows('SELECT FROM ticket_logs')).toHaveLength(succeededRows);
  });

  it('and the reports that are summed up after them are made in the thread', async () => {
    pipeline.work();
    const { id } = await pipeline.upload(await file());
    await everyRowIsThereOnce(id);
    const marks = () => pipeline.rows('SELECT FROM report_dirty_days');
    expect(await marks()).not.toEqual([]);
    await thread.refreshReports();
    expect(await marks()).toEqual([]);
    expect(await pipeline.rows("SELECT sum(opened)::int AS opened FROM report_buckets WHERE span = 'DAY'")).toEqual([
      { opened: ROWS },
    ]);
  });

  it('are left whole to whoever comes next when the thread is closed in the midst of one', async () => {
    const goOn = await holdUp();
    const { id } = await pipeline.upload(await file());
    const reading = pipeline.handlers.find(({ name }) => name === 'read');
    await reading?.handle({ importId: id }, { signal: new AbortController().signal, attempt: 1, isLast: true });
    const commit = thread.commit(id, 0, new Date());
    const refused = expect(commit).rejects.toThrow('is being closed');
    await chunkStands();
    await thread.close();
    await refused;
    await goOn();
    expect(await pipeline.rows('SELECT FROM ticket_logs')).toEqual([]);
    expect(await pipeline.chunks.uncommitted(id)).toEqual([0, 1, 2, 3]);
    await expect(thread.commit(id, 0, new Date())).rejects.toThrow('is closed');
  });
});
