// Without vitest, since worker processes of tests use it too.
import { randomBytes } from 'node:crypto';
import { parseRedisUrl, type RedisSettings } from '../../src/config-redis.ts';
import { JobQueues, type JobQueuesOptions } from '../../src/infrastructure/bullmq/job-queues.ts';
import { RedisConnections } from '../../src/infrastructure/redis/redis-connections.ts';

export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Settings for a server; with a key prefix of their own unless told. */
export function redisSettings(url: string, changes: Partial<RedisSettings> = {}): RedisSettings {
  const address = parseRedisUrl(url);
  if (!address) throw new Error(`${url} is no URL of Redis.`);
  return { address, keyPrefix: `{test-${randomBytes(6).toString('hex')}}`, allowEviction: false, ...changes };
}

/** What a worker process needs to open the same queues; passed to it as JSON. */
export type QueuePlace = { readonly databaseUrl: string } | { readonly redisUrl: string; readonly keyPrefix: string };

/** The queues of a process, and the connections that they lie over. */
export async function openQueues(place: QueuePlace, options: Partial<JobQueuesOptions> = {}): Promise<JobQueues> {
  const common = { maxConnections: 6, logger: silent, databaseUrl: '' };
  if ('databaseUrl' in place) return JobQueues.open({ ...common, ...options, databaseUrl: place.databaseUrl });
  const settings = redisSettings(place.redisUrl, { keyPrefix: place.keyPrefix });
  const redis = await RedisConnections.open(settings, options.logger ?? silent);
  const queues = await JobQueues.open({ ...common, ...options, redis });
  const close = queues.close.bind(queues);
  queues.close = async () => {
    await close();
    await redis.close();
  };
  return queues;
}
