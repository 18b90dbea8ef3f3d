import { afterEach, describe, expect, it } from 'vitest';
import type { RedisSettings } from '../src/config-redis.ts';
import { RedisConnections } from '../src/infrastructure/redis/redis-connections.ts';
import { RedisWakeUp } from '../src/infrastructure/redis/redis-wake-up.ts';
import { StartupError } from '../src/startup-error.ts';
import { redisSettings } from './support/open-queues.ts';
import { describeWithRedis } from './support/redis.ts';
import { startRedis, type TestRedis } from './support/redis-server.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

async function server(...args: string[]): Promise<TestRedis> {
  const started = await startRedis(args);
  cleanUp.push(() => started[Symbol.asyncDispose]());
  return started;
}

/** Opens connections as a start does; `warnings` and `errors` are the sentences that were logged. */
async function open(url: string, changes: Partial<RedisSettings> = {}) {
  const [warnings, errors]: [string[], string[]] = [[], []];
  const logger = {
    info: () => undefined,
    warn: (_: object, sentence: string) => void warnings.push(sentence),
    error: (_: object, sentence: string) => void errors.push(sentence),
  };
  const redis = await RedisConnections.open(redisSettings(url, changes), logger);
  cleanUp.push(() => redis.close());
  return { redis, warnings, errors, logger };
}

const refusal = (url: string): Promise<unknown> => open(url).catch((error: unknown) => error);
const back = (redis: RedisConnections) => new Promise<void>((resolve) => redis.onBack(resolve));

describeWithRedis('a start with Redis', () => {
  it('says nothing about a server that is set up well', async () => {
    const { redis, warnings } = await open((await server()).url);
    expect([redis.isReachable, redis.problem, warnings]).toEqual([true, undefined, []]);
  });

  it('is refused by a server that may throw jobs away, saying what to do', async () => {
    const { url, port } = await server('--maxmemory-policy', 'allkeys-lru');
    const error = await refusal(url);
    expect(error).toBeInstanceOf(StartupError);
    expect(String(error)).toContain(`Redis at 127.0.0.1:${port} has the maxmemory-policy allkeys-lru`);
    expect(String(error)).toContain('redis-cli CONFIG SET maxmemory-policy noeviction');
    expect(String(error)).toContain('REDIS_ALLOW_EVICTION=true');
  });

  it('goes on with such a server where that is allowed, with a warning', async () => {
    const { url } = await server('--maxmemory-policy', 'volatile-ttl');
    const { redis, warnings } = await open(url, { allowEviction: true });
    expect(redis.isReachable).toBe(true);
    expect(warnings).toEqual([expect.stringContaining('has the maxmemory-policy volatile-ttl')]);
  });

  it('warns of a server that keeps nothing on disk, and takes snapshots for keeping', async () => {
    const forgetful = await open((await server('--appendonly', 'no')).url);
    expect(forgetful.warnings).toEqual([expect.stringMatching(/keeps nothing on disk.*appendonly yes/)]);
    const snapshots = await server('--appendonly', 'no', '--save', '900 1');
    expect((await open(snapshots.url)).warnings).toEqual([]);
  });

  it('judges a server that forbids CONFIG by what it tells', async () => {
    const hosted = await server('--appendonly', 'no', '--rename-command', 'CONFIG', '');
    expect((await open(hosted.url)).warnings).toEqual([]);
  });

  it('is refused for a wrong password, user or database, saying where to look', async () => {
    const { port } = await server('--requirepass', 'right');
    for (const wrong of [`redis://:wrong@127.0.0.1:${port}`, `redis://127.0.0.1:${port}`]) {
      const error = await refusal(wrong);
      expect(error).toBeInstanceOf(StartupError);
      expect(String(error)).toMatch(/refuses this server \((WRONGPASS|NOAUTH).*REDIS_URL/);
      expect(String(error)).not.toContain(':wrong@');
    }
    expect((await open(`redis://:right@127.0.0.1:${port}/3`)).redis.isReachable).toBe(true);
    expect(String(await refusal(`redis://:right@127.0.0.1:${port}/99`))).toContain('DB index is out of range');
  });

  it('is refused by a node of a cluster that is addressed as a server', async () => {
    const { url } = await server('--cluster-enabled', 'yes');
    expect(String(await refusal(url))).toContain('redis-cluster://');
  });
});

describeWithRedis('Redis away', () => {
  it('does not hold up a start, and is taken up when it comes', async () => {
    const started = await server();
    await started.kill();
    const { redis, warnings, logger } = await open(started.url);
    expect(redis.isReachable).toBe(false);
    expect(warnings).toEqual([expect.stringContaining('Redis cannot be reached; queue work waits')]);
    const wakeUp = new RedisWakeUp(redis, logger);
    await wakeUp.start();
    expect(wakeUp.isListening).toBe(false);
    const [isBack, news] = [back(redis), new Promise<void>((resolve) => void wakeUp.onNews(resolve))];
    await started.restart();
    await Promise.all([isBack, news]);
    expect([redis.isReachable, wakeUp.isListening]).toEqual([true, true]);
    await wakeUp.stop();
  });

  it('is said once, and judged again when it is back', async () => {
    const started = await server();
    const { redis, warnings, errors } = await open(started.url);
    const away = redis.untilAway();
    await started.kill();
    await away;
    const isBack = back(redis);
    await started.restart();
    await isBack;
    expect(warnings).toEqual([expect.stringContaining('Redis is away')]);
    expect([redis.problem, errors]).toEqual([undefined, []]);
  });

  it('is noticed although its connections stand', async () => {
    const started = await server();
    const { redis } = await open(started.url);
    started.freeze();
    await expect(redis.commands.get('anything')).rejects.toThrow();
    await redis.untilAway();
    await expect(redis.commands.get('anything')).rejects.toThrow("Stream isn't writeable");
    const isBack = back(redis);
    started.thaw();
    await isBack;
    expect(await redis.commands.get('anything')).toBe(null);
  });

  it('and back with another policy, shows as a problem', async () => {
    const started = await server();
    const { redis, errors } = await open(started.url);
    await started.client.config('SET', 'maxmemory-policy', 'allkeys-random');
    const isBack = back(redis);
    await started.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await isBack;
    await redis.commands.ping();
    await expect.poll(() => redis.problem).toContain('allkeys-random');
    expect(errors).toEqual(['Redis is not as it should be']);
  });
});

describe('closing', () => {
  it('ends although Redis is not there', async () => {
    const { redis } = await open('redis://127.0.0.1:1');
    await redis.close();
    await redis.close();
    expect(redis.isReachable).toBe(false);
  });
});
