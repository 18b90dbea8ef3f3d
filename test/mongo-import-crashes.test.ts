// Every step of the import's stores on MongoDB is cut off once before and once after its call, and then done again.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Verdict, WaitingRow } from '../src/application/import/ports.ts';
import { cancelled, completed, failed, retrying, started } from '../src/domain/import-process.ts';
import { AT, judge, judgedLog, runningImport, writeChunk } from './support/chunk-verdicts.ts';
import { DriverFaults } from './support/driver-faults.ts';
import { describeOnMongo, newImport, type StorePlace } from './support/import-stores.ts';

const LIMITS = { trials: 3, now: AT };
/** Earlier versions of logs lie on these days, which the new ones leave. */
const OLD = { createdAt: new Date('2024-02-29T00:00:00Z'), resolvedAt: new Date('2024-03-01T00:00:00Z') };
const OLD_DAYS = ['2024-02-29', '2024-03-01'];
const NEW_DAYS = ['2026-03-05', '2026-03-06'];

describeOnMongo('an import whose worker dies', (open) => {
  const faults = new DriverFaults();
  let place: StorePlace;
  beforeAll(async () => {
    place = await open({ wrap: (mongo) => faults.wrap(mongo) });
    await place.refuse('cursed');
  });
  afterAll(() => place.close());

  /** Lets `run` die at each of its calls, one after the other, each time on what `prepare` made; `check` is asked after each death. */
  async function dieEverywhere<T>(
    prepare: (name: string) => Promise<T>,
    run: (made: T) => Promise<unknown>,
    check: (made: T, died: string) => Promise<void>,
  ): Promise<number> {
    for (let at = 1; ; at += 1) {
      for (const when of ['before', 'after'] as const) {
        const made = await prepare(`${at}-${when}`);
        faults.crashAt(at, when);
        const error = await run(made).then(
          () => null,
          (reason: unknown) => reason,
        );
        const died = `${when} call ${at}, ${faults.calls[at - 1]}: ${error}`;
        const { hasHappened } = faults;
        faults.heal();
        if (!hasHappened) return at - 1;
        await check(made, died);
      }
    }
  }

  const counts = async (id: string) => {
    await place.stores.imports.logProgress(id, new Date(), 0);
    const found = await place.stores.imports.find(id);
    return [found?.succeededRows, found?.failedRows, found?.retriedRows];
  };
  const lettersOf = async (importId: string) =>
    (await place.stores.deadLetters.list({ importId, first: 100, after: null })).items.map(({ node }) => node);
  const eventsOf = async (id: string) =>
    (
      await place.db.pool.query<{ from: string | null; to: string }>(
        `SELECT "from", "to" FROM event_log WHERE subject_id = $1 AND "from" IS NOT NULL ORDER BY position`,
        [id],
      )
    ).rows.map(({ from, to }) => `${from} ${to}`);
  const logsOf = async (importId: string) => (await place.logs()).filter((log) => log.importId === importId);

  it('in the midst of a chunk is as if it had not begun or had ended, and the next one completes it', async () => {
    const rules =
      (name: string) =>
      ({ cells: [cell] }: WaitingRow): Verdict =>
        cell === 'cursed' ? { log: judgedLog('cursed') } : judge({ cells: [String(cell).replace('*', name)] });
    const steps = await dieEverywhere(
      async (name) => {
        const earlier = await runningImport(place.stores, [[`${name}-A`, `${name}-B`]]);
        const early = ({ cells: [cell] }: WaitingRow): Verdict => ({ log: judgedLog(String(cell), OLD) });
        await writeChunk(place.stores, earlier.id, 0, early);
        await place.clearDays();
        const { id } = await runningImport(place.stores, [['*-A', '!bad', '*-B', 'cursed', '*-C'], ['*-D']]);
        return { id, name };
      },
      ({ id, name }) => writeChunk(place.stores, id, 0, rules(name)),
      async ({ id, name }, died) => {
        const before = await counts(id);
        expect(
          [
            [0, 0, 0],
            [3, 1, 1],
          ],
          died,
        ).toContainEqual(before);
        const isCommitted = before[0] === 3;
        // The reports are recomputed in between: what they have seen is not marked any more.
        const marked = await place.days();
        await place.clearDays();
        const again = await writeChunk(place.stores, id, 0, rules(name));
        expect(again === null, died).toBe(isCommitted);
        expect(isCommitted ? marked : await place.days(), died).toEqual(
          expect.arrayContaining([...OLD_DAYS, ...NEW_DAYS]),
        );
        expect(await counts(id), died).toEqual([3, 1, 1]);
        const logs = await logsOf(id);
        expect(
          logs.map(({ externalId, rowNumber }) => [externalId, rowNumber]),
          died,
        ).toEqual([
          [`${name}-A`, 2],
          [`${name}-B`, 4],
          [`${name}-C`, 6],
        ]);
        expect(logs.every(({ createdAt }) => createdAt.getTime() > OLD.createdAt.getTime())).toBe(true);
        expect(
          (await lettersOf(id)).map(({ rowNumber, reasons }) => [rowNumber, reasons]),
          died,
        ).toEqual([[3, ['bad']]]);
        expect(await place.stores.deadLetters.waiting(id, 10), died).toHaveLength(1);
        expect(await place.stores.chunks.uncommitted(id), died).toEqual([1]);
      },
    );
    expect(steps).toBeGreaterThan(8);
  }, 120_000);

  it.each([
    'alone',
    'together',
  ])('in the midst of a trial of rows %s is as if it had not begun or had ended, and the next one completes it', async (how) => {
    const tryIt = async ({ id, rowId, name }: { id: string; rowId: string; name: string }) => {
      const { writer } = place.stores;
      const rules = () => ({ log: judgedLog(`${name}-tried`) });
      if (how === 'alone') return (await writer.tryRow(rowId, rules, LIMITS))?.outcome;
      const tried = await writer.tryRows(id, { afterRow: 0, first: 5 }, rules, LIMITS);
      return tried?.stored === 1 ? 'stored' : undefined;
    };
    const steps = await dieEverywhere(
      async (at) => {
        const name = `${how}-${at}`;
        const earlier = await runningImport(place.stores, [[`${name}-tried`]]);
        await writeChunk(place.stores, earlier.id, 0, () => ({ log: judgedLog(`${name}-tried`, OLD) }));
        const { id } = await runningImport(place.stores, [['cursed', 'x']]);
        const [rowId = ''] =
          (await writeChunk(place.stores, id, 0, ({ cells: [cell] }) => ({ log: judgedLog(String(cell)) })))?.retry ??
          [];
        await place.clearDays();
        return { id, rowId, name };
      },
      tryIt,
      async ({ id, rowId, name }, died) => {
        const before = await counts(id);
        expect(
          [
            [1, 0, 1],
            [2, 0, 1],
          ],
          died,
        ).toContainEqual(before);
        const isDone = before[0] === 2;
        const marked = await place.days();
        await place.clearDays();
        expect(await tryIt({ id, rowId, name }), died).toBe(isDone ? undefined : 'stored');
        expect(isDone ? marked : await place.days(), died).toEqual(expect.arrayContaining([...OLD_DAYS, ...NEW_DAYS]));
        expect(await counts(id), died).toEqual([2, 0, 1]);
        const end = await place.stores.imports.finish(id, AT, (process) => completed(process, AT));
        expect([end, (await place.stores.imports.find(id))?.status], died).toEqual([true, 'COMPLETED']);
        expect((await logsOf(id)).map(({ externalId }) => externalId)).toContain(`${name}-tried`);
      },
    );
    expect(steps).toBeGreaterThan(5);
  }, 120_000);

  it('in the midst of a release has released all of the letters or none, counted once, and told of it once', async () => {
    const steps = await dieEverywhere(
      async () => {
        const { id } = await runningImport(place.stores, [['!one', '!two', '!three']]);
        await writeChunk(place.stores, id, 0);
        await place.stores.imports.finish(id, AT, (process) => completed(process, AT));
        const chosen = (await lettersOf(id)).slice(0, 2).map((letter) => letter.id);
        return { id, chosen };
      },
      ({ id, chosen }) => place.stores.deadLetters.release(id, chosen, AT, (process) => retrying(process, AT)),
      async ({ id, chosen }, died) => {
        const isReleased = (await place.stores.imports.find(id))?.status === 'RUNNING';
        // The import cannot end before its letters were sent and tried, whoever looks first.
        expect(await place.stores.imports.finish(id, AT, (process) => completed(process, AT)), died).toBe(false);
        const again = await place.stores.deadLetters.release(id, chosen, AT, (process) => retrying(process, AT));
        expect(again.kind, died).toBe(isReleased ? 'unknown' : 'released');
        expect([...((await place.stores.deadLetters.waiting(id, 10)) ?? [])].sort(), died).toEqual([...chosen].sort());
        expect(await counts(id), died).toEqual([0, 3, 2]);
        for (const rowId of chosen) await place.stores.writer.tryRow(rowId, judge, LIMITS);
        expect(await place.stores.imports.finish(id, AT, (process) => completed(process, AT)), died).toBe(true);
        await place.stores.imports.openIds();
        expect(await eventsOf(id), died).toEqual([
          'QUEUED RUNNING',
          'RUNNING COMPLETED_WITH_ERRORS',
          'COMPLETED_WITH_ERRORS RUNNING',
          'RUNNING COMPLETED_WITH_ERRORS',
        ]);
        expect((await lettersOf(id)).map(({ attempts }) => attempts).sort(), died).toEqual([1, 2, 2]);
      },
    );
    expect(steps).toBeGreaterThan(6);
  }, 120_000);

  it('at the end has ended it once, told of it once, and left no bytes behind', async () => {
    const steps = await dieEverywhere(
      async (name) => {
        const row = await runningImport(place.stores, [[`end-${name}`]]);
        await place.stores.uploads.save(row.uploadId, once(Buffer.from('bytes')), 10);
        await writeChunk(place.stores, row.id, 0);
        return row.id;
      },
      (id) => place.stores.imports.finish(id, AT, (process) => completed(process, AT)),
      async (id, died) => {
        await place.stores.imports.finish(id, AT, (process) => completed(process, AT));
        await place.stores.imports.openIds();
        expect((await place.stores.imports.find(id))?.status, died).toBe('COMPLETED');
        expect(await eventsOf(id), died).toEqual(['QUEUED RUNNING', 'RUNNING COMPLETED']);
        expect(await place.pieces(), died).toBe(0);
      },
    );
    expect(steps).toBeGreaterThan(6);
  }, 120_000);

  it('at the beginning has made one import of the bytes, whichever call it was', async () => {
    await dieEverywhere(
      async (name) => newImport({ filename: name }),
      (row) => place.stores.imports.create(row),
      async (row, died) => {
        const { process } = await place.stores.imports.create({ ...row, id: newImport().id });
        const again = await place.stores.imports.create({ ...row, id: newImport().id });
        expect(again, died).toMatchObject({ isNew: false, process: { id: process.id } });
        await place.stores.imports.change(process.id, AT, (found) => started(found, AT));
        await place.stores.imports.change(process.id, AT, (found) => failed(found, 'why', AT));
        expect((await place.stores.imports.create({ ...row, id: newImport().id })).isNew, died).toBe(true);
      },
    );
  });

  it('and whose import is cancelled then, has the days of what it wrote marked', async () => {
    const { id } = await runningImport(place.stores, [['cancelled-A', 'cancelled-B']]);
    await place.clearDays();
    faults.crashAt(7, 'after');
    await expect(writeChunk(place.stores, id, 0)).rejects.toThrow('died after ticket_logs.bulkWrite');
    faults.heal();
    expect(await logsOf(id)).toHaveLength(2);
    expect(await place.days()).toEqual([]);
    await place.stores.imports.change(id, AT, (process) => cancelled(process, AT));
    expect(await place.days()).toEqual(NEW_DAYS);
    expect(await counts(id)).toEqual([0, 0, 0]);
  });
});

async function* once(bytes: Buffer) {
  yield bytes;
}
