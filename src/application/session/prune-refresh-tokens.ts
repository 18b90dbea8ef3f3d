import type { Clock } from '../runtime.ts';
import type { Sessions } from './ports.ts';

/** Forgets refresh tokens that have expired; to be run now and then. Returns how many there were. */
export const pruneRefreshTokens =
  (deps: { readonly sessions: Sessions; readonly clock: Clock }) => async (): Promise<number> =>
    deps.sessions.prune(deps.clock.now());
