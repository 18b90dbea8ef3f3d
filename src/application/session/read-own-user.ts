import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { User } from '../../domain/user.ts';
import { authorise } from '../authorise.ts';
import type { Users } from '../user/ports.ts';

/** The actor as a user. */
export const readOwnUser =
  (deps: { readonly users: Users }) =>
  async (actor: Actor): Promise<User> => {
    authorise(actor, 'desk.read');
    const [user] = await deps.users.byIds([actor.id]);
    if (!user) throw new DomainError('UNAUTHENTICATED', 'Your user no longer exists: sign in again.', {});
    return user;
  };
