import { expect, it } from 'vitest';
import { rowJudge } from '../src/application/import/judge-row.ts';
import { mapColumns } from '../src/domain/import-columns.ts';
import type { CellValue } from '../src/domain/sheet-row.ts';
import { policyFor } from './support/clocks.ts';
import { goodRow, HEADERS } from './support/import-pipeline.ts';

/** Mondays to Fridays from nine to five, in UTC. */
const calendar = {
  timeZone: 'UTC',
  intervals: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, start: '09:00', end: '17:00' })),
  holidays: [],
};

/** Whether a VIP's row, resolved so late on a Monday after a Friday afternoon, is judged to have broken its promise. */
function isBreached(resolvedAt: string, policy: Parameters<typeof policyFor>[1]): boolean | undefined {
  const cells = goodRow('A', { 4: '2026-03-06T16:00:00Z', 5: resolvedAt }) as CellValue[];
  const rules = { fields: mapColumns(HEADERS).fields, dryRun: false };
  const judge = rowJudge(rules, [policyFor('VIP', policy), policyFor('NORMAL')]);
  const verdict = judge({ rowNumber: 2, cells, duplicateOf: null });
  return verdict.log?.breached;
}

it('an imported row is measured by the policy in force: round the clock, or in the working time of its calendar', () => {
  expect(isBreached('2026-03-06T18:00:00Z', {})).toBe(false);
  expect(isBreached('2026-03-06T18:00:00.001Z', {})).toBe(true);
  expect(isBreached('2026-03-09T10:00:00Z', { calendar })).toBe(false);
  expect(isBreached('2026-03-09T10:00:00.001Z', { calendar })).toBe(true);
});

it('a row with more cells than the header row is dead, with every other reason too', () => {
  const judge = rowJudge({ fields: mapColumns(HEADERS).fields, dryRun: false }, []);
  const surplus = 'The row has 8 cells but the header row 7; a cell with a separator in it must be in quotes.';
  const good = [...goodRow('A'), 'x'] as CellValue[];
  expect(judge({ rowNumber: 2, cells: good, duplicateOf: null })).toEqual({ reasons: [surplus] });
  const bad = [...goodRow('A', { 2: 'gold' }), 'x'] as CellValue[];
  expect(judge({ rowNumber: 3, cells: bad, duplicateOf: 2 })).toEqual({
    reasons: [
      'externalId repeats that of row 2; the earliest row of a file wins.',
      surplus,
      expect.stringContaining('clientType is "gold"'),
    ],
  });
});
