import { Redis } from 'ioredis';
import type pg from 'pg';
import { type RedisSettings, redisPlace } from '../../src/config-redis.ts';

/** Says that there is news in the log, as another process of the same installation would; to nobody while Redis is away. */
export function newsSender(redis: RedisSettings | undefined, pool: pg.Pool) {
  if (!redis) return { send: async () => void (await pool.query('NOTIFY techsupport_news')), close: () => undefined };
  const client = new Redis(`redis://${redisPlace(redis.address)}`, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => 50,
  });
  client.on('error', () => undefined);
  return {
    async send() {
      await client.publish(`${redis.keyPrefix}:news`, 'a test').catch(() => undefined);
    },
    close: () => client.disconnect(),
  };
}
