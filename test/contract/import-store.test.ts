import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelled, completed, failed, resumed, started } from '../../src/domain/import-process.ts';
import { AT, runningImport, writeChunk } from '../support/chunk-verdicts.ts';
import { chunkOf, describeOnEachStore, newImport, type StorePlace } from '../support/import-stores.ts';

const UNKNOWN = '01890000-0000-7000-8000-000000000001';
const later = (ms: number) => new Date(AT.getTime() + ms);

describeOnEachStore('import processes', (open) => {
  let place: StorePlace;
  beforeAll(async () => {
    place = await open();
  });
  afterAll(() => place.close());

  const events = async (id: string) =>
    (
      await place.db.pool.query<{ from: string | null; to: string }>(
        'SELECT "from", "to" FROM event_log WHERE subject_id = $1 ORDER BY position',
        [id],
      )
    ).rows.map(({ from, to }) => `${from} ${to}`);

  it('are found as they were created, and unknown ones are not', async () => {
    const { imports } = place.stores;
    const { uploadId: _, ...row } = newImport({ sizeBytes: 4_000_000_000 });
    const { process, isNew } = await imports.create({ ...row, uploadId: _ });
    const counts = { succeededRows: 0, failedRows: 0, retriedRows: 0, totalRows: null };
    const instants = { startedAt: null, finishedAt: null, workingSince: null };
    const rest = { headers: null, fields: null, error: null };
    expect(process).toEqual({ ...row, status: 'QUEUED', ...counts, ...instants, ...rest });
    expect(isNew).toBe(true);
    expect(await imports.find(row.id)).toEqual(process);
    expect(await imports.find(row.id.toUpperCase())).toEqual(process);
    expect(await imports.find(UNKNOWN)).toBeNull();
    expect(await imports.find('nonsense')).toBeNull();
  });

  it('of the same bytes are one, also when they come at the same time, until it fails', async () => {
    const { imports } = place.stores;
    const rows = Array.from({ length: 8 }, () => newImport({ sha256: 'a'.repeat(64) }));
    const created = await Promise.all(rows.map((row) => imports.create(row)));
    expect(created.filter(({ isNew }) => isNew)).toHaveLength(1);
    const [id, ...others] = new Set(created.map(({ process }) => process.id));
    expect(others).toEqual([]);

    await imports.change(id ?? '', AT, (process) => cancelled(process, AT));
    expect((await imports.create(newImport({ sha256: 'a'.repeat(64) }))).process).toMatchObject({
      id,
      status: 'CANCELLED',
    });
    await imports.change(id ?? '', AT, (process) => resumed(process, AT));
    await imports.change(id ?? '', AT, (process) => failed(process, 'It is no workbook.', AT));
    const again = await imports.create(newImport({ sha256: 'a'.repeat(64) }));
    expect(again.isNew).toBe(true);
    expect(await imports.find(id ?? '')).toMatchObject({ status: 'FAILED', error: 'It is no workbook.' });
  });

  it('of the same bytes are others when they are only tried, or their columns are taken for something else', async () => {
    const { imports } = place.stores;
    const mapping = [
      { header: 'Colour', field: null },
      { header: 'Número', field: 'externalId' as const },
    ];
    const manners = [{}, { dryRun: true }, { mapping }, { dryRun: true, mapping }, { mapping: mapping.slice(1) }];
    const sha256 = 'b'.repeat(64);
    const first = await Promise.all(manners.map((manner) => imports.create(newImport({ sha256, ...manner }))));
    expect(first.map(({ isNew }) => isNew)).toEqual(manners.map(() => true));
    const again = await Promise.all(manners.map((manner) => imports.create(newImport({ sha256, ...manner }))));
    expect(again).toEqual(first.map(({ process }) => ({ process, isNew: false })));
    expect(again.map(({ process }) => process)).toMatchObject(manners);
  });

  it('are changed by one of many at a time, and tell of it once', async () => {
    const { imports } = place.stores;
    const { process } = await imports.create(newImport());
    const changes = await Promise.all(
      Array.from({ length: 8 }, () => imports.change(process.id, AT, (found) => started(found, AT))),
    );
    expect(changes.filter((change) => change?.hasChanged)).toHaveLength(1);
    for (const change of changes) expect(change?.process).toMatchObject({ status: 'RUNNING', startedAt: AT });
    expect(await events(process.id)).toEqual(['QUEUED RUNNING']);
    expect(await imports.change(UNKNOWN, AT, () => null)).toBeNull();
    expect(await imports.change('nonsense', AT, () => null)).toBeNull();
  });

  it('end while nothing is on its way, and only then', async () => {
    const { imports, chunks } = place.stores;
    const { id } = await runningImport(place.stores, [['A', '!bad'], ['B']]);
    const end = () => imports.finish(id, AT, (process) => completed(process, AT));
    await writeChunk(place.stores, id, 0);
    expect([await imports.isThrough(id), await end()]).toEqual([false, false]);
    await writeChunk(place.stores, id, 1);
    expect(await chunks.uncommitted(id)).toEqual([]);
    expect(await imports.isThrough(id)).toBe(true);
    expect((await Promise.all([end(), end(), end()])).filter(Boolean)).toHaveLength(1);
    expect(await imports.find(id)).toMatchObject({ status: 'COMPLETED_WITH_ERRORS', finishedAt: AT });
    expect(await events(id)).toEqual(['QUEUED RUNNING', 'RUNNING COMPLETED_WITH_ERRORS']);
    expect([await imports.isThrough(id), await end()]).toEqual([false, false]);
    expect(await imports.isThrough(UNKNOWN)).toBe(false);
  });

  it('do not end before the file is read to its end, however much of it is written', async () => {
    const { imports, chunks } = place.stores;
    const row = newImport();
    await imports.create(row);
    await imports.change(row.id, AT, (process) => started(process, AT));
    await chunks.saveHeader(row.id, ['id'], []);
    await chunks.addChunks(row.id, [chunkOf(0, [{ rowNumber: 2, cells: ['A'], duplicateOf: null }])]);
    await writeChunk(place.stores, row.id, 0);
    expect(await imports.isThrough(row.id)).toBe(false);
    await chunks.saveTotal(row.id, 1);
    expect(await imports.isThrough(row.id)).toBe(true);
  });

  it('announce progress, but not again within the gap', async () => {
    const { imports } = place.stores;
    const { id } = await runningImport(place.stores, [['A']]);
    const tell = (ms: number) => imports.logProgress(id, later(ms), 200);
    expect([await tell(100), await tell(200), await tell(399), await tell(400)]).toEqual([false, true, false, true]);
    const many = await Promise.all([tell(1_000), tell(1_000), tell(1_000)]);
    expect(many.filter(Boolean)).toHaveLength(1);
    expect(await events(id)).toEqual(['QUEUED RUNNING', 'null RUNNING', 'null RUNNING', 'null RUNNING']);
    // Of what is gone there will never be news: whoever has some need not ask again.
    expect(await imports.logProgress(UNKNOWN, AT, 200)).toBe(true);
  });

  it('that wait or run are told apart from those that have ended', async () => {
    const { imports } = place.stores;
    const [waiting, running, ended] = [newImport(), newImport(), newImport()];
    for (const row of [waiting, running, ended]) await imports.create(row);
    await imports.change(running.id, AT, (process) => started(process, AT));
    await imports.change(ended.id, AT, (process) => cancelled(process, AT));
    const ids = await imports.openIds();
    expect(ids).toEqual([...ids].sort());
    expect(ids).toEqual(expect.arrayContaining([waiting.id, running.id]));
    expect(ids).not.toContain(ended.id);
  });
});

