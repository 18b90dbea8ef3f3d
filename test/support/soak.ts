import { randomInt } from 'node:crypto';
import { TestRunner } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** How many rounds a test has done. */
    rounds?: number;
  }
}

/**
 * A test that repeats something at random has two lengths: a slice of seconds for `npm test`, and the full count for `npm run soak`,
 * which runs just the test files that import this one, with SOAK set.
 */
const inSoak = process.env.SOAK === '1';

/** How many rounds to do: `slice` of them in `npm test`, `full` in `npm run soak`. */
export function rounds(slice: number, full: number): number {
  return inSoak ? full : slice;
}

/** The time limit of a test whose slice takes longer than tests usually may, in milliseconds; an hour in `npm run soak`. */
export function patience(slice: number): number {
  return inSoak ? 3_600_000 : slice;
}

/**
 * One seed for each of `rounds(slice, full)` rounds: the same ones in every `npm test`, others in every soak. With SEED set, that one
 * alone.
 */
export function seeds(slice: number, full: number): number[] {
  const only = process.env.SEED;
  if (only) return [Number(only)];
  const first = inSoak ? randomInt(1, 2 ** 31) : 1;
  const all = Array.from({ length: rounds(slice, full) }, (_, i) => first + i);
  if (inSoak) console.info(`seeds ${first} to ${all.at(-1)}`);
  return all;
}

/** Does one round; what it fails with then says how to do it again. */
export async function replayable(seed: number, round: () => Promise<void>): Promise<void> {
  try {
    await round();
    const meta = TestRunner.getCurrentTest()?.meta;
    if (meta) meta.rounds = (meta.rounds ?? 0) + 1;
  } catch (error) {
    const hint = `Seed ${seed}: set SEED=${seed} and run this test alone to replay the round.`;
    if (error instanceof Error) error.message = `${hint}\n${error.message}`;
    throw error;
  }
}
