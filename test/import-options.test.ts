import { afterEach, beforeEach, expect, it } from 'vitest';
import { createImportPipeline, goodRow, HEADERS, type ImportPipeline, workbook } from './support/import-pipeline.ts';
import { describeOnEachStore } from './support/import-stores.ts';

const FOREIGN = ['Vorgang', 'Kunde', 'Stufe', 'Zustand', 'Beginn', 'Ende', ...HEADERS.slice(6)];
const MAPPING = FOREIGN.slice(0, 6).map((header, index) => ({ header, field: HEADERS[index] ?? '' }));

describeOnEachStore('an import with options', (open) => {
  let pipeline: ImportPipeline;
  let isLongAgo = false;
  beforeEach(async () => {
    isLongAgo = false;
    const now = () => new Date(Date.now() + (isLongAgo ? 31 * 24 * 3_600_000 : 0));
    pipeline = await createImportPipeline({ open, isWorking: false, clock: { now } });
  });
  afterEach(() => pipeline.close());

  it('that only tries judges every row, keeps the bad ones, and stores nothing', async () => {
    pipeline.work();
    const bytes = await workbook([goodRow('A'), goodRow('B', { 2: 'GOLD' }), goodRow('A'), goodRow('C')]);
    const { id, dryRun } = await pipeline.uploadAs(bytes, { dryRun: true });
    expect(dryRun).toBe(true);
    const tried = await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS');
    expect(tried).toMatchObject({ totalRows: 4, succeededRows: 2, failedRows: 2 });
    expect((await pipeline.letters(id)).map(({ rowNumber }) => rowNumber).sort()).toEqual([3, 4]);
    expect([await pipeline.logs(), await pipeline.days()]).toEqual([[], []]);

    await pipeline.retryDeadLetters(pipeline.admin, id, null);
    expect(await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS')).toMatchObject({ succeededRows: 2, failedRows: 2 });
    expect(await pipeline.logs()).toEqual([]);

    const real = await pipeline.uploadAs(bytes, { dryRun: false });
    expect(real.id).not.toBe(id);
    expect(await pipeline.reaches(real.id, 'COMPLETED_WITH_ERRORS')).toMatchObject({ succeededRows: 2, failedRows: 2 });
    expect((await pipeline.logs()).map(({ externalId }) => externalId)).toEqual(['A', 'C']);
    expect((await pipeline.uploadAs(bytes, { dryRun: true })).id).toBe(id);
  });

  it('that says what its columns are brings a foreign file in, and in a retry goes by the same', async () => {
    pipeline.work();
    const bytes = await workbook([goodRow('A'), goodRow('B', { 3: 'DONE' })], FOREIGN);
    const plain = await pipeline.upload(bytes);
    const refused = await pipeline.reaches(plain.id, 'FAILED');
    expect(refused.error).toMatch(
      /^The required columns externalId, .* are missing from the header row, which has "Vorgang"/,
    );
    expect(refused).toMatchObject({ headers: FOREIGN, fields: [...MAPPING.map(() => null), ...HEADERS.slice(6)] });

    const { id } = await pipeline.uploadAs(bytes, { mapping: MAPPING });
    const done = await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS');
    expect(done).toMatchObject({ succeededRows: 1, failedRows: 1, headers: FOREIGN, fields: HEADERS });
    expect((await pipeline.uploadAs(bytes, { mapping: [...MAPPING].reverse() })).id).toBe(id);
    const letters = async () => (await pipeline.letters(id)).map(({ headers, reasons }) => ({ headers, reasons }));
    const [letter] = await letters();
    expect(letter).toEqual({ headers: FOREIGN, reasons: [expect.stringContaining('status is "DONE"')] });
    await pipeline.retryDeadLetters(pipeline.admin, id, null);
    await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS');
    expect(await letters()).toEqual([letter]);
    expect((await pipeline.logs()).map(({ externalId }) => externalId)).toEqual(['A']);
  });

  it('that makes no sense is refused, keeping nothing', async () => {
    pipeline.work();
    const bytes = await workbook([goodRow('A')]);
    const refused = pipeline.uploadAs(bytes, { mapping: [{ header: 'x', field: 'colour' }] });
    await expect(refused).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { fields: [{ path: 'mapping[0].field' }] },
    });
    expect(await pipeline.pieces()).toBe(0);
    const absent = await pipeline.uploadAs(bytes, { mapping: [{ header: 'Colour', field: 'title' }] });
    const failed = await pipeline.reaches(absent.id, 'FAILED');
    expect(failed.error).toMatch(/^The mapping names the column "Colour", which the header row does not have/);
  });

  it('goes on by a mutation once it was cancelled, for as long as its file is kept', async () => {
    const [one, two] = [await workbook([goodRow('A')]), await workbook([goodRow('B')])];
    const { id } = await pipeline.upload(one);
    const old = await pipeline.upload(two);
    for (const each of [id, old.id]) await pipeline.cancelImport(pipeline.admin, each);
    expect(await pipeline.resumeImport(pipeline.admin, id)).toMatchObject({ id, status: 'QUEUED', finishedAt: null });
    expect(await pipeline.resumeImport(pipeline.admin, id)).toMatchObject({ id, status: 'QUEUED' });
    isLongAgo = true;
    const late = pipeline.resumeImport(pipeline.admin, old.id);
    await expect(late).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('upload its file') });
    pipeline.work();
    await pipeline.reaches(id, 'COMPLETED');
    await expect(pipeline.resumeImport(pipeline.admin, id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(pipeline.resumeImport(pipeline.admin, old.uploadedById)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(pipeline.resumeImport(pipeline.agent, id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
