import { expect, it } from 'vitest';
import { createImportPipeline, goodRow, workbook } from './support/import-pipeline.ts';

it('rows are counted for the metrics as they are committed, and not again when a retry fails too', async () => {
  const counted = { succeeded: 0, failed: 0, retried: 0 };
  const pipeline = await createImportPipeline({
    countRows: (outcome, rows) => {
      counted[outcome] += rows;
    },
  });
  try {
    // The same id twice: the later row is dead by rule, and so it stays.
    const bytes = await workbook([goodRow('A'), goodRow('B'), goodRow('A')]);
    const { id } = await pipeline.upload(bytes);
    await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS');
    expect(counted).toEqual({ succeeded: 2, failed: 1, retried: 0 });
    await pipeline.retryDeadLetters(pipeline.admin, id, null);
    await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS');
    expect(counted).toEqual({ succeeded: 2, failed: 1, retried: 1 });
  } finally {
    await pipeline.close();
  }
});
