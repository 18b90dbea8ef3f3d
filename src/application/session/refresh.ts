import { DomainError } from '../../domain/domain-error.ts';
import { judgeRefresh } from '../../domain/refresh-token.ts';
import type { Clock, Logger, NewId } from '../runtime.ts';
import type { Trail } from '../trail/ports.ts';
import { issueTokens, type SignedIn } from './issue-tokens.ts';
import type { AccessTokens, PresentedToken, RefreshJudgement, RefreshSecrets, Sessions } from './ports.ts';

export interface RefreshDeps {
  readonly sessions: Sessions;
  readonly accessTokens: AccessTokens;
  readonly refreshSecrets: RefreshSecrets;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly refreshTokenTtlMs: number;
  readonly logger: Logger;
  readonly trail: Pick<Trail, 'concerns'>;
}

/**
 * Exchanges a refresh token for its successor and a new access token. For 5 seconds the same token gives the same successor,
 * until that is used; after that its reuse means that somebody has a copy, and ends the whole family.
 * @throws UNAUTHENTICATED for an unknown, expired, revoked or replayed token and for an inactive user.
 */
export const refresh =
  (deps: RefreshDeps) =>
  async (refreshToken: string): Promise<SignedIn> => {
    const { refreshSecrets, sessions } = deps;
    const texts = refreshSecrets.successorsOf(refreshToken);
    const [next] = texts;
    const judge = (presented: PresentedToken): RefreshJudgement => {
      const at = deps.clock.now();
      if (!presented.user.active) return { outcome: 'REFUSED', at };
      const outcome = judgeRefresh(presented.token, presented.successor, at);
      if (outcome !== 'ROTATE') return { outcome, at };
      const { familyId, userId } = presented.token;
      const expiresAt = new Date(at.getTime() + deps.refreshTokenTtlMs);
      const kept = { id: deps.newId(), familyId, userId, hash: refreshSecrets.hash(next), issuedAt: at, expiresAt };
      return { outcome, at, successor: { ...kept, usedAt: null, revokedAt: null } };
    };
    const found = await sessions.exchange(refreshSecrets.hash(refreshToken), texts.map(refreshSecrets.hash), judge);
    if (found) deps.trail.concerns(found.user.id);
    if (found?.outcome === 'REPLAYED') {
      deps.logger.warn(
        { userId: found.user.id, familyId: found.token.familyId },
        'A used refresh token came again: its family was ended.',
      );
    }
    if (!found || found.outcome === 'REFUSED' || found.outcome === 'REPLAYED') {
      throw new DomainError('UNAUTHENTICATED', 'This session has ended: sign in again.', {});
    }
    const { successor: kept } = found;
    const given = kept ? texts.find((text) => Buffer.compare(refreshSecrets.hash(text), kept.hash) === 0) : next;
    return issueTokens(deps.accessTokens, found.user, found.sessionEpoch, given ?? next, deps.clock.now());
  };
