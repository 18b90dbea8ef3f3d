import type { Actor } from '../../domain/actor.ts';
import { invalid } from '../../domain/domain-error.ts';
import type { User } from '../../domain/user.ts';
import { authorise } from '../authorise.ts';
import type { UserFilter, Users } from './ports.ts';

const MAX_USERS = 500;

/**
 * Users by name, the first `first` (1 to 500) of those that the filter keeps.
 * @throws VALIDATION_FAILED at "first".
 */
export const listUsers =
  (deps: { readonly users: Users }) =>
  async (actor: Actor, filter: UserFilter, first: number): Promise<readonly User[]> => {
    authorise(actor, 'desk.read');
    if (!Number.isInteger(first) || first < 1 || first > MAX_USERS) {
      throw invalid('first', `Ask for 1 to ${MAX_USERS} users.`);
    }
    return deps.users.list(filter, first);
  };
