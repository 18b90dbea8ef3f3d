import { describe, expect, it } from 'vitest';
import { createDesk } from './support/desk.ts';
import { liveRandomly } from './support/random-history.ts';
import { replayable, seeds } from './support/soak.ts';

describe('lives of tickets, however random', () => {
  it.each(seeds(12, 200))('are told by the log as by the rows (seed %i)', (seed) =>
    replayable(seed, async () => {
      await using desk = await createDesk();
      await liveRandomly(desk, seed, 300);
      const { audited, skipped, mismatches } = await desk.auditAll();
      expect(mismatches).toEqual([]);
      const { rows } = await desk.db.pool.query('SELECT count(*)::int AS tickets FROM tickets');
      expect({ audited, skipped }).toEqual({ audited: rows[0].tickets, skipped: 0 });
    }));
});
