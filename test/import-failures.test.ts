import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createImportPipeline, goodRow, HEADERS, type ImportPipeline, workbook } from './support/import-pipeline.ts';
import { describeOnEachStore } from './support/import-stores.ts';
import { eventually } from './support/server.ts';

const ROWS = 600;
const keys = (count: number, prefix = 'T') => Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
const big = () => workbook(keys(ROWS).map((key) => goodRow(key)));

/** The handler that a worker would call, to be called by hand. */
function handler(pipeline: ImportPipeline, name: string) {
  const found = pipeline.handlers.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`There is no handler named ${name}.`);
  return (payload: unknown, signal = new AbortController().signal) =>
    found.handle(payload, { signal, attempt: 1, isLast: false });
}

/** Resolves once so many chunks wait to be written. No event tells of them. */
const waiting = (pipeline: ImportPipeline, id: string, chunks: number) =>
  eventually(
    () => pipeline.chunks.backlog(id),
    ({ uncommitted }) => uncommitted >= chunks,
  );

const logs = async (pipeline: ImportPipeline) => (await pipeline.logs()).length;

// Other tests and servers use the system's folder for temporary files at the same time.
beforeAll(async () => {
  vi.stubEnv('TMPDIR', await mkdtemp(join(tmpdir(), 'techsupport-test-')));
});
afterAll(async () => {
  await rm(tmpdir(), { recursive: true });
  vi.unstubAllEnvs();
});

const spools = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('techsupport-import-'));

