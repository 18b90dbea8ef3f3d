import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { atMostEvery } from './at-most.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('the first is run at once, and of those that follow too soon only the last, later', () => {
  const seen: number[] = [];
  const { call } = atMostEvery(100, (page: number) => seen.push(page));
  for (let page = 1; page <= 50; page++) call(page);
  expect(seen).toEqual([1]);
  vi.advanceTimersByTime(100);
  expect(seen).toEqual([1, 50]);
  vi.advanceTimersByTime(100);
  call(51);
  expect(seen).toEqual([1, 50, 51]);
});

it('what still waits is forgotten by stopping', () => {
  const seen: number[] = [];
  const { call, stop } = atMostEvery(100, (page: number) => seen.push(page));
  call(1);
  call(2);
  stop();
  vi.advanceTimersByTime(1_000);
  call(3);
  expect(seen).toEqual([1, 3]);
});
