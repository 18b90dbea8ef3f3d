import { describe, expect, it } from 'vitest';
import { createDesk } from './support/desk.ts';
import { liveRandomly } from './support/random-history.ts';
import { replayable, seeds } from './support/soak.ts';

describe('lives of tickets, however random', () => {
  it.each(seeds(6, 200))('are told by the log as by the rows (seed %i)', (seed) =>
    replayable(seed, async () => {
      await using desk = await createDesk();
      await liveRandomly(desk, seed, 300);
      const { audited, skipped, mismatches } = await desk.auditAll();
      expect(mismatches).toEqual([]);
      const { rows } = await desk.db.pool.query('SELECT count(*)::int AS tickets FROM tickets');
      expect({ audited, skipped }).toEqual({ audited: rows[0].tickets, skipped: 0 });
    }));

  it.each(seeds(2, 20))('are told so at every moment while several people work at once (seed %i)', (seed) =>
    replayable(seed, async () => {
      await using desk = await createDesk();
      await desk.connectAll();
      let working = 3;
      const work = [1, 2, 3].map((person) =>
        liveRandomly(desk, seed * 10 + person, 100).finally(() => {
          working -= 1;
        }),
      );
      let audits = 0;
      while (working > 0) {
        // Time moves on while others are about to record what it did.
        const { mismatches } = await desk.auditAll({ watchedUntil: null });
        expect(mismatches).toEqual([]);
        audits += 1;
      }
      await Promise.all(work);
      expect(audits).toBeGreaterThan(3);
      expect((await desk.auditAll()).mismatches).toEqual([]);
    }));
});
