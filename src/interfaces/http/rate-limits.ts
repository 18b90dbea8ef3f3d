import type { BucketState, NewRateLimiter, RateLimiter } from '../../application/rate-limiter.ts';
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Charge } from '../graphql/request-plugin.ts';
import { addressBucket } from './rate-limiter.ts';

export interface RateLimitSettings {
  /** Requests per window for each address that is not signed in; 0: no limit. */
  readonly max: number;
  /** Requests per window for each user; 0: no limit. */
  readonly userMax: number;
  readonly windowMinutes: number;
}

/** The limits of README, "Limits". A charge says what to answer: headers, and the refusal when it went over. */
export interface RateLimits {
  /** One request that is no upgrade: of the user, or of the address while nobody is signed in. */
  chargeRequest(caller: { readonly actor: Actor | null; readonly ip: string }): Promise<Charge>;
  /** Each alias of `login` is an attempt of the address; the request itself was the first one, unless a user sent it. */
  chargeLogins(caller: { readonly actor: Actor | null; readonly ip: string }, logins: number): Promise<Charge>;
  /**
   * One upgrade to a WebSocket: of the address, whose upgrades have a bucket of their own. Browsers can send no token with an upgrade,
   * so requests of others behind the same address must not use up what those who are signed in need to connect.
   */
  chargeUpgrade(ip: string): Promise<Charge>;
  /** What an address was charged for an upgrade becomes its user's, now that there is one. */
  moveToUser(actor: Actor, ip: string): Promise<Charge>;
  /** The same for a request that turned out to be a user's: a session that goes on. */
  moveRefreshToUser(actor: Actor, ip: string): Promise<Charge>;
}

const FREE: Charge = { headers: {}, refusal: null };

/** Counts by limiters that `newLimiter` makes. */
export function createRateLimits(settings: RateLimitSettings, newLimiter: NewRateLimiter): RateLimits {
  const windowSeconds = settings.windowMinutes * 60;
  const limiter = (name: string, max: number): RateLimiter | null =>
    max > 0 ? newLimiter(name, max, windowSeconds) : null;
  const addresses = limiter('address', settings.max);
  const upgrades = limiter('upgrade', settings.max);
  const users = limiter('user', settings.userMax);

  const chargeAddress = async (ip: string, points: number): Promise<Charge> =>
    addresses && points > 0 ? answer('address', await addresses.charge(addressBucket(ip), points)) : FREE;
  const chargeUser = async (actor: Actor): Promise<Charge> =>
    users ? answer('user', await users.charge(actor.id, 1)) : FREE;

  return {
    chargeRequest: ({ actor, ip }) => (actor ? chargeUser(actor) : chargeAddress(ip, 1)),
    async chargeLogins({ actor, ip }, logins) {
      if (!actor) return chargeAddress(ip, logins - 1);
      const charge = await chargeAddress(ip, logins);
      // The headers of a user's answer speak of the user's limit, unless the address is why it was refused.
      return charge.refusal ? charge : FREE;
    },
    chargeUpgrade: async (ip) => (upgrades ? answer('upgrade', await upgrades.charge(addressBucket(ip), 1)) : FREE),
    async moveToUser(actor, ip) {
      await upgrades?.refund(addressBucket(ip), 1);
      return chargeUser(actor);
    },
    async moveRefreshToUser(actor, ip) {
      await addresses?.refund(addressBucket(ip), 1);
      return chargeUser(actor);
    },
  };
}

/**
 * The fields of draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy` and `RateLimit`, and beside them the three
 * fields of its earlier revisions, which most clients still read.
 */
function answer(policy: string, state: BucketState): Charge {
  const headers: Record<string, string> = {
    'ratelimit-policy': `"${policy}";q=${state.max};w=${state.windowSeconds}`,
    ratelimit: `"${policy}";r=${state.remaining};t=${state.resetSeconds}`,
    'ratelimit-limit': String(state.max),
    'ratelimit-remaining': String(state.remaining),
    'ratelimit-reset': String(state.resetSeconds),
  };
  if (!state.exceeded) return { headers, refusal: null };
  const retryAfterSeconds = state.resetSeconds;
  const what = policy === 'upgrade' ? 'WebSockets that did not sign in' : 'requests';
  const message = `Too many ${what}: at most ${state.max} in ${Math.round(state.windowSeconds / 60)} minutes. Try again in ${retryAfterSeconds} s.`;
  return {
    headers: { ...headers, 'retry-after': String(retryAfterSeconds) },
    refusal: new DomainError('RATE_LIMITED', message, { retryAfterSeconds }),
  };
}
