import { eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Account, Sessions } from '../../application/session/ports.ts';
import type { RefreshToken } from '../../domain/refresh-token.ts';
import { type AuditedChange, sessionChanged } from '../../domain/trail.ts';
import { asUuid } from '../../domain/uuid.ts';
import type { Database, Sql } from './database.ts';
import { refreshTokens, users } from './schema/people.ts';
import { endSessions, revoke } from './session-rows.ts';
import { standingsOf } from './standings.ts';
import { userColumns } from './user-store.ts';

const PRUNED_AT_ONCE = 5_000;

/**
 * Sign-ins in Postgres. Whatever changes the sessions of a user locks the user's row first, so that everything about them
 * happens one after another and nothing can deadlock.
 */
export function postgresSessions(db: Database): Sessions {
  const accounts = (on: Sql) =>
    on
      .select({ user: userColumns, passwordHash: users.passwordHash, sessionEpoch: users.sessionEpoch })
      .from(users)
      .$dynamic();

  const standings = standingsOf(db);

  return {
    async accountByEmail(email) {
      const [account] = await accounts(db.sql).where(eq(users.email, email));
      return account;
    },

    async accountById(userId) {
      const id = asUuid(userId);
      if (id === undefined) return undefined;
      const [account] = await accounts(db.sql).where(eq(users.id, id));
      return account;
    },

    async standingOf(userId) {
      const id = asUuid(userId);
      if (id === undefined) return undefined;
      return standings(id);
    },

    async open(token, sessionEpoch) {
      return db.transaction(async (tx) => {
        const account = await lock(tx.sql, eq(users.id, token.userId));
        if (!account?.user.active || account.sessionEpoch !== sessionEpoch) return false;
        await keep(tx.sql, token);
        tx.audit(sessionChanged(token.userId, { email: account.user.email, sessionId: token.familyId }));
        return true;
      });
    },

    async exchange(hash, successorHashes, judge) {
      return db.transaction(async (tx) => {
        const account = await lock(tx.sql, ownerOf(hash));
        if (!account) return undefined;
        // Read after the lock was won, by a statement of its own: what others changed before is seen.
        const token = await byHash(tx.sql, hash);
        if (!token) return undefined;
        const successor = token.usedAt ? await byHash(tx.sql, ...successorHashes) : undefined;
        const presented = { token, successor, user: account.user, sessionEpoch: account.sessionEpoch };
        const judgement = judge(presented);
        if (judgement.outcome === 'ROTATE') {
          await tx.sql.update(refreshTokens).set({ usedAt: judgement.at }).where(eq(refreshTokens.id, token.id));
          await keep(tx.sql, judgement.successor);
          tx.audit(sessionChanged(token.userId, { sessionId: token.familyId, refreshed: true }));
        } else if (judgement.outcome === 'REPLAYED') {
          await revoke(tx.sql, eq(refreshTokens.familyId, token.familyId), judgement.at);
          tx.audit(replayed(token));
        }
        return { ...presented, outcome: judgement.outcome };
      });
    },

    async endFamily(hash, now) {
      await db.transaction(async (tx) => {
        if (!(await lock(tx.sql, ownerOf(hash)))) return;
        const token = await byHash(tx.sql, hash);
        if (!token) return;
        await revoke(tx.sql, eq(refreshTokens.familyId, token.familyId), now);
        tx.audit(sessionChanged(token.userId, { sessionId: token.familyId, ended: true }));
      });
    },

    async endAll(event) {
      await db.transaction(async (tx) => {
        if (event.subjectId === null) return;
        await endSessions(tx.sql, event.subjectId, event.occurredAt);
        tx.append([event]);
        tx.audit(sessionChanged(event.subjectId, { everySession: 'ended' }));
      });
    },

    async changePassword(passwordHash, sessionEpoch, event) {
      return db.transaction(async (tx) => {
        if (event.subjectId === null) return false;
        const account = await lock(tx.sql, eq(users.id, event.subjectId));
        if (!account?.user.active || account.sessionEpoch !== sessionEpoch) return false;
        await tx.sql.update(users).set({ passwordHash }).where(eq(users.id, event.subjectId));
        await endSessions(tx.sql, event.subjectId, event.occurredAt);
        tx.append([event]);
        tx.audit(sessionChanged(event.subjectId, { password: 'changed', everySession: 'ended' }));
        return true;
      });
    },

    async prune(now) {
      let total = 0;
      for (;;) {
        const { rowCount } = await db.sql.execute(sql`
          DELETE FROM refresh_tokens WHERE id IN (
            SELECT id FROM refresh_tokens WHERE expires_at < ${now.toISOString()}::timestamptz
             LIMIT ${PRUNED_AT_ONCE} FOR UPDATE SKIP LOCKED)`);
        total += rowCount ?? 0;
        if ((rowCount ?? 0) < PRUNED_AT_ONCE) return total;
      }
    },
  };

  /** Holds the user's row: nobody else signs them in, refreshes or ends their sessions until the transaction is over. */
  async function lock(on: Sql, which: SQL): Promise<Account | undefined> {
    // Not FOR UPDATE: that would hold up everyone who inserts a row that refers to the user.
    const [account] = await accounts(on).where(which).for('no key update');
    return account;
  }
}

/** Somebody has a copy of the token: it is not known who presented it. */
function replayed({ userId, familyId }: RefreshToken): AuditedChange {
  const { subjectId, after } = sessionChanged(userId, {
    errorCode: 'UNAUTHENTICATED',
    sessionId: familyId,
    replayed: true,
    ended: true,
  });
  return { subjectId, before: null, after, refused: true };
}

function ownerOf(hash: Uint8Array) {
  return sql`${users.id} = (SELECT user_id FROM refresh_tokens WHERE token_hash = ${Buffer.from(hash)})`;
}

/** The token that has this hash, or one of them. */
async function byHash(on: Sql, ...hashes: readonly Uint8Array[]): Promise<RefreshToken | undefined> {
  const [row] = await on
    .select()
    .from(refreshTokens)
    .where(
      inArray(
        refreshTokens.tokenHash,
        hashes.map((hash) => Buffer.from(hash)),
      ),
    );
  if (!row) return undefined;
  const { tokenHash, ...token } = row;
  return { ...token, hash: tokenHash };
}

async function keep(on: Sql, { hash, ...token }: RefreshToken): Promise<void> {
  await on.insert(refreshTokens).values({ ...token, tokenHash: Buffer.from(hash) });
}
