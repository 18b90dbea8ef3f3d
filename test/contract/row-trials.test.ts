import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeadLetter, Verdict } from '../../src/application/import/ports.ts';
import { cancelled, completed, resumed, retrying, started } from '../../src/domain/import-process.ts';
import { AT, judge, judgedLog, runningImport, writeChunk } from '../support/chunk-verdicts.ts';
import { describeOnEachStore, type StorePlace } from '../support/import-stores.ts';
import { Dice } from '../support/simulation-random.ts';
import { replayable, seeds } from '../support/soak.ts';

const LIMITS = { trials: 3, now: AT };
const ROWS = 24;

describeOnEachStore('trials of rows', (open) => {
  let place: StorePlace;
  beforeAll(async () => {
    place = await open();
    await place.refuse('cursed');
  });
  afterAll(() => place.close());

  const waiting = async (id: string) => [...((await place.stores.deadLetters.waiting(id, 100)) ?? [])].sort();
  const lettersOf = async (importId: string) =>
    (await place.stores.deadLetters.list({ importId, first: 100, after: null })).items.map(({ node }) => node);
  const end = (id: string) => place.stores.imports.finish(id, AT, (process) => completed(process, AT));
  const release = (id: string, ids: readonly string[] | null) =>
    place.stores.deadLetters.release(id, ids, AT, (process) => retrying(process, AT));
  const tryPages = async (id: string, first: number, rules: (row: DeadLetter) => Verdict) => {
    const { writer } = place.stores;
    let sums = { stored: 0, dead: 0 };
    for (let afterRow = 0; ; ) {
      const tried = await writer.tryRows(id, { afterRow, first }, rules, LIMITS);
      if (!tried) return sums;
      expect(tried.lastRow).toBeGreaterThan(afterRow);
      afterRow = tried.lastRow;
      sums = { stored: sums.stored + tried.stored, dead: sums.dead + tried.dead };
    }
  };
  /** All that is to be seen of an import, without what tells it from another of the same rows. */
  const state = async (id: string) => {
    await place.stores.imports.logProgress(id, new Date(AT.getTime() + 3_600_000), 0);
    const { status, succeededRows, failedRows, retriedRows } = (await place.stores.imports.find(id)) ?? {};
    const letters = (await lettersOf(id)).map(({ rowNumber, cells, reasons, attempts, failedAt }) => ({
      ...{ rowNumber, cells, reasons, attempts, failedAt },
    }));
    const logs = (await place.logs()).filter((log) => log.importId === id);
    return {
      ...{ status, succeededRows, failedRows, retriedRows },
      waiting: (await waiting(id)).length,
      letters: letters.sort((a, b) => a.rowNumber - b.rowNumber),
      logs: logs.map(({ externalId, rowNumber }) => [externalId.replace(id, ''), rowNumber]),
    };
  };
  const cellsOf = (dice: Dice) => Array.from({ length: ROWS }, () => dice.pick(['!bad', 'cursed', 'cursed', 'cursed']));
  /** What becomes of each row in one round; of two imports the same. */
  const rulesOf = (dice: Dice) => {
    const fates = Array.from({ length: ROWS + 2 }, () =>
      dice.pick(['good', 'cursed', 'bad', 'stored nowhere'] as const),
    );
    return ({ rowNumber, importId }: DeadLetter): Verdict => {
      const fate = fates[rowNumber];
      if (fate === 'bad') return { reasons: [`bad in row ${rowNumber}`, 'Ünïcode "quoted" \\ back'] };
      if (fate === 'stored nowhere') return { log: null };
      return { log: judgedLog(fate === 'cursed' ? fate : `${importId}-${rowNumber}`) };
    };
  };

  it.each(seeds(3, 100))(
    'together have the outcome of trials one by one (seed %i)',
    (seed) =>
      replayable(seed, async () => {
        const dice = new Dice(seed);
        const cells = [cellsOf(dice)];
        const alone = (await runningImport(place.stores, cells)).id;
        const together = (await runningImport(place.stores, cells)).id;
        await writeChunk(place.stores, alone, 0);
        await writeChunk(place.stores, together, 0);
        const round = async () => {
          const rules = rulesOf(dice);
          const sums = { stored: 0, dead: 0 };
          for (const rowId of await waiting(alone)) {
            const tried = await place.stores.writer.tryRow(rowId, rules, LIMITS);
            if (tried?.outcome === 'stored' || tried?.outcome === 'dead') sums[tried.outcome] += 1;
          }
          expect(await tryPages(together, dice.within(1, 9), rules)).toEqual(sums);
          expect(await state(together)).toEqual(await state(alone));
        };
        for (let trial = 1; trial <= LIMITS.trials; trial += 1) await round();
        expect(await waiting(alone)).toEqual([]);
        for (const all of [false, true]) {
          for (const id of [alone, together]) {
            await end(id);
            const ids = (await lettersOf(id)).map((letter) => letter.id);
            if (ids.length > 0) await release(id, all && id === together ? null : ids);
          }
          await round();
        }
      }),
    120_000,
  );

  it('decide about each row once, however many try it at a time, and leave none behind', async () => {
    for (const all of [false, true]) {
      const cells = Array.from({ length: 40 }, (_, row) => (row % 4 === 0 ? '!bad' : `!mended-${row}`));
      const { id } = await runningImport(place.stores, [cells]);
      await writeChunk(place.stores, id, 0);
      await end(id);
      const ids = (await lettersOf(id)).map((letter) => letter.id);
      await release(id, all ? null : ids);
      const rules = (row: DeadLetter): Verdict => {
        const verdict = judge(row);
        return verdict.reasons?.[0] === 'bad' ? verdict : { log: judgedLog(`${id}-${row.rowNumber}`) };
      };
      const { writer } = place.stores;
      const alone = ids.slice(5, 25).map((rowId) => writer.tryRow(rowId, rules, LIMITS));
      const sums = await Promise.all([4, 7, 9].map((first) => tryPages(id, first, rules)));
      const stored = (await Promise.all(alone)).filter((tried) => tried?.outcome === 'stored').length;
      const rest = await tryPages(id, 50, rules);
      expect([...sums, rest].reduce((sum, each) => sum + each.stored, stored)).toBe(30);
      expect(await end(id)).toBe(true);
      const { logs, letters, ...process } = await state(id);
      expect(process).toMatchObject({ succeededRows: 30, failedRows: 10, retriedRows: 40, waiting: 0 });
      expect([logs.length, letters.length]).toEqual([30, 10]);
      expect(letters.every(({ attempts }) => attempts === 2)).toBe(true);
    }
  });

  it('are not made while the import does not run, and go on with it where they stopped', async () => {
    const { imports, writer } = place.stores;
    const { id } = await runningImport(place.stores, [['!a', '!b', '!c']]);
    await writeChunk(place.stores, id, 0);
    await end(id);
    await release(id, null);
    await writer.tryRows(id, { afterRow: 0, first: 1 }, judge, LIMITS);
    await imports.change(id, AT, (process) => cancelled(process, AT));
    expect(await writer.tryRows(id, { afterRow: 0, first: 9 }, judge, LIMITS)).toBeNull();
    expect((await lettersOf(id)).map(({ attempts }) => attempts)).toEqual([2]);
    await imports.change(id, AT, (process) => resumed(process, AT));
    await imports.change(id, AT, (process) => started(process, AT));
    expect(await tryPages(id, 9, judge)).toEqual({ stored: 0, dead: 0 });
    expect((await lettersOf(id)).map(({ attempts }) => attempts)).toEqual([2, 2, 2]);
    expect(await end(id)).toBe(true);
    for (const unknown of [id.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')), 'nonsense']) {
      expect(await writer.tryRows(unknown, { afterRow: 0, first: 9 }, judge, LIMITS)).toBeNull();
    }
  });

  it('are made of few large rows at a time', async () => {
    const large = `!${'x'.repeat(3_000_000)}`;
    const { id } = await runningImport(place.stores, [[large, large, large]]);
    await writeChunk(place.stores, id, 0, () => ({ reasons: ['too large'] }));
    await end(id);
    await release(id, null);
    const rules = () => ({ reasons: ['too large'] });
    const first = await place.stores.writer.tryRows(id, { afterRow: 0, first: 100 }, rules, LIMITS);
    expect(first).toMatchObject({ lastRow: 3 });
    expect(await tryPages(id, 100, rules)).toEqual({ stored: 0, dead: 0 });
    expect(await end(id)).toBe(true);
  });
});
