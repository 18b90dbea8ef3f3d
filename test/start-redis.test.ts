import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithRedis } from './support/redis.ts';
import { startRedis, type TestRedis } from './support/redis-server.ts';
import { ServerPlace } from './support/server-place.ts';
import { runServer } from './support/server-process.ts';

const SECRET = 'a secret of the tests, more than 32 bytes long';

describeWithRedis('a process on Redis', () => {
  const place = new ServerPlace();
  let redis: TestRedis;
  let databaseUrl: string;
  beforeAll(async () => {
    redis = await startRedis();
    databaseUrl = await place.emptyDatabase();
  });
  afterAll(() => redis[Symbol.asyncDispose]());
  const env = () => ({ DATABASE_URL: databaseUrl, DATA_DIR: place.folder(), NODE_ENV: 'test', JWT_SECRET: SECRET });

  it('serves, and ends with 0 when it is told to stop', async () => {
    const server = await place.start({ env: { ...env(), REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port) } });
    const ready = (await (await fetch(`${server.origin}/health/ready`)).json()) as { status: string };
    expect(ready.status).toBe('ready');
    expect(await redis.client.keys('{techsupport}:*')).not.toEqual([]);
    expect(await server.stop()).toMatchObject({ code: 0, signal: null });
  });

  it('ends with 0 although Redis is gone', async () => {
    const server = await place.start({ env: { ...env(), REDIS_URL: redis.url } });
    await redis.kill();
    expect(await server.stop()).toMatchObject({ code: 0, signal: null });
    await redis.restart();
  });

  it('does not start on one that may throw jobs away, and says what to do', async () => {
    await redis.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const ended = await runServer({ env: { ...env(), REDIS_URL: redis.url } });
    expect([ended.code, ended.signal]).toEqual([1, null]);
    expect(ended.stderr).toContain('redis-cli CONFIG SET maxmemory-policy noeviction');
    expect(ended.stderr).not.toContain('    at ');
    const allowed = await place.start({ env: { ...env(), REDIS_URL: redis.url, REDIS_ALLOW_EVICTION: 'true' } });
    expect(allowed.output()).toContain('maxmemory-policy allkeys-lru');
    await allowed.stop();
  });
});
