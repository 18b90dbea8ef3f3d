// Several workers do the work of two imports of the same tickets, dying at random calls, until all of it is done.
import { expect, it } from 'vitest';
import type { ImportStores } from '../src/application/import/ports.ts';
import { completed, retrying } from '../src/domain/import-process.ts';
import { AT, judge, runningImport, writeChunk } from './support/chunk-verdicts.ts';
import { DriverFaults } from './support/driver-faults.ts';
import { describeOnMongo, type StorePlace } from './support/import-stores.ts';
import { countLedger, ledgerOf, nothingLost } from './support/ledger.ts';
import { Dice } from './support/simulation-random.ts';
import { replayable, seeds } from './support/soak.ts';

const WORKERS = 4;
const LIMITS = { trials: 3, now: AT };
/** Every third row breaks a rule; the rows of both imports are about the same tickets. */
const CHUNKS = Array.from({ length: 6 }, (_, chunk) =>
  Array.from({ length: 6 }, (_, row) => (row % 3 === 1 ? `!${chunk}-${row}` : `T-${chunk}-${row}`)),
);
const GOOD = CHUNKS.flat().filter((cell) => !cell.startsWith('!'));
const BAD = CHUNKS.flat().length - GOOD.length;

describeOnMongo('an import by workers that die all the time', (open) => {
  it.each(seeds(3, 60))('comes out exactly right (seed %i)', (seed) => replayable(seed, () => round(seed)), 120_000);

  async function round(seed: number): Promise<void> {
    const place = await open();
    try {
      const { stores } = place;
      const dice = new Dice(seed);
      const first = await runningImport(stores, CHUNKS);
      const second = await runningImport(stores, CHUNKS);
      const ids = [first.id, second.id];
      await place.refuse('T-3-0');
      await workOn(place, ids, dice);
      for (const id of ids) {
        const outcome = await stores.deadLetters.release(id, null, AT, (process) => retrying(process, AT));
        expect(outcome.kind).toBe('released');
      }
      await workOn(place, ids, dice);
      await expectRight(place, ids);
    } finally {
      await place.close();
    }
  }

  /** Lets the workers work until both imports have ended; half-way the store takes every row again. */
  async function workOn(place: StorePlace, ids: readonly string[], dice: Dice): Promise<void> {
    let steps = 0;
    const isOver = async () => {
      const found = await Promise.all(ids.map((id) => place.stores.imports.find(id)));
      return found.every((process) => process?.status === 'COMPLETED_WITH_ERRORS');
    };
    // Later than that the row may have died of its refusals, and is retried.
    const accepting = dice.within(10, 60);
    const worker = async () => {
      const faults = new DriverFaults();
      const stores = place.beside((mongo) => faults.wrap(mongo));
      while (!(await isOver())) {
        steps += 1;
        if (steps === accepting) await place.accept();
        if (dice.chance(0.6)) faults.crashAt(dice.within(1, 14), dice.pick(['before', 'after']));
        await step(stores, dice.any(ids) ?? '', dice).catch(() => undefined);
        faults.heal();
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, worker));
    await place.accept();
    await place.stores.imports.openIds();
  }

  async function step(stores: ImportStores, id: string, dice: Dice): Promise<unknown> {
    switch (dice.weighted({ chunk: 6, row: 4, end: 3, round: 1 })) {
      case 'chunk': {
        const seq = dice.any(await stores.chunks.uncommitted(id));
        return seq === undefined ? null : writeChunk(stores, id, seq);
      }
      case 'row': {
        const waiting = await stores.deadLetters.waiting(id, 100);
        const rowId = dice.any(waiting ?? []);
        if (rowId !== undefined && dice.chance(0.5)) return stores.writer.tryRow(rowId, judge, LIMITS);
        return stores.writer.tryRows(id, { afterRow: 0, first: dice.within(1, 8) }, judge, LIMITS);
      }
      case 'end':
        return stores.imports.finish(id, AT, (process) => completed(process, AT));
      default:
        return stores.imports.openIds();
    }
  }

  async function expectRight(place: StorePlace, ids: readonly string[]): Promise<void> {
    const logs = await place.logs();
    const dead: string[] = [];
    for (const id of ids) {
      const process = await place.stores.imports.find(id);
      const letters = await place.stores.deadLetters.list({ importId: id, first: 100, after: null });
      const bad = letters.items.filter(({ node }) => String(node.cells[0]).startsWith('!'));
      dead.push(...bad.map(({ node }) => `${id} ${node.cells[0]}`));
      // A row may have died of the store's refusals before the store took it again; then it was retried.
      expect(letters.items.length).toBe(bad.length);
      expect(bad).toHaveLength(BAD);
      expect(bad.every(({ node }) => node.attempts === 2)).toBe(true);
      expect(process).toMatchObject({ totalRows: GOOD.length + BAD, succeededRows: GOOD.length, failedRows: BAD });
      expect(await place.stores.chunks.uncommitted(id)).toEqual([]);
      const events = await place.db.pool.query<{ from: string; to: string }>(
        `SELECT "from", "to" FROM event_log WHERE subject_id = $1 AND "from" IS NOT NULL ORDER BY position`,
        [id],
      );
      expect(events.rows.map(({ from, to }) => `${from} ${to}`)).toEqual([
        'QUEUED RUNNING',
        'RUNNING COMPLETED_WITH_ERRORS',
        'COMPLETED_WITH_ERRORS RUNNING',
        'RUNNING COMPLETED_WITH_ERRORS',
      ]);
    }
    expect(logs.map(({ externalId }) => externalId)).toEqual([...GOOD].sort());
    const badCells = CHUNKS.flat().filter((cell) => cell.startsWith('!'));
    const ledger = ledgerOf(
      [...GOOD, ...ids.flatMap((id) => badCells.map((cell) => `${id} ${cell}`))],
      [...logs.map(({ externalId }) => String(externalId)), ...dead],
    );
    expect(ledger).toEqual(nothingLost(ledger));
    countLedger('workers that die at random calls, tickets and dead letters of two imports', ledger);
    // The later upload's versions stand, whoever wrote last.
    expect(new Set(logs.map(({ importId }) => importId))).toEqual(new Set([ids[1]]));
  }
});
