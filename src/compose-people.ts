import type { Clock, Logger, NewId } from './application/runtime.ts';
import { authenticate } from './application/session/authenticate.ts';
import { changePassword } from './application/session/change-password.ts';
import { login } from './application/session/login.ts';
import { logout } from './application/session/logout.ts';
import { logoutEverywhere } from './application/session/logout-everywhere.ts';
import { pruneRefreshTokens } from './application/session/prune-refresh-tokens.ts';
import { readOwnUser } from './application/session/read-own-user.ts';
import { refresh } from './application/session/refresh.ts';
import type { Trail } from './application/trail/ports.ts';
import { listUsers } from './application/user/list-users.ts';
import { readUser } from './application/user/read-user.ts';
import { registerUser } from './application/user/register-user.ts';
import { seedFirstAdmin } from './application/user/seed-first-admin.ts';
import { setUserActive } from './application/user/set-user-active.ts';
import { setUserRole } from './application/user/set-user-role.ts';
import type { Config } from './config.ts';
import { joseAccessTokens } from './infrastructure/auth/access-tokens.ts';
import { bcryptPasswords } from './infrastructure/auth/passwords.ts';
import { refreshSecrets } from './infrastructure/auth/refresh-secrets.ts';
import type { Database } from './infrastructure/postgres/database.ts';
import { postgresSessions } from './infrastructure/postgres/session-store.ts';
import { postgresUserRegistry, postgresUsers } from './infrastructure/postgres/user-store.ts';

const DAY_MS = 24 * 3_600_000;

export interface PeopleParts {
  readonly db: Database;
  readonly auth: Config['auth'];
  readonly jwtSecret: string;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly logger: Logger;
  readonly trail: Trail;
}

/** Who can sign in, and their sessions. */
export function composePeople({ db, auth, jwtSecret, clock, newId, logger, trail }: PeopleParts) {
  const users = postgresUsers(db);
  const { jwtSecretPrevious: previousSecret } = auth;
  const deps = {
    users,
    sessions: postgresSessions(db),
    registry: postgresUserRegistry(db),
    passwords: bcryptPasswords({ cost: auth.bcryptCost }),
    accessTokens: joseAccessTokens({ secret: jwtSecret, previousSecret, ttlSeconds: auth.accessTokenMinutes * 60 }),
    refreshSecrets: refreshSecrets(jwtSecret, previousSecret),
    refreshTokenTtlMs: auth.refreshTokenDays * DAY_MS,
    clock,
    newId,
    logger,
    trail,
  };
  return {
    users,
    authenticate: authenticate(deps),
    readUser: readUser(deps),
    seedFirstAdmin: seedFirstAdmin(deps),
    pruneRefreshTokens: pruneRefreshTokens(deps),
    sessions: {
      login: login(deps),
      refresh: refresh(deps),
      logout: logout(deps),
      logoutEverywhere: logoutEverywhere(deps),
      changePassword: changePassword(deps),
      readOwnUser: readOwnUser(deps),
    },
    people: {
      listUsers: listUsers(deps),
      registerUser: registerUser(deps),
      setUserRole: setUserRole(deps),
      setUserActive: setUserActive(deps),
    },
  };
}

export type People = ReturnType<typeof composePeople>;
