import { describe } from 'vitest';
import { isRedisInstalled, startRedis } from './redis-server.ts';

/** Why there can be no Redis here; null: there can. */
const missing = !isRedisInstalled() ? 'redis-server is not installed; "apt-get install redis-server" brings it' : null;

/** A suite that needs `redis-server`: skipped, loudly, where there is none, and never skipped by `.ci/run`. */
export function describeWithRedis(name: string, suite: () => void): void {
  if (missing && process.env.CI) throw new Error(`"${name}" cannot run: ${missing}.`);
  if (missing) console.warn(`SKIPPED: "${name}", because ${missing}.`);
  describe.skipIf(missing !== null)(missing ? `${name} (skipped: ${missing})` : name, suite);
}

/**
 * The server of REDIS_URL where that is set, else one that is started: for tests that leave it alone and have keys of
 * their own (`redisSettings`).
 */
export async function someRedis(): Promise<{ readonly url: string; [Symbol.asyncDispose](): Promise<void> }> {
  const url = process.env.REDIS_URL;
  return url ? { url, [Symbol.asyncDispose]: async () => undefined } : startRedis();
}
