import { expect, it } from 'vitest';
import { completed, retrying } from '../src/domain/import-process.ts';
import { postgresMovedImports } from '../src/infrastructure/postgres/moved-imports.ts';
import { AT, judge, runningImport, writeChunk } from './support/chunk-verdicts.ts';
import { openPostgresPlace } from './support/import-stores.ts';

it('dead letters that are all being tried again move as the rows on trial that they are', async () => {
  const place = await openPostgresPlace();
  try {
    const { imports, deadLetters, writer } = place.stores;
    const { id } = await runningImport(place.stores, [['!a', '!b', '!c']]);
    await writeChunk(place.stores, id, 0);
    await imports.finish(id, AT, (process) => completed(process, AT));
    const states = async () => {
      const { letters } = postgresMovedImports(place.db);
      const page = await letters.readPage(null, 10);
      return page.map(({ record }) => [record.rowNumber, record.state]).sort();
    };
    expect((await states()).map(([, state]) => state)).toEqual(['DEAD', 'DEAD', 'DEAD']);
    await deadLetters.release(id, null, AT, (process) => retrying(process, AT));
    await writer.tryRows(id, { afterRow: 0, first: 1 }, judge, { trials: 3, now: AT });
    expect(await states()).toEqual([
      [2, 'DEAD'],
      [3, 'RETRYING'],
      [4, 'RETRYING'],
    ]);
  } finally {
    await place.close();
  }
});
