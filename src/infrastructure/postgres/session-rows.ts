import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { Sql } from './database.ts';
import { refreshTokens, users } from './schema/people.ts';

/** Raises the user's epoch, which ends the access tokens, and revokes every refresh token. Locks the user's row. */
export async function endSessions(on: Sql, userId: string, now: Date): Promise<void> {
  await on
    .update(users)
    .set({ sessionEpoch: sql`${users.sessionEpoch} + 1` })
    .where(eq(users.id, userId));
  await revoke(on, eq(refreshTokens.userId, userId), now);
}

/** Revokes the refresh tokens that `which` picks and that still count. */
export async function revoke(on: Sql, which: SQL, now: Date): Promise<void> {
  await on
    .update(refreshTokens)
    .set({ revokedAt: now })
    .where(and(which, isNull(refreshTokens.revokedAt)));
}
