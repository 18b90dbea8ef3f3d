import { DomainError } from '../../domain/domain-error.ts';
import { checkEmail } from '../../domain/email.ts';
import type { Clock, NewId } from '../runtime.ts';
import type { Trail } from '../trail/ports.ts';
import { issueTokens, type SignedIn } from './issue-tokens.ts';
import type { AccessTokens, Passwords, RefreshSecrets, Sessions } from './ports.ts';

/** Whoever keeps ending their own sessions is told no in the end. */
const MOST_ATTEMPTS = 3;

export interface LoginDeps {
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly accessTokens: AccessTokens;
  readonly refreshSecrets: RefreshSecrets;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly refreshTokenTtlMs: number;
  readonly trail: Pick<Trail, 'concerns'>;
}

/**
 * Signs a user in by email, in any case, and password.
 * @throws UNAUTHENTICATED, in the same words and after the same work, for an unknown address, a wrong password and an
 * inactive user.
 */
export const login =
  (deps: LoginDeps) =>
  async (input: { readonly email: string; readonly password: string }): Promise<SignedIn> => {
    const email = checkEmail('email', input.email);
    for (let attempt = 1; ; attempt += 1) {
      const account = email.problems.length === 0 ? await deps.sessions.accountByEmail(email.value) : undefined;
      if (account) deps.trail.concerns(account.user.id);
      const matches = await deps.passwords.matches(input.password, account?.passwordHash);
      if (!account || !matches || !account.user.active) throw refused();
      const { user, sessionEpoch } = account;
      const refreshToken = deps.refreshSecrets.create();
      const now = deps.clock.now();
      const id = deps.newId();
      const opened = await deps.sessions.open(
        {
          id,
          familyId: id,
          userId: user.id,
          hash: deps.refreshSecrets.hash(refreshToken),
          issuedAt: now,
          expiresAt: new Date(now.getTime() + deps.refreshTokenTtlMs),
          usedAt: null,
          revokedAt: null,
        },
        sessionEpoch,
      );
      if (opened) return issueTokens(deps.accessTokens, user, sessionEpoch, refreshToken, now);
      // While it was being compared the password was changed, the user deactivated, or only signed out everywhere: looked at anew.
      if (attempt === MOST_ATTEMPTS) throw refused();
    }
  };

function refused(): DomainError<'UNAUTHENTICATED'> {
  return new DomainError('UNAUTHENTICATED', 'The email address or the password is wrong.', {});
}
