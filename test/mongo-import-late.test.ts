// A worker stops at each of its calls, as under SIGSTOP, while others do all of its work and more; then it goes on.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Verdict, WaitingRow } from '../src/application/import/ports.ts';
import { completed, retrying } from '../src/domain/import-process.ts';
import { AT, judge, judgedLog, runningImport, writeChunk } from './support/chunk-verdicts.ts';
import { DriverFaults } from './support/driver-faults.ts';
import { describeOnMongo, type StorePlace } from './support/import-stores.ts';

const LIMITS = { trials: 3, now: AT };
/** The call of a release after the one that lets the import run again. */
const BEGUN = 4;

describeOnMongo('an import’s worker that wakes up late', (open) => {
  const faults = new DriverFaults();
  let place: StorePlace;
  beforeAll(async () => {
    place = await open({ wrap: (mongo) => faults.wrap(mongo) });
  });
  afterAll(() => place.close());

  const end = (id: string) => place.stores.imports.finish(id, AT, (process) => completed(process, AT));
  const lettersOf = async (importId: string) =>
    (await place.stores.deadLetters.list({ importId, first: 100, after: null })).items.map(({ node }) => node);
  const state = async (id: string) => [
    await place.stores.imports.find(id),
    await lettersOf(id),
    await place.stores.deadLetters.waiting(id, 100),
    await place.stores.chunks.uncommitted(id),
    await place.logs(),
  ];

  /** Lets `late` stop at each of its calls, from call `at` on, while `meanwhile` happens, and expects that it then changes nothing. */
  async function wakeEverywhere<T>(
    prepare: (name: string) => Promise<T>,
    late: (made: T) => Promise<unknown>,
    meanwhile: (made: T) => Promise<string>,
    at = 1,
  ): Promise<number> {
    for (; ; at += 1) {
      const made = await prepare(`${at}`);
      const { reached, resume } = faults.pauseAt(at);
      const running = late(made);
      await Promise.race([reached, running]);
      const { hasHappened } = faults;
      const stopped = `stopped at call ${at}, ${faults.calls[at - 1]}`;
      if (!hasHappened) {
        faults.heal();
        return at - 1;
      }
      const id = await meanwhile(made);
      const before = await state(id);
      resume();
      await running;
      expect(await state(id), stopped).toEqual(before);
    }
  }

  const rules =
    (name: string, clientName: string) =>
    ({ cells: [cell] }: WaitingRow): Verdict => {
      const verdict = judge({ cells: [String(cell).replace('*', name)] });
      return verdict.log ? { log: { ...verdict.log, clientName } } : verdict;
    };

  it('undoes nothing that others wrote, counted, retried or discarded meanwhile', async () => {
    const steps = await wakeEverywhere(
      async (name) => {
        // Some logs are there already, others are new: both ways of writing are on their way when it stops.
        const earlier = await runningImport(place.stores, [['*-A']]);
        await writeChunk(place.stores, earlier.id, 0, rules(name, 'earlier'));
        const { id } = await runningImport(place.stores, [['*-A', '!gone', '*-B', '!mended']]);
        return { id, name };
      },
      ({ id, name }) => writeChunk(place.stores, id, 0, rules(name, 'late')),
      async ({ id, name }) => {
        const { deadLetters, writer } = place.stores;
        await writeChunk(place.stores, id, 0, rules(name, 'in time'));
        await end(id);
        const dead = await lettersOf(id);
        // Unless the late one has ended its work, but for tidying up, before it stopped.
        if (dead.length === 2) {
          await deadLetters.discard(id, [dead[0]?.id ?? '']);
          const outcome = await deadLetters.release(id, null, AT, (process) => retrying(process, AT));
          expect(outcome.kind).toBe('released');
          const mended = () => ({ log: judgedLog(`${name}-mended`) });
          await writer.tryRows(id, { afterRow: 0, first: 10 }, mended, LIMITS);
          await end(id);
        }
        const later = await runningImport(place.stores, [['*-A', '*-B', '*-mended']]);
        await writeChunk(place.stores, later.id, 0, rules(name, 'later'));
        return id;
      },
    );
    expect(steps).toBeGreaterThan(8);
    const logs = await place.logs();
    const named = (clientName: string) => logs.filter((log) => log.clientName === clientName).length;
    expect(named('later')).toBe(3 * (steps + 1) - 3);
    expect(named('late') + named('in time') + named('earlier')).toBe(2);
  }, 120_000);

  it.each([
    'alone',
    'together',
  ])('does not decide a trial %s that was decided, nor bring a dead letter back', async (how) => {
    await place.refuse('cursed');
    const steps = await wakeEverywhere(
      async () => {
        const { id } = await runningImport(place.stores, [['cursed', '!x']]);
        const [rowId = ''] = (await writeChunk(place.stores, id, 0))?.retry ?? [];
        return { id, rowId };
      },
      ({ id, rowId }) =>
        how === 'alone'
          ? place.stores.writer.tryRow(rowId, judge, LIMITS)
          : place.stores.writer.tryRows(id, { afterRow: 0, first: 9 }, judge, LIMITS),
      async ({ id, rowId }) => {
        const { writer, deadLetters } = place.stores;
        for (let trial = 1; trial <= 3; trial += 1) await writer.tryRow(rowId, judge, LIMITS);
        await end(id);
        await deadLetters.discard(id, [rowId]);
        return id;
      },
    );
    expect(steps).toBeGreaterThan(3);
    await place.accept();
  }, 120_000);

  it('does not send letters again that were sent, tried and died again', async () => {
    const steps = await wakeEverywhere(
      async () => {
        const { id } = await runningImport(place.stores, [['!one', '!two', '!three']]);
        await writeChunk(place.stores, id, 0);
        await end(id);
        await place.stores.deadLetters.release(id, null, AT, (process) => retrying(process, AT));
        return id;
      },
      (id) => place.stores.writer.tryRows(id, { afterRow: 0, first: 2 }, judge, LIMITS),
      async (id) => {
        while (await place.stores.writer.tryRows(id, { afterRow: 0, first: 1 }, judge, LIMITS));
        await end(id);
        expect(await place.stores.imports.find(id)).toMatchObject({ status: 'COMPLETED_WITH_ERRORS', retriedRows: 3 });
        expect((await lettersOf(id)).map(({ attempts }) => attempts)).toEqual([2, 2, 2]);
        return id;
      },
    );
    expect(steps).toBeGreaterThan(3);
  }, 120_000);

  it('does not release letters that were released, tried and died again', async () => {
    const steps = await wakeEverywhere(
      async () => {
        const { id } = await runningImport(place.stores, [['!one', '!two']]);
        await writeChunk(place.stores, id, 0);
        await end(id);
        return id;
      },
      (id) => place.stores.deadLetters.release(id, null, AT, (process) => retrying(process, AT)),
      async (id) => {
        const { deadLetters, imports, writer } = place.stores;
        // It has begun the release; others send the letters, try them, and end the import, with one less to release.
        expect(await deadLetters.waiting(id, 100)).toBeNull();
        while (await writer.tryRows(id, { afterRow: 0, first: 1 }, judge, LIMITS));
        await end(id);
        expect(await imports.find(id)).toMatchObject({ status: 'COMPLETED_WITH_ERRORS', retriedRows: 2 });
        await deadLetters.discard(id, [(await lettersOf(id))[0]?.id ?? '']);
        return id;
      },
      // Before that it has done nothing, and may well begin a release of its own.
      BEGUN,
    );
    expect(steps).toBeGreaterThan(6);
  }, 120_000);

  it('does not end an import that runs again', async () => {
    const steps = await wakeEverywhere(
      async () => {
        const { id } = await runningImport(place.stores, [['!one', '!two']]);
        await writeChunk(place.stores, id, 0);
        return id;
      },
      (id) => place.stores.imports.finish(id, AT, (process) => completed(process, AT)),
      async (id) => {
        await end(id);
        await place.stores.deadLetters.release(id, null, AT, (process) => retrying(process, AT));
        return id;
      },
    );
    expect(steps).toBeGreaterThan(5);
  }, 120_000);
});
