import type { Actor } from '../../domain/actor.ts';
import type { User } from '../../domain/user.ts';
import { authorise } from '../authorise.ts';
import type { Users } from './ports.ts';

/** The user with this id; undefined when there is none, also for what is no UUID. */
export const readUser =
  (deps: { readonly users: Users }) =>
  async (actor: Actor, id: string): Promise<User | undefined> => {
    authorise(actor, 'desk.read');
    const [user] = await deps.users.byIds([id]);
    return user;
  };
