import type { Actor } from '../../domain/actor.ts';
import { notFound } from '../../domain/domain-error.ts';
import { changeActive, sessionsEnded, type User, userActivated } from '../../domain/user.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import type { UserRegistry } from './ports.ts';

/**
 * Lets a user sign in again, or keeps them out and ends their sessions at once; the same again changes nothing. Their
 * tickets stay with them. For an ADMIN.
 * @throws CONFLICT for the last active ADMIN, NOT_FOUND for an unknown id.
 */
export const setUserActive =
  (deps: { readonly registry: UserRegistry; readonly clock: Clock; readonly newId: NewId }) =>
  async (actor: Actor, id: string, active: boolean): Promise<User> => {
    authorise(actor, 'user.manage');
    const changed = await deps.registry.change(id, (before, activeAdminIds) => {
      const user = changeActive(before, active, actor, activeAdminIds);
      if (user === before) return { user };
      if (active) return { user, activated: userActivated(deps.newId(), user.id, actor.id, deps.clock.now()) };
      return { user, sessionsEnded: sessionsEnded(deps.newId(), user.id, actor.id, 'DEACTIVATED', deps.clock.now()) };
    });
    if (!changed) throw notFound('user', id);
    return changed;
  };
