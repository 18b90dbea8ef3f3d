import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addMonths, dayOf, startOfDay, weekName, weekStart } from '../src/domain/report/calendar.ts';
import { checkRange, cover } from '../src/domain/report/cover.ts';
import {
  mergeSketches,
  quantile,
  SKETCH_BOUNDS,
  type Sketch,
  sketchIndex,
  sketchOf,
  sketchValue,
} from '../src/domain/report/sketch.ts';
import { nearestRank } from './support/naive-reports.ts';

function sketched(durations: readonly number[]): Sketch {
  return sketchOf(durations.map((ms) => [sketchIndex(ms), 1]));
}

const duration = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 86_400_000 }),
  fc.integer({ min: 0, max: 9_000_000_000_000 }),
  fc.nat({ max: SKETCH_BOUNDS.length - 1 }).map((index) => SKETCH_BOUNDS[index] ?? 0),
);

describe('a sketch of durations', () => {
  it('puts every duration into the one bucket whose value is within 1 % of it', () => {
    fc.assert(
      fc.property(duration, (ms) => {
        const index = sketchIndex(ms);
        expect(SKETCH_BOUNDS[index - 1]).toBeLessThanOrEqual(ms);
        expect(SKETCH_BOUNDS[index] ?? Number.POSITIVE_INFINITY).toBeGreaterThan(ms);
        expect(Math.abs(sketchValue(index) - ms)).toBeLessThanOrEqual(0.01 * ms);
      }),
      { numRuns: 5_000 },
    );
  });

  it('gives quantiles within 1 % of the exact nearest-rank ones, however it was merged', () => {
    fc.assert(
      fc.property(
        fc.array(duration, { minLength: 1, maxLength: 300 }),
        fc.nat(300),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (all, cut, q) => {
          const sketch = mergeSketches([sketched(all.slice(0, cut)), sketched(all.slice(cut))]);
          expect(sketch).toEqual(sketched(all));
          const exact = nearestRank(
            [...all].sort((a, b) => a - b),
            q,
          );
          expect(Math.abs(quantile(sketch, q) - exact)).toBeLessThanOrEqual(0.01 * exact);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('adds up counts of any size, in whatever order they come, in a few bytes', () => {
    const index = fc.integer({ min: 1, max: SKETCH_BOUNDS.length });
    const counts = fc.array(fc.tuple(index, fc.integer({ min: 1, max: 2_000_000_000 })), { maxLength: 50 });
    fc.assert(
      fc.property(counts, counts, (some, others) => {
        const merged = mergeSketches([sketchOf(some), sketchOf(others)]);
        expect(merged).toEqual(sketchOf([...others, ...some].reverse()));
        const last = Math.max(0, ...[...some, ...others].map(([place]) => place));
        expect(quantile(merged, 1)).toBe(last === 0 ? 0 : sketchValue(last));
      }),
    );
    expect([
      ...sketchOf([
        [2, 300],
        [1, 5],
        [2, 1],
      ]),
    ]).toEqual([1, 5, 1, 0b1010_1101, 0b10]);
    expect(sketchOf(Array.from({ length: 400 }, (_, place) => [700 + place, 100])).length).toBeLessThan(810);
  });

  it('says 0 when it holds nothing', () => {
    expect(quantile(sketchOf([]), 0.5)).toBe(0);
  });
});

describe('the calendar', () => {
  it.each([
    ['2026-11-23', '2026-W48'],
    ['2027-01-03', '2026-W53'],
    ['2027-01-04', '2027-W01'],
    ['2024-12-30', '2025-W01'],
    ['2021-01-01', '2020-W53'],
    ['2018-01-01', '2018-W01'],
  ])('puts %s into the ISO week %s', (day, week) => {
    expect(weekName(weekStart(day))).toBe(week);
  });

  it('steps over year ends', () => {
    expect(addMonths('2026-11-23', 2)).toBe('2027-01-01');
    expect(addMonths('2026-01-31', -1)).toBe('2025-12-01');
  });
});

describe('the cover of a range', () => {
  const from = new Date('2022-01-01T00:00:00Z').getTime();
  const to = new Date('2027-01-01T00:00:00Z').getTime();
  const instant = fc.oneof(
    fc.integer({ min: from, max: to }),
    fc.integer({ min: from / 86_400_000, max: to / 86_400_000 }).map((day) => day * 86_400_000),
    fc.integer({ min: 0, max: 60 }).map((month) => Date.UTC(2022, month, 1)),
  );
  const longest = fc.constantFrom('DAY' as const, 'MONTH' as const, 'YEAR' as const);

  it('is the range: nothing twice, nothing left out, and only a few pieces', () => {
    fc.assert(
      fc.property(instant, instant, longest, (a, b, span) => {
        fc.pre(a !== b);
        const range = { from: new Date(Math.min(a, b)), to: new Date(Math.max(a, b)) };
        const { runs, edges } = cover(range, span);
        expect(runs.length).toBeLessThanOrEqual(5);
        expect(edges.length).toBeLessThanOrEqual(2);
        const pieces = [
          ...runs.map((run) => [startOfDay(run.from ?? '').getTime(), startOfDay(run.to ?? '').getTime()] as const),
          ...edges.map((edge) => [edge.from.getTime(), edge.to.getTime()] as const),
        ].sort(([x], [y]) => x - y);
        let end = range.from.getTime();
        for (const [start, stop] of pieces) {
          expect(start).toBe(end);
          expect(stop).toBeGreaterThan(start);
          end = stop;
        }
        expect(end).toBe(range.to.getTime());
        for (const run of runs.filter((piece) => piece.span !== 'DAY')) {
          expect(run.from).toMatch(run.span === 'YEAR' ? /-01-01$/ : /-01$/);
          expect(run.to).toMatch(run.span === 'YEAR' ? /-01-01$/ : /-01$/);
        }
        for (const edge of edges) expect(dayOf(edge.from)).toBe(dayOf(new Date(edge.to.getTime() - 1)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads only years when there are no bounds', () => {
    expect(cover({ from: null, to: null })).toEqual({ runs: [{ span: 'YEAR', from: null, to: null }], edges: [] });
  });

  it('takes bounds beyond every calendar for no more than they mean', () => {
    const far = { from: new Date('9999-06-01T01:00:00Z'), to: new Date('9999-12-31T23:59:59.999Z') };
    expect(cover(checkRange(far))).toEqual({ runs: [], edges: [] });
    const { from } = checkRange({ from: new Date(-8.64e15), to: null });
    expect(from).toEqual(new Date('0001-01-01T00:00:00Z'));
  });

  it('is refused, naming the field, when it ends before it begins', () => {
    const range = { from: new Date('2026-01-02T00:00:00Z'), to: new Date('2026-01-02T00:00:00Z') };
    expect(() => checkRange(range)).toThrowError(
      expect.objectContaining({
        code: 'VALIDATION_FAILED',
        details: { fields: [expect.objectContaining({ path: 'from' })] },
      }),
    );
  });
});