describe('the list of imports', () => {
  describeOnEachStore('it', (open) => {
    let place: StorePlace;
    let newestFirst: string[];
    beforeAll(async () => {
      place = await open();
      // Two at each instant: the id decides then.
      const rows = Array.from({ length: 6 }, (_, index) => newImport({ createdAt: later(Math.floor(index / 2)) }));
      for (const row of [...rows].reverse()) await place.stores.imports.create(row);
      const key = ({ createdAt, id }: (typeof rows)[number]) => `${createdAt.toISOString()} ${id}`;
      newestFirst = rows.sort((a, b) => (key(a) < key(b) ? 1 : -1)).map(({ id }) => id);
    });
    afterAll(() => place.close());

    it('goes from the newest on, page by page, each import once', async () => {
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page = await place.stores.imports.list({ first: 4, after });
        expect(await page.totalCount()).toBe(6);
        expect(page.hasPreviousPage).toBe(after !== null);
        seen.push(...page.items.map(({ node }) => node.id));
        after = page.hasNextPage ? (page.items.at(-1)?.cursor ?? null) : null;
      } while (after);
      expect(seen).toEqual(newestFirst);
    });

    it('goes on after an import that somebody else listed', async () => {
      const cursors = (await place.stores.imports.list({ first: 6, after: null })).items.map(({ cursor }) => cursor);
      for (const [index, cursor] of cursors.entries()) {
        const page = await place.stores.imports.list({ first: 100, after: cursor });
        expect(page.items.map(({ node }) => node.id)).toEqual(newestFirst.slice(index + 1));
      }
    });

    it('refuses a cursor of another list', async () => {
      const list = place.stores.imports.list({ first: 1, after: 'nonsense' });
      await expect(list).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    });
  });
});
