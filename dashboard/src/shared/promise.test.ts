import { describe, expect, it } from 'vitest';
import { durationWords, relativeWords } from './duration.ts';
import { type PromiseClock, promiseView } from './promise.ts';
import { ShortcutMatcher } from './shortcut-matcher.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
const clock = (parts: Partial<PromiseClock>): PromiseClock => ({
  state: 'RUNNING',
  dueAt: at(120),
  atRiskAt: at(90),
  breachedAt: null,
  metAt: null,
  remainingSeconds: 7_200,
  ...parts,
});

describe('a promise', () => {
  it.each([
    ['runs', clock({}), 'calm', '2 h left'],
    ['is at risk', clock({ dueAt: at(9), atRiskAt: at(-1) }), 'risk', '9 min 00 s left'],
    ['is due before anybody has noticed', clock({ dueAt: at(0) }), 'broken', 'due now'],
    ['is broken', clock({ state: 'BREACHED', dueAt: at(-5), breachedAt: at(-5) }), 'broken', 'broken 5 min 00 s ago'],
    ['waits for the client', clock({ state: 'PAUSED', dueAt: null, atRiskAt: null }), 'paused', 'paused, 2 h left'],
    ['is broken and waits', clock({ state: 'BREACHED', dueAt: null, breachedAt: at(-5) }), 'broken', 'broken, paused'],
    ['is kept', clock({ state: 'MET', metAt: at(-1) }), 'kept', 'kept'],
    ['is kept late', clock({ state: 'BREACHED', metAt: at(-1), breachedAt: at(-9) }), 'broken', 'resolved late'],
  ])('that %s says so', (_, view, tone, words) => {
    expect(promiseView(view, NOW)).toEqual({ tone, words });
  });
});

it.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [61_000, '1 min 01 s'],
  [600_000, '10 min'],
  [3_600_000, '1 h'],
  [11_100_000, '3 h 5 min'],
  [187_200_000, '2 d 4 h'],
  [28_234_800_000, '326 d'],
])('%d ms are "%s"', (milliseconds, words) => {
  expect(durationWords(milliseconds)).toBe(words);
  expect(durationWords(-milliseconds)).toBe(words);
});

it.each([
  [-10, 'just now'],
  [-60, '1 min ago'],
  [-5_400, '2 h ago'],
  [-172_800, '2 d ago'],
  [30, 'in a moment'],
  [600, 'in 10 min'],
])('%d s away is "%s"', (seconds, words) => {
  expect(relativeWords(NOW + seconds * 1_000, NOW)).toBe(words);
});

describe('shortcuts', () => {
  const shortcuts = [{ keys: 'g q' }, { keys: 'j' }, { keys: 'q' }];
  it('of two keys need both, one soon after the other', () => {
    const matcher = new ShortcutMatcher();
    expect(matcher.press({ key: 'g', at: 0 }, shortcuts)).toBeNull();
    expect(matcher.press({ key: 'q', at: 500 }, shortcuts)?.keys).toBe('g q');
    expect(matcher.press({ key: 'g', at: 1_000 }, shortcuts)).toBeNull();
    expect(matcher.press({ key: 'q', at: 9_000 }, shortcuts)?.keys).toBe('q');
    expect(matcher.press({ key: 'j', at: 9_100 }, shortcuts)?.keys).toBe('j');
  });
});
