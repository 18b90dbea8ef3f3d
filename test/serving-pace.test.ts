import { beforeEach, describe, expect, it } from 'vitest';
import { servingPace } from '../src/infrastructure/serving-pace.ts';

describe('work in the background', () => {
  let answered: number;
  let now: number;
  let atOnce: () => number;
  beforeEach(() => {
    answered = 1_000;
    now = 50_000;
    atOnce = servingPace(
      2,
      () => answered,
      () => now,
    );
  });

  /** So many operations in so many milliseconds. */
  const later = (operations: number, ms: number) => {
    answered += operations;
    now += ms;
    return atOnce();
  };

  it('is done at full pace while nobody, or only somebody who watches it, asks for anything', () => {
    expect([atOnce(), later(0, 600), later(10, 1_000), later(24, 1_000)]).toEqual([2, 2, 2, 2]);
  });

  it('is done one thing after the other while people are being served, and at full pace again afterwards', () => {
    expect([later(25, 1_000), later(400, 600), later(2, 600)]).toEqual([1, 1, 2]);
  });

  it('is not held up by a handful of operations in an instant', () => {
    expect([later(9, 10), later(0, 10), later(3, 490)]).toEqual([2, 2, 2]);
  });

  it('is judged by the time since it was asked last, however long that is', () => {
    expect(later(1_000, 3_600_000)).toBe(2);
  });
});
