import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type BucketState, bucketState, type NewRateLimiter } from '../../application/rate-limiter.ts';

/** Limiters in memory: one process counts for itself. */
export const memoryRateLimiters: NewRateLimiter = (_name, max, windowSeconds) => {
  const limiter = new RateLimiterMemory({ points: max, duration: windowSeconds });
  const stateOf = (result: RateLimiterRes): BucketState =>
    bucketState(max, windowSeconds, result.consumedPoints, result.msBeforeNext);
  return {
    async charge(key, points) {
      try {
        return stateOf(await limiter.consume(key, points));
      } catch (result) {
        if (result instanceof RateLimiterRes) return stateOf(result);
        throw result;
      }
    },
    async refund(key, points) {
      await limiter.reward(key, points);
    },
  };
};

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
