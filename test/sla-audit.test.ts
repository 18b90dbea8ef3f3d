import { describe, expect, it } from 'vitest';
import { createDesk } from './support/desk.ts';
import { openRandomWork, workRandomly } from './support/random-history.ts';
import { replayable, seeds } from './support/soak.ts';

describe('lives of tickets, however random', () => {
  it.each(seeds(4, 200))('are told by the log as by the rows (seed %i)', (seed) =>
    replayable(seed, async () => {
      await using desk = await createDesk();
      await workRandomly(desk, seed, 300);
      const { audited, skipped, mismatches } = await desk.auditAll();
      expect(mismatches).toEqual([]);
      const { rows } = await desk.db.pool.query('SELECT count(*)::int AS tickets FROM tickets');
      expect({ audited, skipped }).toEqual({ audited: rows[0].tickets, skipped: 0 });
    }));

  it.each(seeds(2, 20))('are told so while four people work at the same time (seed %i)', (seed) =>
    replayable(seed, async () => {
      await using desk = await createDesk();
      await desk.connectAll();
      const work = await openRandomWork(desk, seed);
      for (let round = 0; round < 60; round += 1) {
        work.pass();
        const audit = desk.auditAll({ watchedUntil: null });
        await Promise.all([work.act(), work.act(), audit, work.act(), work.act()]);
        expect((await audit).mismatches).toEqual([]);
      }
      await desk.jobs.detectBreaches();
      expect((await desk.auditAll()).mismatches).toEqual([]);
    }));
});
