import { afterAll, beforeAll, expect, it } from 'vitest';
import { completed, retrying } from '../../src/domain/import-process.ts';
import { AT, judge, runningImport, writeChunk } from '../support/chunk-verdicts.ts';
import { chunkOf, describeOnEachStore, type StorePlace } from '../support/import-stores.ts';

const UNKNOWN = '01890000-0000-7000-8000-000000000001';
const later = (ms: number) => new Date(AT.getTime() + ms);

describeOnEachStore('dead letters', (open) => {
  let place: StorePlace;
  beforeAll(async () => {
    place = await open();
  });
  afterAll(() => place.close());

  const list = async (importId: string | null) => {
    const page = await place.stores.deadLetters.list({ importId, first: 100, after: null });
    return page.items.map(({ node }) => node);
  };
  /** An import that has ended with so many dead letters, one chunk of three at each millisecond. */
  const ended = async (count: number) => {
    const cut = Array.from({ length: Math.ceil(count / 3) }, (_, chunk) =>
      Array.from({ length: Math.min(3, count - chunk * 3) }, () => '!bad'),
    );
    const { id } = await runningImport(place.stores, cut);
    for (const seq of cut.keys()) await writeChunk(place.stores, id, seq, judge, later(seq));
    await place.stores.imports.finish(id, AT, (process) => completed(process, AT));
    return id;
  };
  const release = (id: string, ids: readonly string[] | null) =>
    place.stores.deadLetters.release(id, ids, AT, (process) => retrying(process, AT));

  it('are listed oldest first, and in the order of their sheet where they died together', async () => {
    const id = await ended(8);
    const seen: number[] = [];
    let after: string | null = null;
    do {
      const page = await place.stores.deadLetters.list({ importId: id, first: 3, after });
      expect(await page.totalCount()).toBe(8);
      seen.push(...page.items.map(({ node }) => node.rowNumber));
      after = page.hasNextPage ? (page.items.at(-1)?.cursor ?? null) : null;
    } while (after);
    expect(seen).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    const instants = (await list(null)).map(({ failedAt }) => failedAt.getTime());
    expect(instants).toEqual([...instants].sort((a, b) => a - b));
    expect([await list(UNKNOWN), await list('nonsense')]).toEqual([[], []]);
    const foreign = place.stores.deadLetters.list({ importId: null, first: 1, after: 'nonsense' });
    await expect(foreign).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('are paged in the order of their rows, as they are at that moment', async () => {
    const id = await ended(8);
    const { deadLetters } = place.stores;
    const rows = async (afterRow: number, first: number) =>
      (await deadLetters.inRowOrder(id, { afterRow, first })).map(({ rowNumber }) => rowNumber);
    expect([await rows(0, 3), await rows(4, 3), await rows(7, 3), await rows(9, 3)]).toEqual([
      [2, 3, 4],
      [5, 6, 7],
      [8, 9],
      [],
    ]);
    expect(await deadLetters.inRowOrder(id, { afterRow: 0, first: 100 })).toEqual(await list(id));
    const [, second, third] = await list(id);
    await deadLetters.discard(id, [second?.id ?? '']);
    await release(id, [third?.id ?? '']);
    expect(await rows(0, 3)).toEqual([2, 5, 6]);
    const unknown = [UNKNOWN, 'nonsense'].map((each) => deadLetters.inRowOrder(each, { afterRow: 0, first: 3 }));
    expect(await Promise.all(unknown)).toEqual([[], []]);
  });

  it('are paged by fewer rows where those are large, and never by none', async () => {
    const large = 'x'.repeat(1_500_000);
    const { id } = await runningImport(place.stores, [Array.from({ length: 7 }, () => '!bad')]);
    const grown = (cells: string) => ({ rowNumber: 0, cells: [cells], duplicateOf: null });
    await place.stores.chunks.addChunks(id, [
      chunkOf(
        1,
        [9, 10, 11, 12, 13].map((rowNumber) => ({ ...grown(`!${large}`), rowNumber })),
      ),
      chunkOf(2, [{ ...grown(`!${'y'.repeat(6_000_000)}`), rowNumber: 14 }]),
    ]);
    for (const seq of [0, 1, 2]) await writeChunk(place.stores, id, seq, () => ({ reasons: ['bad'] }));
    const pages: number[][] = [];
    for (let afterRow = 0; ; afterRow = pages.at(-1)?.at(-1) ?? 0) {
      const page = await place.stores.deadLetters.inRowOrder(id, { afterRow, first: 100 });
      if (page.length === 0) break;
      pages.push(page.map(({ rowNumber }) => rowNumber));
    }
    expect(pages.flat()).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(pages.slice(1)).toEqual([[12, 13, 14]]);
  });

  it('are found by their id', async () => {
    const id = await ended(1);
    const [letter] = await list(id);
    expect(await place.stores.deadLetters.find(letter?.id ?? '')).toEqual(letter);
    expect(await place.stores.deadLetters.find(UNKNOWN)).toBeNull();
  });

  it('are released together: the import runs, and ends only when each was tried', async () => {
    const { imports, deadLetters, writer } = place.stores;
    const id = await ended(4);
    const all = (await list(id)).map((letter) => letter.id);
    const outcome = await release(id, null);
    expect(outcome).toMatchObject({
      kind: 'released',
      released: 4,
      process: { id, status: 'RUNNING', retriedRows: 4, failedRows: 4 },
    });
    expect(await imports.find(id)).toMatchObject({ status: 'RUNNING', retriedRows: 4 });
    expect(await deadLetters.waiting(id, 100)).toBeNull();
    const left = async () => {
      const inRows = await deadLetters.inRowOrder(id, { afterRow: 0, first: 100 });
      const found = await Promise.all(all.map((each) => deadLetters.find(each)));
      const seen = [inRows, await list(id), found.filter((letter) => letter !== null)];
      return [...new Set(seen.map((letters) => letters.length))];
    };
    for (let tried = 0; tried < 4; tried += 2) {
      expect([await left(), await imports.isThrough(id)]).toEqual([[tried], false]);
      // What waits for its trial is no dead letter just now.
      expect(await deadLetters.discard(id, [all[3] ?? ''])).toEqual({ discarded: 0, unknown: [all[3]] });
      await writer.tryRows(id, { afterRow: tried, first: 2 }, judge, { trials: 3, now: later(60_000) });
    }
    expect(await writer.tryRows(id, { afterRow: 0, first: 2 }, judge, { trials: 3, now: later(60_000) })).toBeNull();
    expect([await left(), await deadLetters.waiting(id, 100)]).toEqual([[4], []]);
    expect(await imports.isThrough(id)).toBe(true);
    expect(await imports.finish(id, AT, (process) => completed(process, AT))).toBe(true);
    expect((await list(id)).map(({ attempts }) => attempts)).toEqual([2, 2, 2, 2]);
  });

  it('are released some of them, again and again', async () => {
    const { imports, writer } = place.stores;
    const id = await ended(3);
    const [first] = await list(id);
    for (let round = 1; round <= 3; round += 1) {
      const outcome = await release(id, [first?.id.toUpperCase() ?? '']);
      expect(outcome).toMatchObject({ kind: 'released', released: 1, process: { retriedRows: round } });
      expect(await list(id)).toHaveLength(2);
      await writer.tryRow(first?.id ?? '', judge, { trials: 3, now: later(60_000) });
      await imports.finish(id, AT, (process) => completed(process, AT));
    }
    expect((await list(id)).map(({ rowNumber, attempts }) => [rowNumber, attempts])).toEqual([
      [3, 1],
      [4, 1],
      [2, 4],
    ]);
  });

  it('are released by one of many at a time', async () => {
    const id = await ended(2);
    const outcomes = await Promise.all([release(id, null), release(id, null), release(id, null)]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['refused', 'refused', 'released']);
    expect(await place.stores.imports.find(id)).toMatchObject({ retriedRows: 2 });
  });

  it('are not released when one is unknown, of another import, or none is left', async () => {
    const [id, other] = [await ended(2), await ended(1)];
    const [mine] = await list(id);
    const [foreign] = await list(other);
    const unknown = ['nothing', UNKNOWN, foreign?.id ?? ''];
    expect(await release(id, [mine?.id ?? '', ...unknown])).toEqual({ kind: 'unknown', ids: unknown });
    expect(await list(id)).toHaveLength(2);
    expect(await release(UNKNOWN, null)).toEqual({ kind: 'unknown', ids: [] });
    await place.stores.deadLetters.discard(id, null);
    expect(await release(id, null)).toMatchObject({
      kind: 'refused',
      process: { id, status: 'COMPLETED_WITH_ERRORS' },
    });
    const running = await runningImport(place.stores, [['!bad'], ['A']]);
    await writeChunk(place.stores, running.id, 0);
    expect(await release(running.id, null)).toMatchObject({ kind: 'refused', process: { status: 'RUNNING' } });
  });

  it('are discarded some of them or all, which leaves the counters; with an unknown one none is', async () => {
    const { deadLetters, imports } = place.stores;
    const id = await ended(5);
    const [first, second] = (await list(id)).map((letter) => letter.id);
    const unknown = { discarded: 0, unknown: [UNKNOWN] };
    expect(await deadLetters.discard(id, [first ?? '', UNKNOWN])).toEqual(unknown);
    expect(await deadLetters.discard(id, [first ?? '', second?.toUpperCase() ?? ''])).toEqual({
      discarded: 2,
      unknown: [],
    });
    expect((await list(id)).map(({ rowNumber }) => rowNumber)).toEqual([4, 5, 6]);
    expect(await deadLetters.discard(id, [first ?? ''])).toEqual({ discarded: 0, unknown: [first] });
    expect(await deadLetters.find(first ?? '')).toBeNull();
    expect(await deadLetters.discard(id, null)).toEqual({ discarded: 3, unknown: [] });
    expect(await deadLetters.discard(id, null)).toEqual({ discarded: 0, unknown: [] });
    expect(await imports.find(id)).toMatchObject({ failedRows: 5, status: 'COMPLETED_WITH_ERRORS' });
  });
});
