import type { Actor } from '../../domain/actor.ts';
import { DomainError, throwIfInvalid } from '../../domain/domain-error.ts';
import { checkEmail } from '../../domain/email.ts';
import type { Role } from '../../domain/enums.ts';
import { checkNewPassword } from '../../domain/password.ts';
import { checkText } from '../../domain/text.ts';
import { MAX_NAME_LENGTH, type User, userRegistered } from '../../domain/user.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import type { Passwords } from '../session/ports.ts';
import type { UserRegistry } from './ports.ts';

export interface RegisterUserInput {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly role: Role;
}

export interface RegisterUserDeps {
  readonly registry: UserRegistry;
  readonly passwords: Passwords;
  readonly clock: Clock;
  readonly newId: NewId;
}

/**
 * Adds a user who can sign in at once. For an ADMIN.
 * @throws VALIDATION_FAILED naming every wrong field at once, CONFLICT when another user has the email address.
 */
export const registerUser =
  (deps: RegisterUserDeps) =>
  async (actor: Actor, input: RegisterUserInput): Promise<User> => {
    authorise(actor, 'user.manage');
    const email = checkEmail('input.email', input.email);
    const name = checkText('input.name', input.name, { max: MAX_NAME_LENGTH });
    const password = checkNewPassword('input.password', input.password);
    throwIfInvalid([...email.problems, ...password, ...name.problems]);
    const passwordHash = await deps.passwords.hash(input.password);
    const createdAt = deps.clock.now();
    const { role } = input;
    const user: User = { id: deps.newId(), email: email.value, name: name.value, role, active: true, createdAt };
    if (!(await deps.registry.add(user, passwordHash, userRegistered(deps.newId(), user, actor.id)))) {
      throw new DomainError('CONFLICT', `A user with the email address ${user.email} exists already.`, {});
    }
    return user;
  };
