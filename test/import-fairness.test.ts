import { afterEach, beforeEach, expect, it } from 'vitest';
import { createImportPipeline, goodRow, type ImportPipeline, workbook } from './support/import-pipeline.ts';
import { describeOnEachStore } from './support/import-stores.ts';

const LARGE_ROWS = 1_200;
const rowsOf = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => goodRow(`${name}-${index + 1}`));

describeOnEachStore('imports beside each other', (open) => {
  let pipeline: ImportPipeline;
  beforeEach(async () => {
    pipeline = await createImportPipeline({ open, isWorking: false });
  });
  afterEach(() => pipeline.close());

  it('share the workers: a small file is done while five large ones still run', async () => {
    const large: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      large.push((await pipeline.upload(await workbook(rowsOf(name, LARGE_ROWS)))).id);
    }
    pipeline.work();
    await pipeline.until(async () => {
      const found = await Promise.all(large.map((id) => pipeline.find(id)));
      return found.every(({ succeededRows }) => succeededRows > 0);
    });
    const small = await pipeline.upload(await workbook(rowsOf('small', 35)));
    const done = await pipeline.reaches(small.id, 'COMPLETED');
    const meanwhile = await Promise.all(large.map((id) => pipeline.find(id)));
    expect(done).toMatchObject({ succeededRows: 35 });
    expect(meanwhile.map(({ status }) => status)).toEqual(large.map(() => 'RUNNING'));
    for (const id of large) await pipeline.cancelImport(pipeline.admin, id);
  });

  it('retry more dead letters than there should be jobs for, and count each once', async () => {
    const bad = Array.from({ length: 130 }, (_, index) => goodRow(`T-${index}`, { 3: 'NOPE' }));
    const { id } = await pipeline.upload(await workbook([goodRow('good'), ...bad]));
    pipeline.work();
    await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS');
    const added: string[] = [];
    const { queues } = pipeline;
    const add = queues.add.bind(queues);
    queues.add = (queue, jobs) => {
      added.push(...jobs.map((job) => job.name));
      return add(queue, jobs);
    };
    expect(await pipeline.retryDeadLetters(pipeline.admin, id, null)).toMatchObject({ status: 'RUNNING' });
    const counts = { succeededRows: 1, failedRows: 130, retriedRows: 130 };
    expect(await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS')).toMatchObject(counts);
    expect(added).toEqual(['try-all']);
    const letters = await pipeline.letters(id);
    expect(letters).toHaveLength(100);
    expect(new Set(letters.map(({ attempts }) => attempts))).toEqual(new Set([2]));
    expect(await pipeline.discardDeadLetters(pipeline.admin, id, null)).toBe(130);
    expect(await pipeline.letters(id)).toEqual([]);
  });
});
