/** How a bucket stands after a charge. */
export interface BucketState {
  readonly max: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  readonly resetSeconds: number;
  /** The charge went over the limit. */
  readonly exceeded: boolean;
}

/** Counts charges per key in windows of fixed length that begin with a key's first charge. */
export interface RateLimiter {
  charge(key: string, points: number): Promise<BucketState>;
  /** Takes a charge back. */
  refund(key: string, points: number): Promise<void>;
}

/** Makes a limiter of `max` points per key and window; keys of another `name` are others. */
export type NewRateLimiter = (name: string, max: number, windowSeconds: number) => RateLimiter;

/** The state of a bucket from which `used` points were taken in a window that ends after `endsInMs`. */
export function bucketState(max: number, windowSeconds: number, used: number, endsInMs: number): BucketState {
  return {
    max,
    windowSeconds,
    remaining: Math.max(0, max - used),
    resetSeconds: Math.max(1, Math.ceil(endsInMs / 1_000)),
    exceeded: used > max,
  };
}
