import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewRateLimiter } from '../../src/application/rate-limiter.ts';
import { RedisConnections } from '../../src/infrastructure/redis/redis-connections.ts';
import { redisRateLimiters } from '../../src/infrastructure/redis/redis-rate-limiter.ts';
import { memoryRateLimiters } from '../../src/interfaces/http/rate-limiter.ts';
import { redisSettings, silent } from '../support/open-queues.ts';
import { describeWithRedis, someRedis } from '../support/redis.ts';
import { startRedis, type TestRedis } from '../support/redis-server.ts';

/** Fails the test when it is asked: for limits that must come from Redis. */
const nobody: NewRateLimiter = () => ({
  charge: () => Promise.reject(new Error('Charged in memory.')),
  refund: () => Promise.reject(new Error('Refunded in memory.')),
});

describe('limits counted in memory', () => contract(() => memoryRateLimiters));

describeWithRedis('limits counted in Redis', () => {
  let server: Awaited<ReturnType<typeof someRedis>>;
  let mine: RedisConnections;
  let others: RedisConnections;
  beforeAll(async () => {
    server = await someRedis();
    const settings = redisSettings(server.url);
    mine = await RedisConnections.open(settings, silent);
    others = await RedisConnections.open(settings, silent);
  });
  afterAll(async () => {
    await mine.close();
    await others.close();
    await server[Symbol.asyncDispose]();
  });

  contract(() => redisRateLimiters(mine, nobody));

  it('are the same for every process, to the last point', async () => {
    const limiters = [mine, others].map((redis) => redisRateLimiters(redis, nobody)('shared', 50, 900));
    const charges = await Promise.all(Array.from({ length: 80 }, (_, n) => limiters[n % 2]?.charge('ada', 1)));
    expect(charges.filter((state) => state?.exceeded)).toHaveLength(30);
    expect(new Set(charges.map((state) => state?.remaining)).size).toBe(50);
  });
});

describeWithRedis('while Redis is away', () => {
  let server: TestRedis;
  let redis: RedisConnections;
  beforeAll(async () => {
    server = await startRedis();
    redis = await RedisConnections.open(redisSettings(server.url), silent);
  });
  afterAll(async () => {
    await redis.close();
    await server[Symbol.asyncDispose]();
  });

  it('each process counts for itself, and shares again once it is back', async () => {
    const limiter = redisRateLimiters(redis, memoryRateLimiters)('away', 2, 900);
    expect(await limiter.charge('ada', 2)).toMatchObject({ remaining: 0, exceeded: false });
    const away = redis.untilAway();
    await server.kill();
    await away;
    expect(await limiter.charge('ada', 1)).toMatchObject({ remaining: 1, exceeded: false });
    expect(await limiter.charge('ada', 2)).toMatchObject({ remaining: 0, exceeded: true });
    await limiter.refund('ada', 3);
    const back = new Promise<void>((resolve) => redis.onBack(resolve));
    await server.restart();
    await back;
    expect(await limiter.charge('ada', 1)).toMatchObject({ remaining: 0, exceeded: true });
  });

  it('no request waits for a server that hangs', async () => {
    const limiter = redisRateLimiters(redis, memoryRateLimiters)('frozen', 1_000, 900);
    server.freeze();
    for (let n = 1; n <= 200; n++) {
      expect(await limiter.charge('ada', 1)).toMatchObject({ remaining: 1_000 - n, exceeded: false });
    }
    server.thaw();
  });
});

function contract(newLimiters: () => NewRateLimiter): void {
  it('count down to nothing, then say how long it lasts', async () => {
    const limiter = newLimiters()('down', 3, 900);
    const remaining = [];
    for (let n = 0; n < 3; n++) remaining.push(await limiter.charge('ada', 1));
    expect(remaining.map((state) => [state.remaining, state.exceeded])).toEqual([
      [2, false],
      [1, false],
      [0, false],
    ]);
    const over = await limiter.charge('ada', 1);
    expect(over).toMatchObject({ max: 3, windowSeconds: 900, remaining: 0, exceeded: true });
    expect(over.resetSeconds).toBeGreaterThan(890);
    expect(over.resetSeconds).toBeLessThanOrEqual(900);
  });

  it('are told by key and by name', async () => {
    const newLimiter = newLimiters();
    const [users, addresses] = [newLimiter('keyed-user', 1, 900), newLimiter('keyed-address', 1, 900)];
    for (const [limiter, key] of [
      [users, 'a'],
      [users, '2001:db8::/64'],
      [addresses, 'a'],
    ] as const) {
      expect((await limiter.charge(key, 1)).exceeded).toBe(false);
    }
    expect((await users.charge('a', 1)).exceeded).toBe(true);
  });

  it('take several points at once, and give them back', async () => {
    const limiter = newLimiters()('points', 10, 900);
    expect((await limiter.charge('ada', 7)).remaining).toBe(3);
    await limiter.refund('ada', 5);
    expect((await limiter.charge('ada', 8)).remaining).toBe(0);
    expect((await limiter.charge('ada', 1)).exceeded).toBe(true);
  });

  it('begin anew when the window has ended', async () => {
    const limiter = newLimiters()('window', 1, 1);
    await limiter.charge('ada', 1);
    for (;;) {
      const { exceeded, resetSeconds } = await limiter.charge('ada', 1);
      expect(resetSeconds).toBe(1);
      if (!exceeded) break;
      await nextTurn();
    }
  });
}
