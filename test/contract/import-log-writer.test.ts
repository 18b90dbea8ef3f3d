import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DeadLetter, JudgedLog, Verdict } from '../../src/application/import/ports.ts';
import { cancelled, completed, resumed, started } from '../../src/domain/import-process.ts';
import { AT, judge, judgedLog, runningImport, writeChunk } from '../support/chunk-verdicts.ts';
import { describeOnEachStore, type StorePlace } from '../support/import-stores.ts';

const LIMITS = { trials: 3, now: AT };

describeOnEachStore('writing the rows of an import', (open) => {
  let place: StorePlace;
  beforeEach(async () => {
    place = await open();
  });
  afterEach(() => place.close());

  const names = async () => (await place.logs()).map(({ externalId }) => externalId);
  const letters = async (importId: string) => {
    const page = await place.stores.deadLetters.list({ importId, first: 100, after: null });
    return page.items.map(({ node }) => node);
  };
  const counts = async (id: string) => {
    // What tells of progress counts what was tried alone.
    await place.stores.imports.logProgress(id, new Date(AT.getTime() + 3_600_000), 0);
    const found = await place.stores.imports.find(id);
    return [found?.succeededRows, found?.failedRows, found?.retriedRows];
  };
  const tryRow = (rowId: string, rules: (row: DeadLetter) => Verdict = judge) =>
    place.stores.writer.tryRow(rowId, rules, LIMITS);

  it('gives logs of the good ones and letters of the others, counts them, and marks their days', async () => {
    const { id } = await runningImport(place.stores, [['A', '!one reason', 'B']]);
    const rules = (row: Parameters<typeof judge>[0]): Verdict =>
      row.cells[0] === 'B'
        ? { log: judgedLog('B', { escalationLevel: 2, breached: true, resolvedAt: null, status: 'OPEN' }) }
        : judge(row);
    expect(await writeChunk(place.stores, id, 0, rules)).toEqual({ succeeded: 2, failed: 1, retry: [] });
    const common = { ...judgedLog('A'), importId: id };
    const { createdAt } = common;
    expect(await place.logs()).toEqual([
      { ...common, rowNumber: 2, escalatedAt: null, breachedAt: null },
      {
        ...common,
        ...{ externalId: 'B', rowNumber: 4, status: 'OPEN', resolvedAt: null },
        ...{ escalationLevel: 2, escalatedAt: createdAt, breached: true, breachedAt: createdAt },
      },
    ]);
    const [letter, ...others] = await letters(id);
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ importId: id, rowNumber: 3, headers: ['id'], cells: ['!one reason'] });
    expect(letter).toMatchObject({ reasons: ['one reason'], attempts: 1, failedAt: AT });
    expect(await counts(id)).toEqual([2, 1, 0]);
    expect(await place.days()).toEqual(['2026-03-05', '2026-03-06']);
  });

  it('counts a chunk once, however often and however many at a time write it', async () => {
    const { id } = await runningImport(place.stores, [['A', '!bad', 'B'], ['C']]);
    const all = await Promise.all([0, 1, 0, 1, 0, 1].map((seq) => writeChunk(place.stores, id, seq)));
    expect(all.filter((committed) => committed !== null)).toHaveLength(2);
    expect(await writeChunk(place.stores, id, 0)).toBeNull();
    expect(await counts(id)).toEqual([3, 1, 0]);
    expect(await names()).toEqual(['A', 'B', 'C']);
    expect(await letters(id)).toHaveLength(1);
  });

  it('changes nothing for an import that does not run', async () => {
    const { id } = await runningImport(place.stores, [['A', '!bad']]);
    const { imports, writer, chunks } = place.stores;
    const chunk = await chunks.rowsOf(id, 0);
    await imports.change(id, AT, (process) => cancelled(process, AT));
    const judged = (chunk?.rows ?? []).map((row) => ({ row, verdict: judge(row) }));
    expect(await writer.commitChunk(id, 0, judged, AT)).toBeNull();
    expect([await names(), await letters(id), await counts(id)]).toEqual([[], [], [0, 0, 0]]);
  });

  it('of a later upload replaces what an earlier one wrote, and marks the days of both versions', async () => {
    const first = await runningImport(place.stores, [['A', 'B']]);
    await writeChunk(place.stores, first.id, 0);
    await place.clearDays();
    const second = await runningImport(place.stores, [['A', 'C']]);
    const moved = { createdAt: new Date('2025-12-31T23:59:59.999Z'), resolvedAt: new Date('2026-01-01T00:00:00Z') };
    const rules = ({ cells: [cell] }: Parameters<typeof judge>[0]): Verdict => ({
      log: judgedLog(String(cell), moved),
    });
    await writeChunk(place.stores, second.id, 0, rules);
    expect((await place.logs()).map(({ externalId, importId }) => [externalId, importId])).toEqual([
      ['A', second.id],
      ['B', first.id],
      ['C', second.id],
    ]);
    expect(await place.days()).toEqual(['2025-12-31', '2026-01-01', '2026-03-05', '2026-03-06']);
    expect((await place.logs())[0]).toMatchObject(moved);
  });

  it('of an earlier upload leaves what a later one wrote, and counts all the same', async () => {
    const first = await runningImport(place.stores, [['A', 'B']]);
    const second = await runningImport(place.stores, [['A']]);
    await writeChunk(place.stores, second.id, 0);
    await writeChunk(place.stores, first.id, 0, ({ cells: [cell] }) => ({
      log: judgedLog(String(cell), { title: 'Older' }),
    }));
    expect((await place.logs()).map(({ externalId, importId }) => [externalId, importId])).toEqual([
      ['A', second.id],
      ['B', first.id],
    ]);
    expect(await counts(first.id)).toEqual([2, 0, 0]);
  });

  it('of a cancelled upload counts as the later one once that goes on', async () => {
    const first = await runningImport(place.stores, [['A'], ['B']]);
    const { imports } = place.stores;
    await imports.change(first.id, AT, (process) => cancelled(process, AT));
    const second = await runningImport(place.stores, [['A', 'B']]);
    await writeChunk(place.stores, second.id, 0);
    await imports.change(first.id, AT, (process) => resumed(process, AT));
    await imports.change(first.id, AT, (process) => started(process, AT));
    await writeChunk(place.stores, first.id, 1);
    expect((await place.logs()).map(({ importId }) => importId)).toEqual([second.id, first.id]);
  });

  it('of a dry run stores no log, and counts and keeps letters all the same', async () => {
    const { id } = await runningImport(place.stores, [['A', '!bad', 'B']], { dryRun: true });
    const rules = (row: Parameters<typeof judge>[0]): Verdict => {
      const { reasons } = judge(row);
      return reasons ? { reasons } : { log: null };
    };
    expect(await writeChunk(place.stores, id, 0, rules)).toMatchObject({ succeeded: 2, failed: 1, retry: [] });
    expect([await place.logs(), await place.days(), await letters(id)]).toMatchObject([[], [], [{ rowNumber: 3 }]]);
    expect(await counts(id)).toEqual([2, 1, 0]);

    const { imports, deadLetters } = place.stores;
    await imports.finish(id, AT, (process) => completed(process, AT));
    const [letter] = await letters(id);
    await deadLetters.release(id, null, AT, (process) => started({ ...process, status: 'QUEUED' }, AT));
    const { writer } = place.stores;
    const tried = await writer.tryRows(id, { afterRow: 0, first: 9 }, () => ({ log: null }), LIMITS);
    expect(tried).toEqual({ lastRow: letter?.rowNumber, stored: 1, dead: 0 });
    expect([await place.logs(), await letters(id), await counts(id)]).toEqual([[], [], [3, 0, 1]]);
  });

  it('by many imports of the same ids at a time leaves one log of each, as the last of them has it', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `id-${index}`);
    const ids: string[] = [];
    for (let index = 0; index < 4; index += 1) ids.push((await runningImport(place.stores, [names])).id);
    const changes = (id: string): Partial<JudgedLog> => ({ clientName: id, title: id });
    await Promise.all(
      ids.map((id) =>
        writeChunk(place.stores, id, 0, ({ cells: [cell] }) => ({ log: judgedLog(String(cell), changes(id)) })),
      ),
    );
    const logs = await place.logs();
    expect(logs).toHaveLength(40);
    const last = ids.at(-1);
    for (const { importId, clientName, title } of logs)
      expect([importId, clientName, title]).toEqual([last, last, last]);
    for (const id of ids) expect(await counts(id)).toEqual([40, 0, 0]);
  });

  it('keeps a row that the store refuses to be tried alone, without holding up the others', async () => {
    await place.refuse('cursed');
    const { id } = await runningImport(place.stores, [['A', 'cursed', 'B', '!bad']]);
    const committed = await writeChunk(place.stores, id, 0);
    expect(committed).toMatchObject({ succeeded: 2, failed: 1, retry: [expect.any(String)] });
    const [rowId = ''] = committed?.retry ?? [];
    expect(await names()).toEqual(['A', 'B']);
    expect(await letters(id)).toHaveLength(1);
    expect(await counts(id)).toEqual([2, 1, 1]);
    expect(await place.stores.deadLetters.waiting(id, 10)).toEqual([rowId]);
    expect(await place.stores.imports.isThrough(id)).toBe(false);

    await place.accept();
    expect(await tryRow(rowId)).toEqual({ importId: id, outcome: 'stored' });
    expect(await names()).toEqual(['A', 'B', 'cursed']);
    expect(await counts(id)).toEqual([3, 1, 1]);
    expect(await tryRow(rowId)).toBeNull();
    expect(await place.stores.imports.isThrough(id)).toBe(true);
    expect((await place.logs())[2]).toMatchObject({ rowNumber: 3, importId: id });
  });

  it('lets a refused row die after its trials, or at once when a rule is against it', async () => {
    await place.refuse('cursed');
    const { id } = await runningImport(place.stores, [['cursed', 'A'], ['cursed']]);
    const [first = ''] = (await writeChunk(place.stores, id, 0))?.retry ?? [];
    const [second = ''] = (await writeChunk(place.stores, id, 1))?.retry ?? [];
    expect([await tryRow(first), await tryRow(first), await tryRow(first), await tryRow(first)]).toEqual([
      { importId: id, outcome: 'again' },
      { importId: id, outcome: 'again' },
      { importId: id, outcome: 'dead' },
      null,
    ]);
    expect(await counts(id)).toEqual([1, 1, 2]);
    expect(await tryRow(second, () => ({ reasons: ['The rules have changed.'] }))).toMatchObject({ outcome: 'dead' });
    expect(await counts(id)).toEqual([1, 2, 2]);
    const [one, two] = (await letters(id)).sort((a, b) => a.rowNumber - b.rowNumber);
    expect(one).toMatchObject({ rowNumber: 2, attempts: 3, cells: ['cursed'] });
    expect(one?.reasons).toEqual([expect.stringMatching(/^The row could not be stored: ./)]);
    expect(two).toMatchObject({ rowNumber: 4, attempts: 1, reasons: ['The rules have changed.'] });
  });

  it('gives a dead letter that is retried one trial', async () => {
    const { id } = await runningImport(place.stores, [['!bad', '!worse']]);
    await writeChunk(place.stores, id, 0);
    const { imports, deadLetters } = place.stores;
    await imports.finish(id, AT, (process) => completed(process, AT));
    const [bad, worse] = await letters(id);
    const run = (process: Parameters<typeof started>[0]) => started({ ...process, status: 'QUEUED' }, AT);
    await deadLetters.release(id, [bad?.id ?? '', worse?.id ?? ''], AT, run);
    expect(await letters(id)).toEqual([]);
    expect(await counts(id)).toEqual([0, 2, 2]);
    expect(await tryRow(bad?.id ?? '')).toEqual({ importId: id, outcome: 'dead again' });
    expect(await tryRow(bad?.id ?? '')).toBeNull();
    expect(await tryRow(worse?.id ?? '', () => ({ log: judgedLog('mended') }))).toMatchObject({ outcome: 'stored' });
    expect(await counts(id)).toEqual([1, 1, 2]);
    expect(await letters(id)).toEqual([{ ...bad, attempts: 2 }]);
    expect(await names()).toEqual(['mended']);
  });

  it('tries a row once when many do so at a time, and none that is no row or whose import does not run', async () => {
    await place.refuse('cursed');
    const { id } = await runningImport(place.stores, [['cursed']]);
    const [rowId = ''] = (await writeChunk(place.stores, id, 0))?.retry ?? [];
    await place.accept();
    const tried = await Promise.all([tryRow(rowId), tryRow(rowId), tryRow(rowId)]);
    expect(tried.filter((outcome) => outcome !== null)).toHaveLength(1);
    expect(await counts(id)).toEqual([1, 0, 1]);
    expect([await tryRow(id), await tryRow('nonsense')]).toEqual([null, null]);

    await place.refuse('other');
    const stopped = await runningImport(place.stores, [['other']]);
    const [waiting = ''] = (await writeChunk(place.stores, stopped.id, 0))?.retry ?? [];
    await place.accept();
    await place.stores.imports.change(stopped.id, AT, (process) => cancelled(process, AT));
    expect(await tryRow(waiting)).toBeNull();
  });
});
