import { afterEach, expect, it } from 'vitest';
import { QUEUES } from '../src/application/queue/ports.ts';
import type { Logger } from '../src/application/runtime.ts';
import { JobQueues } from '../src/infrastructure/bullmq/job-queues.ts';
import { RedisConnections } from '../src/infrastructure/redis/redis-connections.ts';
import { redisRateLimiters } from '../src/infrastructure/redis/redis-rate-limiter.ts';
import { RedisWakeUp } from '../src/infrastructure/redis/redis-wake-up.ts';
import { memoryRateLimiters } from '../src/interfaces/http/rate-limiter.ts';
import { controlled } from './support/controlled-jobs.ts';
import { redisSettings, silent } from './support/open-queues.ts';
import { describeWithRedis } from './support/redis.ts';
import { freePort, startRedis, startSentinel, type TestRedis } from './support/redis-server.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

async function server(...args: string[]): Promise<TestRedis> {
  const started = await startRedis(['--appendfsync', 'always', ...args]);
  cleanUp.push(() => started[Symbol.asyncDispose]());
  return started;
}

/** One process on this Redis: its connections and its queues. */
async function join(url: string, keyPrefix: string, logger: Logger = silent) {
  const redis = await RedisConnections.open(redisSettings(url, { keyPrefix }), logger);
  const queues = await JobQueues.open({ databaseUrl: '', maxConnections: 0, redis, logger });
  cleanUp.push(async () => {
    await queues.close();
    await redis.close();
  });
  return { redis, queues };
}

/** Three nodes that share the slots. */
async function cluster(): Promise<TestRedis[]> {
  const nodes: TestRedis[] = [];
  const last = 16_383;
  for (const [from, to] of [
    [0, 5_460],
    [5_461, 10_922],
    [10_923, last],
  ] as const) {
    const bus = await freePort();
    const node = await server('--cluster-enabled', 'yes', '--cluster-port', String(bus));
    await node.client.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
    for (const { client } of nodes) await client.call('CLUSTER', 'MEET', '127.0.0.1', node.port, bus);
    nodes.push(node);
  }
  for (const { client } of nodes) {
    await expect
      .poll(async () => String(await client.call('CLUSTER', 'INFO')), { timeout: 20_000 })
      .toMatch(/cluster_state:ok[\s\S]*cluster_known_nodes:3/);
  }
  return nodes;
}

describeWithRedis('a Redis Cluster', () => {
  it('keeps every queue in one slot, and carries news and limits between processes', async () => {
    const nodes = await cluster();
    const url = `redis-cluster://127.0.0.1:${nodes[0]?.port},127.0.0.1:${nodes[1]?.port}`;
    const [one, other] = [await join(url, '{desk}'), await join(url, '{desk}')];

    const { handler, next } = controlled('imports');
    const tick = controlled('maintenance', 'tick');
    other.queues.work([handler, tick.handler], { concurrency: {} });
    for (const queue of QUEUES) {
      const payload = `for ${queue}`;
      await one.queues.add(queue, [{ name: 'job', payload, key: 'k', attempts: 3, backoffMs: 50, delayMs: 1 }]);
    }
    await one.queues.schedule('maintenance', 'tick', 3_600_000);
    const first = await next();
    expect(first.payload).toBe('for imports');
    first.end(new Error('again'));
    (await next()).end();
    (await tick.next()).end();
    await expect.poll(async () => (await one.queues.counts())[0]).toMatchObject({ completed: 1, active: 0 });

    const limit = ({ redis }: typeof one) => redisRateLimiters(redis, memoryRateLimiters)('user', 3, 900);
    await limit(one).charge('ada', 2);
    expect(await limit(other).charge('ada', 1)).toMatchObject({ remaining: 0, exceeded: false });

    const wakeUps = [one, other].map(({ redis }) => new RedisWakeUp(redis, silent));
    for (const wakeUp of wakeUps) await wakeUp.start();
    const news = new Promise<void>((resolve) => void wakeUps[1]?.onNews(resolve));
    wakeUps[0]?.announce();
    await news;
    for (const wakeUp of wakeUps) await wakeUp.stop();

    const keys = (await Promise.all(nodes.map(({ client }) => client.keys('*')))).flat();
    expect(keys.length).toBeGreaterThan(QUEUES.length);
    const slots = await Promise.all(keys.map((key) => nodes[0]?.client.call('CLUSTER', 'KEYSLOT', key)));
    expect(new Set(slots).size).toBe(1);
  });

  it('goes on when a node that was killed is back', async () => {
    const nodes = await cluster();
    const { redis, queues } = await join(`redis-cluster://127.0.0.1:${nodes[0]?.port}`, '{desk}');
    const { handler, next } = controlled('imports');
    queues.work([handler], { concurrency: {} });
    await queues.add('imports', [{ name: 'job', payload: 1 }]);
    (await next()).end();
    const held = await Promise.all(nodes.map(({ client }) => client.dbsize()));
    const owner = nodes[held.findIndex((count) => count > 0)];
    await owner?.kill();
    await expect(queues.add('imports', [{ name: 'job', payload: 'lost' }])).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    await owner?.restart();
    await expect
      .poll(() => queues.add('imports', [{ name: 'job', payload: 2 }]).then(() => 'added'), { timeout: 20_000 })
      .toBe('added');
    const second = await next();
    expect([2, 'lost']).toContain(second.payload);
    second.end();
    expect(redis.isReachable).toBe(true);
  });
});

describeWithRedis('Redis Sentinel', () => {
  // A sentinel that was held up for 2 s, as on a busy machine, mistrusts itself for 30 s (TILT) and fails nothing over.
  it('names the primary, and its successor when it dies', { timeout: 120_000 }, async () => {
    const primary = await server('--repl-diskless-sync-delay', '0');
    const replica = await server('--replicaof', '127.0.0.1', String(primary.port));
    await expect.poll(() => replica.client.info('replication'), { timeout: 20_000 }).toContain('master_link_status:up');
    const sentinel = await sentinelOf(primary.port);
    // Only then does it know who could succeed.
    await expect.poll(() => sentinel.client.info('sentinel'), { timeout: 20_000 }).toContain('slaves=1');

    const { redis, queues } = await join(`redis-sentinel://127.0.0.1:${sentinel.port}/desk`, '{desk}');
    const { handler, next } = controlled('imports');
    queues.work([handler], { concurrency: {} });
    await queues.add('imports', [{ name: 'job', payload: 'before' }]);
    (await next()).end();
    const away = redis.untilAway();
    await primary.kill();
    await away;
    await expect
      .poll(() => queues.add('imports', [{ name: 'job', payload: 'after' }]).then(() => 'added'), { timeout: 60_000 })
      .toBe('added');
    for (;;) {
      const call = await next();
      call.end();
      if (call.payload === 'after') break;
    }
    expect(await replica.client.info('replication')).toContain('role:master');
  });
});

/** A sentinel that alone decides, and soon, that the primary is dead. */
async function sentinelOf(primaryPort: number): Promise<TestRedis> {
  const lines = [
    `sentinel monitor desk 127.0.0.1 ${primaryPort} 1`,
    'sentinel down-after-milliseconds desk 500',
    'sentinel failover-timeout desk 3000',
  ];
  const started = await startSentinel(lines);
  cleanUp.push(() => started[Symbol.asyncDispose]());
  return started;
}
