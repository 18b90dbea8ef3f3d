import type { User } from '../../domain/user.ts';
import type { AccessTokens } from './ports.ts';

/** What signing in and refreshing give. */
export interface SignedIn {
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
  readonly refreshToken: string;
  readonly user: User;
}

/** An access token for `user` beside their refresh token. */
export async function issueTokens(
  accessTokens: AccessTokens,
  user: User,
  sessionEpoch: number,
  refreshToken: string,
  now: Date,
): Promise<SignedIn> {
  const access = await accessTokens.issue({ userId: user.id, role: user.role, sessionEpoch }, now);
  return { accessToken: access.token, accessTokenExpiresAt: access.expiresAt, refreshToken, user };
}
