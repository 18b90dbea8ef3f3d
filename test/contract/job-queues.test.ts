import { fork } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QUEUES, type QueueName } from '../../src/application/queue/ports.ts';
import type { JobQueues, NewJob } from '../../src/infrastructure/bullmq/job-queues.ts';
import { controlled } from '../support/controlled-jobs.ts';
import { postgresQueues, type QueueStore, redisQueues } from '../support/queue-stores.ts';
import { describeWithRedis } from '../support/redis.ts';

let store: QueueStore;
let queues: JobQueues;

const statsOf = async (name: QueueName) => (await queues.counts()).find((counts) => counts.name === name);

/** Asks again until the counts of a queue are these. */
async function untilStats(name: QueueName, wanted: object) {
  for (;;) {
    const stats = await statsOf(name);
    if (Object.entries(wanted).every(([key, value]) => stats?.[key as keyof typeof stats] === value)) return stats;
  }
}

const job = (payload: unknown, more: Partial<NewJob> = {}): NewJob => ({ name: 'job', payload, ...more });

describe('the job queues in Postgres', () => contract(postgresQueues));
describeWithRedis('the job queues in Redis', () => contract(redisQueues));

function contract(newStore: () => Promise<QueueStore>): void {
  beforeEach(async () => {
    store = await newStore();
    queues = await store.open({ scheduleCheckMs: 200 });
  });
  afterEach(async () => {
    await queues.close();
    await store[Symbol.asyncDispose]();
  });

  it('all have counts from the start', async () => {
    const counts = await queues.counts();
    expect(counts.map((queue) => queue.name)).toEqual([...QUEUES]);
    for (const queue of counts) {
      expect(queue).toMatchObject({ waiting: 0, active: 0, delayed: 0, completed: 0, failed: 0, paused: false });
    }
  });

  it('run jobs, at most as many at a time as asked for, and count them', async () => {
    const { handler, next } = controlled('projections');
    queues.work([handler], { concurrency: { projections: 2 } });
    await queues.add('projections', [job(1), job(2), job(3)]);
    const [first, second] = [await next(), await next()];
    expect([first.payload, second.payload]).toEqual([1, 2]);
    await untilStats('projections', { active: 2, waiting: 1 });
    first.end();
    const third = await next();
    expect(third).toMatchObject({ payload: 3, attempt: 1, isLast: true });
    second.end();
    third.end();
    await untilStats('projections', { active: 0, waiting: 0, completed: 3 });
  });

  it('try a failed job again, later each time, and say which try is the last', async () => {
    const { handler, next } = controlled('policy-moves');
    queues.work([handler], { concurrency: {} });
    const began = performance.now();
    await queues.add('policy-moves', [job('x', { attempts: 3, backoffMs: 100, key: 'k' })]);
    (await next()).end(new Error('no'));
    const second = await next();
    const secondAt = performance.now();
    expect(second).toMatchObject({ attempt: 2, isLast: false });
    second.end(new Error('no'));
    const third = await next();
    expect(third).toMatchObject({ attempt: 3, isLast: true });
    expect(secondAt - began).toBeGreaterThanOrEqual(95);
    expect(performance.now() - secondAt).toBeGreaterThanOrEqual(190);
    third.end(new Error('no'));
    await untilStats('policy-moves', { failed: 1, delayed: 0 });
    await queues.add('policy-moves', [job('y', { key: 'k' })]);
    const fresh = await next();
    expect(fresh).toMatchObject({ payload: 'y', attempt: 1 });
    fresh.end();
  });

  it('try a job again and let it end whatever bytes, and however many, its failure has in its message', async () => {
    const { handler, next } = controlled('sla-sweep');
    queues.work([handler], { concurrency: {} });
    await queues.add('sla-sweep', [job('x', { attempts: 2, backoffMs: 10 })]);
    (await next()).end(new Error(`params: \0\uD800${'x'.repeat(1_000_000)}`));
    (await next()).end(new Error('half \uDC00'));
    await untilStats('sla-sweep', { failed: 1, delayed: 0 });
  });

  it('keep one waiting job for a key, and one that follows while it runs', async () => {
    const { handler, next } = controlled('imports');
    await queues.add('imports', [job(1, { key: 'k' }), job(2, { key: 'k' }), job('other')]);
    await queues.add('imports', [job(3, { key: 'k' })]);
    await untilStats('imports', { waiting: 2 });
    queues.work([handler], { concurrency: { imports: 5 } });
    const running = await next();
    const other = await next();
    expect([running.payload, other.payload]).toEqual([1, 'other']);
    await queues.add('imports', [job(4, { key: 'k' })]);
    await queues.add('imports', [job(5, { key: 'k' })]);
    running.end();
    const following = await next();
    expect(following.payload).toBe(5);
    following.end();
    other.end();
    await untilStats('imports', { completed: 3, waiting: 0, active: 0 });
    await queues.add('imports', [job(6, { key: 'k' })]);
    const again = await next();
    expect(again.payload).toBe(6);
    again.end();
  });

  it('keep the key of a job that waits to be tried again', async () => {
    const { handler, next } = controlled('import-rows');
    queues.work([handler], { concurrency: {} });
    await queues.add('import-rows', [job('a', { key: 'k', attempts: 2, backoffMs: 60_000 })]);
    (await next()).end(new Error('no'));
    await untilStats('import-rows', { delayed: 1 });
    await queues.add('import-rows', [job('b', { key: 'k' })]);
    expect(await statsOf('import-rows')).toMatchObject({ delayed: 1, waiting: 0, active: 0 });
  });

  it('run a schedule again and again, also after its loss', async () => {
    const { handler, next } = controlled('maintenance', 'tick');
    queues.work([handler], { concurrency: {} });
    await queues.schedule('maintenance', 'tick', 100);
    for (let run = 0; run < 3; run += 1) (await next()).end();
    const last = await next();
    await store.wipe();
    last.end();
    (await next()).end();
  });

  it('fail a job that nobody handles', async () => {
    const { handler } = controlled('sla-sweep', 'known');
    queues.work([handler], { concurrency: {} });
    await queues.add('sla-sweep', [{ name: 'unknown', payload: null, attempts: 5 }]);
    await untilStats('sla-sweep', { failed: 1 });
  });

  it('tell running jobs to stop, and wait for them', async () => {
    const { handler, next } = controlled('imports');
    queues.work([handler], { concurrency: {} });
    await queues.add('imports', [job(1)]);
    const call = await next();
    expect(call.signal.aborted).toBe(false);
    call.signal.addEventListener('abort', () => call.end());
    await queues.close();
    expect(call.signal.aborted).toBe(true);
  });

  it('hand the job of a killed worker to another one', async () => {
    const { handler, next } = controlled('imports');
    await queues.add('imports', [job('of a killed worker')]);
    const script = new URL('../support/doomed-worker.ts', import.meta.url);
    const child = fork(script, [JSON.stringify(store.place)], { execArgv: ['--import', 'tsx'] });
    await once(child, 'message');
    child.kill('SIGKILL');
    queues.work([handler], { concurrency: {} });
    const call = await next();
    expect(call.payload).toBe('of a killed worker');
    call.end();
    await untilStats('imports', { completed: 1 });
  });

  it('close every connection', async () => {
    await queues.close();
    expect(await store.connections()).toBe(0);
  });
}
