import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** How a bucket stands after a charge. */
export interface BucketState {
  readonly max: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  readonly resetSeconds: number;
  /** The charge went over the limit. */
  readonly exceeded: boolean;
}

/** Counts charges per key in windows of fixed length. One process counts for itself. */
export interface RateLimiter {
  charge(key: string, points: number): Promise<BucketState>;
  /** Takes a charge back. */
  refund(key: string, points: number): Promise<void>;
}

/** A limiter in memory: `max` points per key and window. */
export function createMemoryRateLimiter(max: number, windowSeconds: number): RateLimiter {
  const limiter = new RateLimiterMemory({ points: max, duration: windowSeconds });
  const stateOf = (result: RateLimiterRes, exceeded: boolean): BucketState => ({
    max,
    windowSeconds,
    remaining: Math.max(0, max - result.consumedPoints),
    resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1000)),
    exceeded,
  });
  return {
    async charge(key, points) {
      try {
        return stateOf(await limiter.consume(key, points), false);
      } catch (result) {
        if (result instanceof RateLimiterRes) return stateOf(result, true);
        throw result;
      }
    },
    async refund(key, points) {
      await limiter.reward(key, points);
    },
  };
}

/**
 * The bucket of an address: IPv4 as it is, IPv6 by its /64, since one subscriber has a whole /64 to choose addresses from.
 */
export function addressBucket(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped) return mapped;
  const address = ip.split('%')[0] ?? ip;
  if (!isIPv6(address)) return ip;
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  const groups = [...left, ...zeros, ...right].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${groups.join(':')}::/64`;
}
