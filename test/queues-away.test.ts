import { afterEach, beforeEach, expect, it } from 'vitest';
import type { QueueName } from '../src/application/queue/ports.ts';
import { JobQueues, type NewJob } from '../src/infrastructure/bullmq/job-queues.ts';
import { redisBackend } from '../src/infrastructure/bullmq/redis-backend.ts';
import { RedisConnections } from '../src/infrastructure/redis/redis-connections.ts';
import { controlled } from './support/controlled-jobs.ts';
import { redisSettings } from './support/open-queues.ts';
import { describeWithRedis } from './support/redis.ts';
import { startRedis, type TestRedis } from './support/redis-server.ts';

const job = (payload: unknown, more: Partial<NewJob> = {}): NewJob => ({ name: 'job', payload, ...more });
const AWAY = { code: 'UNAVAILABLE', details: { retryAfterSeconds: expect.any(Number) } };

let server: TestRedis;
const cleanUp: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  // What was acknowledged is there again after a kill.
  server = await startRedis(['--appendfsync', 'always']);
});
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
  await server[Symbol.asyncDispose]();
});

/** Queues of one process; `lines` are the warnings that it logged. */
async function open() {
  const lines: string[] = [];
  const logger = {
    info: () => undefined,
    warn: (fields: { err?: unknown }, sentence: string) => void lines.push(`${sentence}: ${fields.err ?? ''}`),
    error: () => undefined,
  };
  const redis = await RedisConnections.open(redisSettings(server.url), logger);
  const queues = await JobQueues.open({ databaseUrl: '', maxConnections: 0, redis, logger });
  cleanUp.push(async () => {
    await queues.close();
    await redis.close();
  });
  return { redis, queues, lines };
}

async function kill(redis: RedisConnections): Promise<void> {
  const away = redis.untilAway();
  await server.kill();
  await away;
}

const restored = (queues: JobQueues) => new Promise<void>((resolve) => queues.onRestored(resolve));
const statsOf = async (queues: JobQueues, name: QueueName) =>
  (await queues.counts()).find((counts) => counts.name === name);

describeWithRedis('while Redis is away, queues', () => {
  it('refuse jobs at once, and take them and what was theirs when it is back', async () => {
    const { redis, queues } = await open();
    const { handler, next } = controlled('imports');
    await queues.add('imports', [job('before')]);
    await kill(redis);
    queues.work([handler], { concurrency: { imports: 2 } });
    await expect(queues.add('imports', [job('lost')])).rejects.toMatchObject(AWAY);
    await expect(queues.counts()).rejects.toMatchObject(AWAY);
    await expect(queues.waitingSince()).rejects.toMatchObject(AWAY);
    const back = restored(queues);
    await server.restart();
    await back;
    const first = await next();
    await queues.add('imports', [job('after')]);
    const second = await next();
    expect([first.payload, second.payload]).toEqual(['before', 'after']);
    first.end();
    second.end();
    await expect.poll(() => statsOf(queues, 'imports')).toMatchObject({ completed: 2, active: 0 });
  });

  it('that were opened meanwhile work when it comes', async () => {
    await server.kill();
    const { queues } = await open();
    const { handler, next } = controlled('maintenance', 'tick');
    queues.work([handler], { concurrency: {} });
    await queues.schedule('maintenance', 'tick', 60_000);
    await expect(queues.counts()).rejects.toMatchObject(AWAY);
    await server.restart();
    (await next()).end();
  });

  it('let a job that runs come to its end', async () => {
    const { redis, queues } = await open();
    const { handler, next } = controlled('imports');
    queues.work([handler], { concurrency: {} });
    await queues.add('imports', [job('x')]);
    const call = await next();
    await kill(redis);
    call.end();
    await server.restart();
    await expect.poll(async () => (await statsOf(queues, 'imports'))?.completed, { timeout: 20_000 }).toBe(1);
  });

  it('are closed although BullMQ comes to no end', async () => {
    const { redis } = await open();
    const backend = redisBackend(redis);
    const endless = { close: () => new Promise<never>(() => undefined) };
    let isIdle = false;
    const idle = async () => {
      isIdle = true;
    };
    await Promise.all([backend.closeWorker(endless as never, idle), backend.closeQueue(endless as never)]);
    expect(isIdle).toBe(true);
  });

  it('run what goes on alone by timers of their process', async () => {
    const { redis, queues } = await open();
    const [sweep, other] = [controlled('sla-sweep', 'sweep'), controlled('maintenance', 'tick')];
    queues.work([sweep.handler, other.handler], { concurrency: {} });
    await queues.schedule('sla-sweep', 'sweep', 3_600_000);
    (await sweep.next()).end();
    await kill(redis);
    await queues.schedule('sla-sweep', 'sweep', 50, { goesOnAlone: true });
    await queues.schedule('maintenance', 'tick', 50);
    for (let run = 0; run < 3; run++) (await sweep.next()).end();
    expect(other.waiting()).toBe(0);
  });

  it('close, although jobs run, as soon as these have ended', async () => {
    const { redis, queues } = await open();
    const { handler, next } = controlled('imports');
    queues.work([handler], { concurrency: {} });
    await queues.add('imports', [job('x')]);
    const call = await next();
    await kill(redis);
    call.signal.addEventListener('abort', () => call.end());
    await queues.close();
    expect(call.signal.aborted).toBe(true);
  });

  it('that were opened meanwhile close', async () => {
    await server.kill();
    const { queues } = await open();
    queues.work([controlled('imports').handler], { concurrency: {} });
    await queues.close();
  });

  it('close, although it goes meanwhile', async () => {
    const { redis, queues } = await open();
    const { handler, next } = controlled('imports');
    queues.work([handler], { concurrency: {} });
    await queues.add('imports', [job('x')]);
    const call = await next();
    const closing = queues.close();
    await kill(redis);
    call.end();
    await closing;
  });
});

