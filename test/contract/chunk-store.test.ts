import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cancelled, failed, started } from '../../src/domain/import-process.ts';
import type { CellValue } from '../../src/domain/sheet-row.ts';
import { AT, runningImport, writeChunk } from '../support/chunk-verdicts.ts';
import { chunkOf, describeOnEachStore, newImport, type StorePlace, waitingRows } from '../support/import-stores.ts';

const UNKNOWN = '01890000-0000-7000-8000-000000000001';

const CELL: fc.Arbitrary<CellValue> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\0', 'a\uD800', '\uDC00b', '', '$where', '\u2028'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.boolean(),
  fc.constant(null),
  fc.date({ noInvalidDate: true }),
  fc.constant(new Date(Number.NaN)),
  fc.record({ error: fc.constantFrom('#N/A', '#REF!') }),
);

describeOnEachStore('the rows of a file on their way', (open) => {
  let place: StorePlace;
  beforeAll(async () => {
    place = await open();
  });
  afterAll(() => place.close());

  it('of an open import are found with what its work needs', async () => {
    const { imports, chunks } = place.stores;
    const row = newImport();
    await imports.create(row);
    const process = await imports.find(row.id);
    expect(await chunks.open(row.id)).toEqual({
      process,
      uploadId: row.uploadId,
      chunks: 0,
      isCut: false,
      chunkRows: null,
    });
    await chunks.addChunks(row.id, [chunkOf(0, waitingRows(2, ['A'], ['B'])), chunkOf(1, waitingRows(4, ['C']))]);
    expect(await chunks.open(row.id)).toMatchObject({ chunks: 2, isCut: false, chunkRows: 2 });
    await chunks.saveTotal(row.id, 4);
    expect(await chunks.open(row.id)).toMatchObject({ isCut: false });
    await chunks.addChunks(row.id, [chunkOf(2, waitingRows(5, ['D']))]);
    expect(await chunks.open(row.id)).toMatchObject({ chunks: 3, isCut: true });
    expect(await chunks.backlog(row.id)).toEqual({ isRunning: false, uncommitted: 3 });
    await imports.change(row.id, AT, (found) => cancelled(found, AT));
    expect([await chunks.open(row.id), await chunks.open(UNKNOWN)]).toEqual([null, null]);
  });

  it('keep the header, what its columns were taken for, and the end of the file', async () => {
    const { imports, chunks } = place.stores;
    const row = newImport();
    await imports.create(row);
    await chunks.saveHeader(row.id, ['id', '', 'Köpfe'], ['externalId', null, null]);
    await chunks.saveTotal(row.id, 7);
    const wide = Array.from({ length: 16_384 }, (_, column) => `Kopf ${column}`);
    const { id } = await runningImport(place.stores, []);
    await chunks.saveHeader(
      id,
      wide,
      wide.map(() => null),
    );
    expect(await imports.find(id)).toMatchObject({ headers: wide, fields: wide.map(() => null) });
    expect(await imports.find(row.id)).toMatchObject({
      headers: ['id', '', 'Köpfe'],
      fields: ['externalId', null, null],
      totalRows: 7,
    });
  });

  it('come out as they went in, whatever their cells hold', async () => {
    const { id } = await runningImport(place.stores, []);
    let seq = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(CELL, { maxLength: 6 }), { minLength: 1, maxLength: 20 }), async (cells) => {
        const rows = waitingRows(1_048_570, ...cells).map((row, index) =>
          index % 3 === 1 ? { ...row, duplicateOf: 5 } : row,
        );
        await place.stores.chunks.addChunks(id, [chunkOf(seq, rows)]);
        expect(await place.stores.chunks.rowsOf(id, seq)).toEqual({
          rules: { fields: ['externalId'], dryRun: false },
          rows,
        });
        seq += 1;
      }),
      { numRuns: 40 },
    );
  });

  it('may be larger than any document or message', async () => {
    const { id } = await runningImport(place.stores, []);
    const rows = waitingRows(2, ...Array.from({ length: 300 }, (_, row) => [`${row}${'ß😀'.repeat(12_000)}`]));
    await place.stores.chunks.addChunks(id, [chunkOf(0, rows)]);
    const found = await place.stores.chunks.rowsOf(id, 0);
    expect(found?.rows.length).toBe(300);
    expect(found?.rows.every((row, index) => row.cells[0] === rows[index]?.cells[0])).toBe(true);
  });

  it('that are added again stay as they are', async () => {
    const { chunks } = place.stores;
    const { id } = await runningImport(place.stores, [['A'], ['B']]);
    await chunks.addChunks(id, [chunkOf(1, waitingRows(3, ['X'], ['Y'])), chunkOf(2, waitingRows(4, ['C']))]);
    expect(await chunks.rowsOf(id, 1)).toMatchObject({ rows: [{ cells: ['B'] }] });
    await writeChunk(place.stores, id, 0);
    await chunks.addChunks(id, [chunkOf(0, waitingRows(2, ['A']))]);
    expect(await chunks.rowsOf(id, 0)).toBeNull();
    expect(await chunks.uncommitted(id)).toEqual([1, 2]);
    expect(await chunks.backlog(id)).toEqual({ isRunning: true, uncommitted: 2 });
    expect(await chunks.open(id)).toMatchObject({ chunks: 3, chunkRows: 1 });
  });

  it('are counted as committed in whatever order they are', async () => {
    const { chunks } = place.stores;
    const cut = Array.from({ length: 90 }, (_, index) => [`order-${index}`]);
    const { id } = await runningImport(place.stores, cut);
    // The first one last: what is committed beyond it must not be forgotten meanwhile.
    for (let seq = cut.length - 1; seq > 0; seq -= 1) await writeChunk(place.stores, id, seq);
    expect(await chunks.uncommitted(id)).toEqual([0]);
    await writeChunk(place.stores, id, 0);
    for (let seq = 0; seq < 40; seq += 1) expect(await writeChunk(place.stores, id, seq)).toBeNull();
    expect(await chunks.uncommitted(id)).toEqual([]);
    expect(await place.stores.imports.find(id)).toMatchObject({ succeededRows: 90 });
  });

  it('are nobody’s work while the import does not run', async () => {
    const { imports, chunks } = place.stores;
    const { id } = await runningImport(place.stores, [['A']]);
    expect(await chunks.rowsOf(id, 0)).not.toBeNull();
    expect(await chunks.rowsOf(id, 1)).toBeNull();
    await imports.change(id, AT, (process) => failed(process, 'why', AT));
    expect(await chunks.rowsOf(id, 0)).toBeNull();
    expect(await chunks.backlog(id)).toMatchObject({ isRunning: false });
    expect(await chunks.backlog(UNKNOWN)).toEqual({ isRunning: false, uncommitted: 0 });
    expect(await imports.change(id, AT, (process) => started(process, AT))).toMatchObject({ hasChanged: false });
  });
});
