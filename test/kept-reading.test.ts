import { expect, it } from 'vitest';
import { keptReading } from '../src/infrastructure/observability/kept-reading.ts';

/** A reading that takes as long as the test says, and counts how often it was taken. */
function slow() {
  const state = { time: 0, taken: 0, takes: 0, fails: false };
  const read = async () => {
    state.time += state.takes;
    state.taken += 1;
    if (state.fails) throw new Error('no database');
    return state.taken;
  };
  return { state, ask: keptReading(read, 10_000, () => state.time) };
}

it('is taken once, however many ask at once, and again when it is old', async () => {
  const { state, ask } = slow();
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
  state.time = 9_999;
  expect(await ask()).toBe(1);
  state.time = 10_000;
  expect(await ask()).toBe(2);
});

it('is kept longer when it takes long, so that it never takes more than a fiftieth of the time', async () => {
  const { state, ask } = slow();
  state.takes = 2_000;
  await ask();
  state.time += 99_999;
  expect(await ask()).toBe(1);
  state.time += 1;
  expect(await ask()).toBe(2);
});

it('is not kept when it fails', async () => {
  const { state, ask } = slow();
  state.fails = true;
  await expect(ask()).rejects.toThrow('no database');
  state.fails = false;
  expect(await ask()).toBe(2);
});