describeOnEachStore('an import whose workers are controlled by hand', (open) => {
  let pipeline: ImportPipeline;
  let daysLater: number;
  const clock = { now: () => new Date(Date.now() + daysLater * 24 * 3_600_000) };
  beforeEach(async () => {
    daysLater = 0;
    pipeline = await createImportPipeline({ open, clock, isWorking: false });
  });
  afterEach(() => pipeline.close());

  it('reads no more than 40 chunks ahead, stops when cancelled, and goes on with the same bytes', async () => {
    const bytes = await big();
    const { id } = await pipeline.upload(bytes);
    const stopped = handler(pipeline, 'read')({ importId: id });
    await pipeline.reaches(id, 'RUNNING');
    await handler(pipeline, 'write')({ importId: id, seq: 0 }).catch(() => undefined);
    await waiting(pipeline, id, 40);
    expect((await pipeline.chunks.backlog(id)).uncommitted).toBe(40);

    const cancelled = await pipeline.cancelImport(pipeline.admin, id);
    expect(cancelled).toMatchObject({ status: 'CANCELLED', totalRows: ROWS });
    await stopped;
    expect(await spools()).toEqual([]);
    await handler(pipeline, 'write')({ importId: id, seq: 5 });
    expect(await logs(pipeline)).toBeLessThanOrEqual(10);
    expect(await pipeline.cancelImport(pipeline.admin, id)).toMatchObject({ status: 'CANCELLED' });
    await expect(pipeline.retryDeadLetters(pipeline.admin, id, null)).rejects.toMatchObject({ code: 'CONFLICT' });

    const resumed = await pipeline.upload(bytes);
    expect(resumed).toMatchObject({ id, status: 'QUEUED', finishedAt: null });
    pipeline.work();
    const done = await pipeline.reaches(id, 'COMPLETED');
    expect(done).toMatchObject({ totalRows: ROWS, succeededRows: ROWS, failedRows: 0 });
    expect(await logs(pipeline)).toBe(ROWS);
    await expect(pipeline.cancelImport(pipeline.admin, id)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('that was cancelled long ago begins anew, with the bytes that come then', async () => {
    const bytes = await workbook([goodRow('T-1')]);
    const { id } = await pipeline.upload(bytes);
    await pipeline.cancelImport(pipeline.admin, id);
    daysLater = 32;
    await handler(pipeline, 'sweep-uploads')(null);
    expect(await pipeline.pieces()).toBe(0);
    const again = await pipeline.upload(bytes);
    expect(again.id).not.toBe(id);
    pipeline.work();
    expect(await pipeline.reaches(again.id, 'COMPLETED')).toMatchObject({ succeededRows: 1 });
    expect(await pipeline.reaches(id, 'FAILED')).toMatchObject({ error: expect.stringContaining('30 days ago') });
  });

  it('written twice, also at the same time, counts every row once', async () => {
    const { id } = await pipeline.upload(
      await workbook([...keys(15).map((key) => goodRow(key)), goodRow('bad', { 2: '?' })]),
    );
    await handler(pipeline, 'read')({ importId: id });
    const write = handler(pipeline, 'write');
    await Promise.all([0, 1, 0, 1, 0, 1].map((seq) => write({ importId: id, seq })));
    await write({ importId: id, seq: 0 });
    const done = await pipeline.find(id);
    expect(done).toMatchObject({ status: 'COMPLETED_WITH_ERRORS', totalRows: 16, succeededRows: 15, failedRows: 1 });
    expect(await pipeline.letters(id)).toHaveLength(1);
  });

  it('that was being read when its worker stopped is read on, to the same chunks', async () => {
    const { id } = await pipeline.upload(await big());
    const stop = new AbortController();
    const first = handler(pipeline, 'read')({ importId: id }, stop.signal);
    await pipeline.reaches(id, 'RUNNING');
    await waiting(pipeline, id, 5);
    stop.abort();
    await first;
    expect(await pipeline.find(id)).toMatchObject({ status: 'RUNNING', totalRows: ROWS });

    pipeline.work();
    await pipeline.resumeOpenImports();
    expect(await pipeline.reaches(id, 'COMPLETED')).toMatchObject({ totalRows: ROWS, succeededRows: ROWS });
    expect(await logs(pipeline)).toBe(ROWS);
    expect(new Set((await pipeline.logs()).map((log) => log.rowNumber)).size).toBe(ROWS);
  });

  it('survives the loss of every job', async () => {
    const { id } = await pipeline.upload(await workbook(keys(50).map((key) => goodRow(key))));
    await handler(pipeline, 'read')({ importId: id });
    await handler(pipeline, 'write')({ importId: id, seq: 2 });
    const tables = await pipeline.rows<{ name: string }>(
      `SELECT format('bullmq.%I', tablename) AS name FROM pg_tables WHERE schemaname = 'bullmq' AND tablename LIKE '%job%'`,
    );
    await pipeline.rows(`TRUNCATE ${tables.map((table) => table.name).join(', ')} CASCADE`);
    pipeline.work();
    await pipeline.resumeOpenImports();
    expect(await pipeline.reaches(id, 'COMPLETED')).toMatchObject({ succeededRows: 50 });
  });

  it('is done once by two readers and two sets of workers at a time', async () => {
    const second = await pipeline.openQueues();
    try {
      pipeline.work();
      pipeline.work(second);
      const { id } = await pipeline.upload(await big());
      await Promise.all([handler(pipeline, 'read')({ importId: id }), handler(pipeline, 'read')({ importId: id })]);
      const done = await pipeline.reaches(id, 'COMPLETED');
      expect(done).toMatchObject({ totalRows: ROWS, succeededRows: ROWS, failedRows: 0 });
      expect(await logs(pipeline)).toBe(ROWS);
    } finally {
      await second.close();
    }
  });

  it('is failed by a reader that throws on its last attempt, and tried again before', async () => {
    const broken = await createImportPipeline({
      open,
      isWorking: false,
      cutter: {
        cut: () => {
          throw new Error('out of luck');
        },
      },
    });
    try {
      const { id } = await broken.upload(Buffer.from('x'));
      await expect(handler(broken, 'read')({ importId: id })).rejects.toThrow('out of luck');
      expect((await broken.find(id)).status).toBe('RUNNING');
      const read = broken.handlers.find((candidate) => candidate.name === 'read');
      await read?.handle({ importId: id }, { signal: new AbortController().signal, attempt: 6, isLast: true });
      const failed = await broken.find(id);
      expect(failed).toMatchObject({ status: 'FAILED', error: expect.stringContaining('upload it again') });
    } finally {
      await broken.close();
    }
  });

  it('deletes what abandoned uploads left, and nothing else', async () => {
    const { id } = await pipeline.upload(await workbook([goodRow('A')]));
    const abandoned = (async function* () {
      yield Buffer.alloc(1_000);
    })();
    await pipeline.stores.uploads.save('01890000-0000-7000-8000-000000000001', abandoned, 1_000);
    expect(await pipeline.pieces()).toBe(2);
    await handler(pipeline, 'sweep-uploads')(null);
    expect(await pipeline.pieces()).toBe(1);
    pipeline.work();
    await pipeline.reaches(id, 'COMPLETED');
  });
});

describeOnEachStore('a row that the store refuses', (open) => {
  let pipeline: ImportPipeline;
  beforeEach(async () => {
    pipeline = await createImportPipeline({ open });
  });
  afterEach(() => pipeline.close());

  it('is tried three times alone while the healthy ones go in, and can be retried once the trouble is over', async () => {
    await pipeline.refuse('T-7');
    const rows = [...keys(30).map((key) => goodRow(key)), goodRow('bad', { 3: 'NOPE' })];
    const { id } = await pipeline.upload(await workbook(rows));
    const done = await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS');
    expect(done).toMatchObject({ totalRows: 31, succeededRows: 29, failedRows: 2, retriedRows: 1 });
    const letters = await pipeline.letters(id);
    const cursed = letters.find((letter) => letter.rowNumber === 8);
    expect(cursed).toMatchObject({
      attempts: 3,
      reasons: [expect.stringMatching(/^The row could not be stored: (this one is cursed|Document failed validation)/)],
    });
    expect(letters.find((letter) => letter.rowNumber === 32)).toMatchObject({ attempts: 1 });

    await pipeline.retryDeadLetters(pipeline.admin, id, [cursed?.id ?? '']);
    await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS');
    const again = (await pipeline.letters(id)).find((letter) => letter.rowNumber === 8);
    expect(again).toMatchObject({ id: cursed?.id, attempts: 4 });

    await pipeline.accept();
    await pipeline.retryDeadLetters(pipeline.admin, id, null);
    const ended = await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS');
    expect(ended).toMatchObject({ succeededRows: 30, failedRows: 1, retriedRows: 4, totalRows: 31 });
    expect((await pipeline.letters(id)).map((letter) => [letter.rowNumber, letter.attempts])).toEqual([[32, 2]]);
    expect((await pipeline.logs()).filter((log) => log.externalId === 'T-7')).toHaveLength(1);
  });

  it('leaves a completed import behind when its retry was the last failure', async () => {
    await pipeline.refuse('T-2');
    const { id } = await pipeline.upload(await workbook(keys(3).map((key) => goodRow(key))));
    await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS');
    await pipeline.accept();
    await pipeline.retryDeadLetters(pipeline.admin, id, null);
    expect(await pipeline.reaches(id, 'COMPLETED')).toMatchObject({ succeededRows: 3, failedRows: 0 });
    await expect(pipeline.retryDeadLetters(pipeline.admin, id, null)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('can be discarded, which leaves the counters; unknown ids are NOT_FOUND and change nothing', async () => {
    const bad = keys(3).map((key) => goodRow(key, { 2: 'GOLD' }));
    const { id } = await pipeline.upload(await workbook([...bad, goodRow('A')], HEADERS));
    await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS');
    const [letter] = await pipeline.letters(id);
    const unknown = [letter?.id ?? '', 'nothing'];
    await expect(pipeline.discardDeadLetters(pipeline.admin, id, unknown)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(pipeline.retryDeadLetters(pipeline.admin, id, unknown)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await pipeline.discardDeadLetters(pipeline.admin, id, [letter?.id ?? ''])).toBe(1);
    expect(await pipeline.discardDeadLetters(pipeline.admin, id, null)).toBe(2);
    expect(await pipeline.discardDeadLetters(pipeline.admin, id, null)).toBe(0);
    expect(await pipeline.find(id)).toMatchObject({ failedRows: 3, succeededRows: 1, status: 'COMPLETED_WITH_ERRORS' });
    await expect(pipeline.retryDeadLetters(pipeline.admin, id, null)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is listed with the others oldest first, page by page, of one import or of all', async () => {
    const bad = (prefix: string, count: number) =>
      workbook(keys(count, prefix).map((key) => goodRow(key, { 2: 'GOLD' })));
    const first = await pipeline.upload(await bad('A', 3));
    await pipeline.reaches(first.id, 'COMPLETED_WITH_ERRORS');
    const second = await pipeline.upload(await bad('B', 2));
    await pipeline.reaches(second.id, 'COMPLETED_WITH_ERRORS');
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page = await pipeline.listDeadLetters(pipeline.admin, { importId: null, first: 2, after });
      expect(await page.totalCount()).toBe(5);
      seen.push(...page.items.map(({ node }) => `${node.importId === first.id ? 'A' : 'B'}${node.rowNumber}`));
      after = page.hasNextPage ? (page.items.at(-1)?.cursor ?? null) : null;
    } while (after);
    expect(seen).toEqual(['A2', 'A3', 'A4', 'B2', 'B3']);
    expect(await pipeline.letters(second.id)).toHaveLength(2);
    const foreign = pipeline.listDeadLetters(pipeline.admin, { importId: null, first: 2, after: 'nonsense' });
    await expect(foreign).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });
});
