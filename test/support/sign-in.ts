import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import type { Clock } from '../../src/application/runtime.ts';
import { authenticate } from '../../src/application/session/authenticate.ts';
import { changePassword } from '../../src/application/session/change-password.ts';
import { login } from '../../src/application/session/login.ts';
import { logout } from '../../src/application/session/logout.ts';
import { logoutEverywhere } from '../../src/application/session/logout-everywhere.ts';
import { pruneRefreshTokens } from '../../src/application/session/prune-refresh-tokens.ts';
import { readOwnUser } from '../../src/application/session/read-own-user.ts';
import { refresh } from '../../src/application/session/refresh.ts';
import { NO_TRAIL } from '../../src/application/trail/audit-trail.ts';
import { listUsers } from '../../src/application/user/list-users.ts';
import { readUser } from '../../src/application/user/read-user.ts';
import { registerUser } from '../../src/application/user/register-user.ts';
import { seedFirstAdmin } from '../../src/application/user/seed-first-admin.ts';
import { setUserActive } from '../../src/application/user/set-user-active.ts';
import { setUserRole } from '../../src/application/user/set-user-role.ts';
import type { Actor } from '../../src/domain/actor.ts';
import type { Role } from '../../src/domain/enums.ts';
import { joseAccessTokens } from '../../src/infrastructure/auth/access-tokens.ts';
import { bcryptPasswords } from '../../src/infrastructure/auth/passwords.ts';
import { refreshSecrets } from '../../src/infrastructure/auth/refresh-secrets.ts';
import { Database } from '../../src/infrastructure/postgres/database.ts';
import { postgresSessions } from '../../src/infrastructure/postgres/session-store.ts';
import { postgresUserRegistry, postgresUsers } from '../../src/infrastructure/postgres/user-store.ts';
import { createTestDatabase } from './postgres.ts';

export const SECRET = 'a secret of the tests, more than 32 bytes long';
export const PASSWORD = 'correct horse battery';
const CONNECTIONS = 8;

/** Everything about signing in, on a database of its own, with a clock that stands still until it is moved. */
export async function createSignIn() {
  const database = await createTestDatabase();
  let closing = false;
  const db = new Database({
    url: database.url,
    maxConnections: CONNECTIONS,
    statementTimeoutMs: 10_000,
    applicationName: 'test',
    onEvents: () => undefined,
    // Dropping the database cuts off connections that have said goodbye already.
    onError: (error) => {
      if (!closing) throw error;
    },
  });
  let now = Date.parse('2026-03-01T09:00:00.250Z');
  const clock: Clock = { now: () => new Date(now) };
  const warnings: Record<string, unknown>[] = [];
  const logger = {
    info: () => undefined,
    warn: (fields: Record<string, unknown>) => void warnings.push(fields),
    error: () => undefined,
  };
  const passwords = bcryptPasswords({ cost: 4 });
  const accessTokens = joseAccessTokens({ secret: SECRET, ttlSeconds: 900 });
  const deps = {
    sessions: postgresSessions(db),
    users: postgresUsers(db),
    registry: postgresUserRegistry(db),
    passwords,
    accessTokens,
    refreshSecrets: refreshSecrets(SECRET),
    clock,
    newId: v7,
    refreshTokenTtlMs: 30 * 86_400_000,
    logger,
    trail: NO_TRAIL,
  };
  const useCases = {
    login: login(deps),
    refresh: refresh(deps),
    logout: logout(deps),
    logoutEverywhere: logoutEverywhere(deps),
    changePassword: changePassword(deps),
    authenticate: authenticate(deps),
    pruneRefreshTokens: pruneRefreshTokens(deps),
    readOwnUser: readOwnUser(deps),
    listUsers: listUsers(deps),
    readUser: readUser(deps),
    registerUser: registerUser(deps),
    setUserRole: setUserRole(deps),
    setUserActive: setUserActive(deps),
    seedFirstAdmin: seedFirstAdmin(deps),
  };

  return {
    ...useCases,
    deps,
    db,
    clock,
    warnings,
    advance(milliseconds: number): void {
      now += milliseconds;
    },
    /** A user as if registered long ago. */
    async person(role: Role = 'AGENT', name = 'Ada'): Promise<Actor & { readonly email: string }> {
      const id = v7();
      const email = `${randomUUID()}@example.com`;
      const user = { id, email, name, role, active: true, createdAt: clock.now() };
      const hash = await passwords.hash(PASSWORD);
      const event = { id: v7(), type: 'user.registered', subjectId: id, actorId: null, from: null, to: role } as const;
      await deps.registry.add(user, hash, { ...event, occurredAt: clock.now(), data: null });
      return { id, role, email };
    },
    /** Opens every connection of the pool, so that calls that follow really run at the same time. */
    async connectAll(): Promise<void> {
      const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => db.pool.connect()));
      for (const client of clients) client.release();
    },
    /** The types of the events about a subject, in their order, each with its data. */
    async eventsOf(subjectId: string): Promise<{ type: string; actor_id: string | null; data: unknown }[]> {
      const { rows } = await db.pool.query(
        'SELECT type, actor_id, data FROM event_log WHERE subject_id = $1 ORDER BY position',
        [subjectId],
      );
      return rows;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      closing = true;
      await db.close();
      await database.drop();
    },
  };
}

export type SignIn = Awaited<ReturnType<typeof createSignIn>>;
