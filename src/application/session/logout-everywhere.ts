import type { Actor } from '../../domain/actor.ts';
import { sessionsEnded } from '../../domain/user.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import type { Sessions } from './ports.ts';

/** Ends every session of the actor, this one included: access tokens, refresh tokens and open subscriptions. */
export const logoutEverywhere =
  (deps: { readonly sessions: Sessions; readonly clock: Clock; readonly newId: NewId }) =>
  async (actor: Actor): Promise<true> => {
    authorise(actor, 'session.own');
    await deps.sessions.endAll(sessionsEnded(deps.newId(), actor.id, actor.id, 'LOGOUT_EVERYWHERE', deps.clock.now()));
    return true;
  };
