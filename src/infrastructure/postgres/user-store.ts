import { and, asc, eq, getTableColumns, inArray, or, sql } from 'drizzle-orm';
import type { UserRegistry, Users } from '../../application/user/ports.ts';
import type { NewEvent } from '../../domain/event.ts';
import { userAdded, userChanged } from '../../domain/trail.ts';
import type { User } from '../../domain/user.ts';
import { asUuid } from '../../domain/uuid.ts';
import type { Database } from './database.ts';
import { users } from './schema/people.ts';
import { endSessions } from './session-rows.ts';

const { passwordHash: _hash, sessionEpoch: _epoch, ...columns } = getTableColumns(users);

/** What a `User` is made of: everything but the secrets. */
export const userColumns = columns;

/** Reads users from Postgres. */
export function postgresUsers(db: Database): Users {
  return {
    async byIds(ids) {
      const wanted = ids.map(asUuid);
      const known = [...new Set(wanted.filter((id) => id !== undefined))];
      if (known.length === 0) return wanted.map(() => undefined);
      const rows: User[] = await db.sql.select(userColumns).from(users).where(inArray(users.id, known));
      const found = new Map(rows.map((user) => [user.id, user]));
      return wanted.map((id) => (id === undefined ? undefined : found.get(id)));
    },

    async list({ role, active }, limit) {
      return db.sql
        .select(userColumns)
        .from(users)
        .where(and(role ? eq(users.role, role) : undefined, active == null ? undefined : eq(users.active, active)))
        .orderBy(asc(users.name), asc(users.id))
        .limit(limit);
    },
  };
}

/** Changes users in Postgres. */
export function postgresUserRegistry(db: Database): UserRegistry {
  const isEmpty = async (): Promise<boolean> => {
    const anyone = await db.sql.select({ id: users.id }).from(users).limit(1);
    return anyone.length === 0;
  };

  /** One statement decides: the unique email lets only one of several through. */
  const insert = (user: User, passwordHash: string, event: NewEvent, onlyFirst: boolean): Promise<boolean> =>
    db.transaction(async (tx) => {
      const { rowCount } = await tx.sql.execute(sql`
        INSERT INTO users (id, email, name, role, active, password_hash, created_at)
        SELECT ${user.id}::uuid, ${user.email}, ${user.name}, ${user.role}, ${user.active}, ${passwordHash},
               ${user.createdAt.toISOString()}::timestamptz
         WHERE NOT ${onlyFirst}::boolean OR NOT EXISTS (SELECT FROM users)
            ON CONFLICT (email) DO NOTHING`);
      if (rowCount !== 1) return false;
      tx.append([event]);
      tx.audit(userAdded(user));
      return true;
    });

  return {
    isEmpty,
    add: (user, passwordHash, event) => insert(user, passwordHash, event, false),
    addFirst: (user, passwordHash, event) => insert(user, passwordHash, event, true),

    async change(userId, decide) {
      const id = asUuid(userId);
      if (id === undefined) return undefined;
      return db.transaction(async (tx) => {
        // Locked in one order, so that two administrators who change each other wait instead of deadlocking. A row that
        // was changed while we waited is looked at again, so that who is no longer an active ADMIN drops out.
        const held: User[] = await tx.sql
          .select(userColumns)
          .from(users)
          .where(or(eq(users.id, id), and(eq(users.role, 'ADMIN'), eq(users.active, true))))
          .orderBy(asc(users.id))
          .for('no key update');
        const before = held.find((user) => user.id === id);
        if (!before) return undefined;
        const admins = held.filter((user) => user.active && user.role === 'ADMIN');
        const change = decide(
          before,
          admins.map((admin) => admin.id),
        );
        const { role, active } = change.user;
        if (role !== before.role || active !== before.active) {
          await tx.sql.update(users).set({ role, active }).where(eq(users.id, id));
        }
        if (change.sessionsEnded) {
          await endSessions(tx.sql, id, change.sessionsEnded.occurredAt);
          tx.append([change.sessionsEnded]);
        }
        if (change.activated) tx.append([change.activated]);
        tx.audit(userChanged(before, change.user));
        return change.user;
      });
    },
  };
}
