import type { Clock } from '../runtime.ts';
import type { RefreshSecrets, Sessions } from './ports.ts';

/** Ends the session that a refresh token belongs to. True for any text, so that nobody can probe for tokens by it. */
export const logout =
  (deps: { readonly sessions: Sessions; readonly refreshSecrets: RefreshSecrets; readonly clock: Clock }) =>
  async (refreshToken: string): Promise<true> => {
    await deps.sessions.endFamily(deps.refreshSecrets.hash(refreshToken), deps.clock.now());
    return true;
  };
