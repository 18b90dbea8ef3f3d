import { Redis } from 'ioredis';
import { type RedisSettings, redisPlace } from '../../config-redis.ts';
import { StartupError } from '../../startup-error.ts';
import type { RedisClient } from './redis-client.ts';

/** What a server tells about itself, as far as it matters here. */
interface ServerFacts {
  readonly version: string;
  readonly evictionPolicy: string | undefined;
  /** undefined: the server does not say. */
  readonly isPersistent: boolean | undefined;
  readonly isClusterNode: boolean;
}

const OLDEST_VERSION = [6, 2] as const;

/**
 * Looks at every server behind a client that is ready. Returns sentences to log: what works but should not stay.
 * Throws a StartupError, which says what to do, for what must not stay.
 */
export async function checkRedis(client: RedisClient, settings: RedisSettings): Promise<string[]> {
  const warnings = new Set<string>();
  for (const node of client instanceof Redis ? [client] : client.nodes('master')) {
    for (const warning of judge(await factsOf(node), settings)) warnings.add(warning);
  }
  return [...warnings];
}

function judge(facts: ServerFacts, { address, allowEviction }: RedisSettings): string[] {
  const redis = `Redis at ${redisPlace(address)}`;
  const [major = 0, minor = 0] = facts.version.split('.').map(Number);
  if (major < OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor < OLDEST_VERSION[1])) {
    throw new StartupError(`${redis} is version ${facts.version}: ${OLDEST_VERSION.join('.')} or newer is needed.`);
  }
  if (facts.isClusterNode && address.kind !== 'cluster') {
    throw new StartupError(`${redis} is a node of a cluster: begin REDIS_URL with redis-cluster:// instead.`);
  }
  const warnings: string[] = [];
  const { evictionPolicy } = facts;
  if (evictionPolicy !== undefined && evictionPolicy !== 'noeviction') {
    const fault = `${redis} has the maxmemory-policy ${evictionPolicy}: with its memory full it throws jobs away.`;
    const cure = 'Set it to noeviction: "redis-cli CONFIG SET maxmemory-policy noeviction", and the same in redis.conf';
    if (!allowEviction) {
      throw new StartupError(`${fault} ${cure}; or set REDIS_ALLOW_EVICTION=true to start all the same.`);
    }
    warnings.push(`${fault} ${cure}.`);
  }
  if (facts.isPersistent === false) {
    warnings.push(
      `${redis} keeps nothing on disk (neither AOF nor RDB): when it restarts, queued work waits until it is found again in the database. Turn AOF on: "redis-cli CONFIG SET appendonly yes", and the same in redis.conf.`,
    );
  }
  return warnings;
}

async function factsOf(node: Redis): Promise<ServerFacts> {
  const info = new Map(
    (await node.info()).split(/\r?\n/).flatMap((line): [string, string][] => {
      const [name, value] = line.split(':', 2);
      return name && value !== undefined ? [[name, value.trim()]] : [];
    }),
  );
  const snapshots = await savesSnapshots(node);
  const hasLog = info.get('aof_enabled') === '1';
  return {
    version: info.get('redis_version') ?? '',
    evictionPolicy: info.get('maxmemory_policy'),
    isPersistent: hasLog || snapshots,
    isClusterNode: info.get('cluster_enabled') === '1',
  };
}

/** Whether RDB snapshots are made; undefined where CONFIG is forbidden, as hosted servers do. */
async function savesSnapshots(node: Redis): Promise<boolean | undefined> {
  try {
    const [, save] = (await node.config('GET', 'save')) as string[];
    return save === undefined ? undefined : save !== '';
  } catch {
    return undefined;
  }
}
