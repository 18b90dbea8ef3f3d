import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import {
  type BucketState,
  bucketState,
  type NewRateLimiter,
  type RateLimiter,
} from '../../application/rate-limiter.ts';
import { inTime } from './in-time.ts';
import type { RedisConnections } from './redis-connections.ts';

/** A request waits no longer than this for its charge. */
const PATIENCE_MS = 250;
/** After a failure Redis is left alone for so long: one request in a second may lose its time, not each of them. */
const REST_MS = 1_000;

/**
 * Limiters whose counters all processes share. While Redis is away, or slow, each process counts for itself by `fallback`:
 * limits are then per process, but nobody is refused for it and no request waits.
 */
export function redisRateLimiters(redis: RedisConnections, fallback: NewRateLimiter): NewRateLimiter {
  let restUntil = 0;

  const orElse = async <T>(shared: () => Promise<T>, own: () => Promise<T>): Promise<T> => {
    if (!redis.isReachable || performance.now() < restUntil) return own();
    try {
      return await inTime(shared(), PATIENCE_MS);
    } catch {
      restUntil = performance.now() + REST_MS;
      return own();
    }
  };

  return (name, max, windowSeconds): RateLimiter => {
    const own = fallback(name, max, windowSeconds);
    const shared = new RateLimiterRedis({
      storeClient: redis.commands,
      keyPrefix: `${redis.keyPrefix}:limit:${name}`,
      points: max,
      duration: windowSeconds,
    });
    const stateOf = (result: RateLimiterRes): BucketState =>
      bucketState(max, windowSeconds, result.consumedPoints, result.msBeforeNext);
    const consume = async (key: string, points: number): Promise<BucketState> => {
      try {
        return stateOf(await shared.consume(key, points));
      } catch (result) {
        if (result instanceof RateLimiterRes) return stateOf(result);
        throw result;
      }
    };
    return {
      charge: (key, points) =>
        orElse(
          () => consume(key, points),
          () => own.charge(key, points),
        ),
      refund: (key, points) =>
        orElse(
          async () => void (await shared.reward(key, points)),
          () => own.refund(key, points),
        ),
    };
  };
}
