import type { Actor } from '../../domain/actor.ts';
import { notFound } from '../../domain/domain-error.ts';
import type { Role } from '../../domain/enums.ts';
import { changeRole, sessionsEnded, type User } from '../../domain/user.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import type { UserRegistry } from './ports.ts';

/**
 * Gives another user a role and ends their sessions, whose tokens name the old one; the same role again changes nothing.
 * For an ADMIN.
 * @throws FORBIDDEN for one's own role, CONFLICT for the last active ADMIN, NOT_FOUND for an unknown id.
 */
export const setUserRole =
  (deps: { readonly registry: UserRegistry; readonly clock: Clock; readonly newId: NewId }) =>
  async (actor: Actor, id: string, role: Role): Promise<User> => {
    authorise(actor, 'user.manage');
    const changed = await deps.registry.change(id, (before, activeAdminIds) => {
      const user = changeRole(before, role, actor, activeAdminIds);
      if (user === before) return { user };
      const roles = { from: before.role, to: user.role };
      const now = deps.clock.now();
      return { user, sessionsEnded: sessionsEnded(deps.newId(), user.id, actor.id, 'ROLE_CHANGED', now, roles) };
    });
    if (!changed) throw notFound('user', id);
    return changed;
  };
