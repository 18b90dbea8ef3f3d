import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobQueues } from '../../src/infrastructure/bullmq/job-queues.ts';
import { postgresQueues, type QueueStore, redisQueues } from '../support/queue-stores.ts';
import { describeWithRedis } from '../support/redis.ts';

let store: QueueStore;
let queues: JobQueues;

const job = (payload: unknown) => ({ name: 'job', payload });
const sinceOf = async (name: string) =>
  (await queues.waitingSince()).find(({ queue }) => queue === name)?.since.getTime();

describe('how long jobs wait in Postgres', () => contract(postgresQueues));
describeWithRedis('how long jobs wait in Redis', () => contract(redisQueues));

function contract(newStore: () => Promise<QueueStore>): void {
  beforeEach(async () => {
    store = await newStore();
    queues = await store.open();
  });
  afterEach(async () => {
    await queues.close();
    await store[Symbol.asyncDispose]();
  });

  it('is told of no queue in which none waits', async () => {
    await queues.add('imports', [{ ...job('later'), delayMs: 3_600_000 }]);
    expect(await queues.waitingSince()).toEqual([]);
  });

  it('is that of the first job, whatever was added behind it', async () => {
    const before = Date.now();
    await queues.add('imports', [job(1)]);
    const first = await sinceOf('imports');
    expect(first).toBeGreaterThanOrEqual(before);
    await expect.poll(() => Date.now()).toBeGreaterThan(Number(first));
    await queues.add('imports', [job(2), job(3)]);
    expect(await queues.waitingSince()).toEqual([{ queue: 'imports', since: new Date(Number(first)) }]);
  });

  it('counts from the end of its delay for a delayed job that nobody is there to take', async () => {
    const before = Date.now();
    await queues.add('sla-sweep', [{ ...job(1), delayMs: 80 }]);
    await expect.poll(() => sinceOf('sla-sweep')).toBeDefined();
    const since = Number(await sinceOf('sla-sweep'));
    expect(since - before).toBeGreaterThanOrEqual(80);
    expect(since).toBeLessThanOrEqual(Date.now());
  });

  it('counts for the delayed job that is due first', async () => {
    await queues.add('sla-sweep', [
      { ...job(1), delayMs: 3_600_000 },
      { ...job(2), delayMs: 40 },
      { ...job(3), delayMs: 1_800_000 },
    ]);
    await expect.poll(() => sinceOf('sla-sweep')).toBeDefined();
  });

  it('counts for a job between two tries from the end of its pause', async () => {
    queues.work([{ queue: 'import-rows', name: 'job', handle: async () => Promise.reject(new Error('not yet')) }], {
      concurrency: {},
    });
    const before = Date.now();
    await queues.add('import-rows', [{ ...job(1), attempts: 2, backoffMs: 3_600_000 }]);
    await expect.poll(async () => (await queues.counts()).find(({ name }) => name === 'import-rows')?.delayed).toBe(1);
    expect(Date.now() - before).toBeLessThan(3_600_000);
    expect(await sinceOf('import-rows')).toBeUndefined();
  });
}
