import { invalid, throwIfInvalid } from '../../domain/domain-error.ts';
import { checkNewPassword } from '../../domain/password.ts';
import { type User, userRegistered } from '../../domain/user.ts';
import type { Clock, NewId } from '../runtime.ts';
import type { Passwords } from '../session/ports.ts';
import type { UserRegistry } from './ports.ts';

export const FIRST_ADMIN_EMAIL = 'admin@techsupport.pro';
/** Known to everybody, so never used in production. */
export const LOCAL_ADMIN_PASSWORD = 'admin123';

/**
 * With no user in the database, adds the one who can add the others. Processes that start together add one. Returns whether
 * this call did.
 * @throws VALIDATION_FAILED at "ADMIN_PASSWORD" when that is needed and missing (in production), or no good password.
 */
export const seedFirstAdmin =
  (deps: {
    readonly registry: UserRegistry;
    readonly passwords: Passwords;
    readonly clock: Clock;
    readonly newId: NewId;
  }) =>
  async (options: { readonly adminPassword: string | undefined; readonly production: boolean }): Promise<boolean> => {
    if (!(await deps.registry.isEmpty())) return false;
    if (options.production && options.adminPassword === undefined) {
      throw invalid(
        'ADMIN_PASSWORD',
        `The database has no user yet: set ADMIN_PASSWORD to the password that ${FIRST_ADMIN_EMAIL} shall sign in with.`,
      );
    }
    const password = options.adminPassword ?? LOCAL_ADMIN_PASSWORD;
    throwIfInvalid(
      checkNewPassword('ADMIN_PASSWORD', password).map(({ path, message }) => ({
        path,
        message: `${path}: ${message}`,
      })),
    );
    const passwordHash = await deps.passwords.hash(password);
    const admin: User = {
      id: deps.newId(),
      email: FIRST_ADMIN_EMAIL,
      name: 'Administrator',
      role: 'ADMIN',
      active: true,
      createdAt: deps.clock.now(),
    };
    return deps.registry.addFirst(admin, passwordHash, userRegistered(deps.newId(), admin, null));
  };
