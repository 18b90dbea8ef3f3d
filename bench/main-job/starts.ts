import assert from 'node:assert/strict';
import type { ServerProcess } from '../../test/support/server-process.ts';

const LATER_STARTS = 3;

/** Seconds from `npm start` to its banner: the first start, which makes the database, and later ones. */
export async function measureStarts(server: () => Promise<ServerProcess>): Promise<number[]> {
  const seconds: number[] = [];
  for (let start = 0; start <= LATER_STARTS; start += 1) {
    const before = performance.now();
    const started = await server();
    seconds.push((performance.now() - before) / 1_000);
    assert.equal((await started.stop()).code, 0);
  }
  return seconds;
}
