import { Queue, Worker } from 'bullmq';
import { DomainError } from '../../domain/domain-error.ts';
import { inTime } from '../redis/in-time.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import type { RedisConnections } from '../redis/redis-connections.ts';
import { KEPT, type QueueBackend } from './queue-backend.ts';

const RETRY_AFTER_SECONDS = 5;

/** What is closed while Redis is away has so long for it: BullMQ may wait for a connection that never comes. */
const GOODBYE_MS = 1_000;
/** And so long while Redis is there, once its jobs have returned: one that has just come back may still be lost to BullMQ. */
const LONG_GOODBYE_MS = 5_000;

/**
 * Queues in Redis. Adding to one fails at once while Redis is away; workers wait for it and go on by themselves. All keys
 * of all queues begin with the prefix in braces, so that a cluster keeps them in one slot, as BullMQ's scripts need.
 */
export function redisBackend(redis: RedisConnections): QueueBackend {
  const prefix = redis.keyPrefix;
  /** What workers fetch and finish over; each has one more connection that blocks. */
  let jobs: RedisClient | null = null;
  const away = () =>
    new DomainError('UNAVAILABLE', 'The job queues cannot be reached: their work waits. Try again in a moment.', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });

  return {
    get isReachable() {
      return redis.isReachable;
    },
    // A wiped Redis is noticed by this.
    scheduleCheckMs: 5_000,
    // A look is skipped when another worker has just looked: it can take two of these.
    stalledCheckMs: 1_500,
    onBack: (listener) => redis.onBack(listener),
    createQueue: (name) =>
      new Queue(name, {
        connection: redis.commands,
        prefix,
        defaultJobOptions: { removeOnComplete: KEPT, removeOnFail: KEPT },
        // Nobody listens to the events of queues.
        streams: { events: { maxLen: 100 } },
        // Its answer would come once at the start: lost when Redis is away then, the queue would never work.
        skipVersionCheck: true,
      }),
    createWorker(name, run, settings) {
      jobs ??= redis.connect('jobs');
      return new Worker<unknown, void>(name, run, {
        connection: jobs,
        prefix,
        removeOnComplete: KEPT,
        removeOnFail: KEPT,
        ...settings,
      });
    },
    async closeWorker(worker, idle) {
      if (redis.isReachable) {
        const closing = worker.close();
        const late = () => inTime(closing, LONG_GOODBYE_MS).catch(() => undefined);
        // Should Redis go meanwhile, BullMQ would wait for it; what it leaves open is closed with the connections.
        await Promise.race([closing, redis.untilAway().then(idle), idle().then(late)]);
        return;
      }
      await idle();
      // By force: without Redis nothing tells BullMQ that its jobs have ended.
      await inTime(worker.close(true), GOODBYE_MS).catch(() => undefined);
    },
    async closeQueue(queue) {
      // What it leaves open is closed with the connections.
      const late = (patience: number) => inTime(closing, patience).catch(() => undefined);
      const closing = queue.close();
      await Promise.race([closing, redis.untilAway().then(() => late(GOODBYE_MS)), late(LONG_GOODBYE_MS)]);
    },
    translate: (error) => (error instanceof DomainError ? error : away()),
    close: async () => undefined,
  };
}
