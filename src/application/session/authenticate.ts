import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Clock } from '../runtime.ts';
import type { AccessTokens, Sessions } from './ports.ts';

/** Who sent a request, and until when their token says so. */
export interface Authenticated {
  readonly actor: Actor;
  readonly expiresAt: Date;
}

/** Finds out who sent a request. */
export type Authenticate = (token: string) => Promise<Authenticated>;

/**
 * Takes an access token as the transport found it. Ask again with the same token when the user's sessions may have ended: the answer is always by the state of now.
 * @throws UNAUTHENTICATED for a token that is not ours, damaged or expired, and when the user was deactivated, got another
 * role or ended their sessions since it was issued.
 */
export const authenticate =
  (deps: {
    readonly accessTokens: AccessTokens;
    readonly sessions: Pick<Sessions, 'standingOf'>;
    readonly clock: Clock;
  }): Authenticate =>
  async (token) => {
    const claims = await deps.accessTokens.verify(token, deps.clock.now());
    const standing = claims && (await deps.sessions.standingOf(claims.userId));
    if (!standing?.active || standing.role !== claims?.role || standing.sessionEpoch !== claims.sessionEpoch) {
      throw new DomainError(
        'UNAUTHENTICATED',
        'The access token is not valid or no longer so: get a new one from the refresh or login mutation.',
        {},
      );
    }
    return { actor: { id: claims.userId, role: claims.role }, expiresAt: claims.expiresAt };
  };