describeWithRedis('queues on a Redis', () => {
  it('that hangs refuse jobs after a moment, and go on when it answers again', async () => {
    const { redis, queues } = await open();
    const { handler, next } = controlled('imports');
    queues.work([handler], { concurrency: {} });
    server.freeze();
    await expect(queues.add('imports', [job('x')])).rejects.toMatchObject(AWAY);
    await redis.untilAway();
    await expect(queues.add('imports', [job('y')])).rejects.toMatchObject(AWAY);
    const back = restored(queues);
    server.thaw();
    await back;
    await queues.add('imports', [job('z')]);
    const payloads = new Set<unknown>();
    // The first was sent before it was given up.
    while (!payloads.has('z')) {
      const call = await next();
      payloads.add(call.payload);
      call.end();
    }
    expect(payloads.has('y')).toBe(false);
  });

  it('that was wiped say so, have their schedules again, and take new jobs under the same keys', async () => {
    const { redis, queues } = await open();
    const { handler, next } = controlled('maintenance', 'tick');
    const running = controlled('imports');
    queues.work([handler, running.handler], { concurrency: {} });
    await queues.schedule('maintenance', 'tick', 3_600_000);
    (await next()).end();
    await queues.add('imports', [job(1, { key: 'k' }), job(2)]);
    const first = await running.next();
    const back = restored(queues);
    await redis.commands.flushall();
    await back;
    (await next()).end();
    await queues.add('imports', [job(3, { key: 'k' })]);
    first.end();
    const third = await running.next();
    expect(third.payload).toBe(3);
    third.end();
  });

  it('that refuses to write are no flood in the log, and go on when it writes again', async () => {
    const { queues, lines } = await open();
    const { handler, next } = controlled('imports');
    await server.client.config('SET', 'min-replicas-to-write', '1');
    await expect(queues.add('imports', [job('x')])).rejects.toMatchObject(AWAY);
    queues.work([handler], { concurrency: {} });
    const commands = async () => {
      const stats = /cmdstat_evalsha:calls=(\d+)/.exec(await server.client.info('commandstats'));
      return Number(stats?.[1] ?? 0);
    };
    await expect.poll(commands, { timeout: 10_000 }).toBeGreaterThan(5);
    const [atFirst, began] = [await commands(), performance.now()];
    await expect.poll(commands, { timeout: 10_000 }).toBeGreaterThan(atFirst + 10);
    // Unhindered it would be thousands in a second.
    expect(performance.now() - began).toBeGreaterThan(500);
    expect(lines.length).toBeLessThan(6);
    expect(lines.join()).toContain('NOREPLICAS');
    await server.client.config('SET', 'min-replicas-to-write', '0');
    await queues.add('imports', [job('y')]);
    const call = await next();
    expect(call.payload).toBe('y');
    call.end();
  });
});
