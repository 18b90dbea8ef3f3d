import { Cluster, type CommonRedisOptions, Redis } from 'ioredis';
import type { RedisSettings } from '../../config-redis.ts';

/** One connection, or in a cluster one to each node; it connects again by itself for ever. */
export type RedisClient = Redis | Cluster;

/**
 * What a connection is for.
 * `commands` answer or fail soon: while Redis is away nothing is kept for later. `news` is subscribed to channels.
 * `jobs` wait for Redis as long as it takes: workers fetch and finish jobs over them.
 */
export type RedisUse = 'commands' | 'news' | 'jobs';

const CONNECT_MS = 3_000;
const LONGEST_RETRY_MS = 1_000;

const OPTIONS = {
  // A server that hangs is a server that is away: the socket goes, so that commands fail at once until it answers again.
  commands: { maxRetriesPerRequest: 0, commandTimeout: 3_000, socketTimeout: 3_000 },
  news: { maxRetriesPerRequest: 0, socketTimeout: 3_000, autoResubscribe: false },
  // BullMQ wants no end to retries; a worker blocks for 10 s at most, so that longer silence is a dead connection.
  jobs: { maxRetriesPerRequest: null, socketTimeout: 15_000 },
} as const satisfies Record<RedisUse, CommonRedisOptions>;

/** Begins to connect; what goes wrong is told by the client's events only. */
export function createRedisClient({ address, keyPrefix }: RedisSettings, use: RedisUse): RedisClient {
  const { hosts, tls, username, password, database, primaryName } = address;
  const queued = { enableOfflineQueue: use === 'jobs' };
  const node = {
    username,
    password,
    connectTimeout: CONNECT_MS,
    keepAlive: 5_000,
    connectionName: `${keyPrefix}:${use}`,
    ...OPTIONS[use],
  };
  const encryption = tls ? { tls: {} } : {};
  switch (address.kind) {
    case 'cluster':
      return new Cluster([...hosts], {
        ...queued,
        redisOptions: { ...node, ...encryption },
        clusterRetryStrategy: retryInMs,
        // A node that restarts keeps its slots: nothing but trying tells that it is back.
        clusterNodeRetryStrategy: retryInMs,
      });
    case 'sentinel': {
      const sentinels = { sentinels: [...hosts], name: primaryName, enableTLSForSentinelMode: tls };
      const common = { ...node, ...encryption, ...queued, ...sentinels, db: database, retryStrategy: retryInMs };
      return new Redis({ ...common, sentinelRetryStrategy: retryInMs, failoverDetector: true });
    }
    case 'server': {
      const [{ host, port } = { host: 'localhost', port: 6_379 }] = hosts;
      return new Redis({ ...node, ...encryption, ...queued, host, port, db: database, retryStrategy: retryInMs });
    }
  }
}

/** How long to wait before the next try to connect; never gives up. */
function retryInMs(tries: number): number {
  return Math.min(50 * 2 ** Math.min(tries, 10), LONGEST_RETRY_MS);
}
