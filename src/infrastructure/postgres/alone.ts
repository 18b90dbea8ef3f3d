import { sql } from 'drizzle-orm';
import type { Database, Sql } from './database.ts';
import { lockBuckets } from './report-buckets.ts';

/** Often enough that the server does not end the transaction for idling (`Database`). */
const PING_MS = 2_000;

/** Runs `work` while no other process does the same; `check` throws when that is not so (any more). */
export type Alone = <T>(work: (check: () => Promise<void>) => Promise<T>) => Promise<T>;

/** Lets one process at a time write report buckets that are kept elsewhere, by the lock that those kept here have. */
export function aloneWithBuckets(db: Database): Alone {
  return (work) =>
    db.transaction(async ({ sql: tx }) => {
      await lockBuckets(tx);
      return keptAlive(tx, () => work(() => check(tx)));
    });
}

/**
 * Keeps the transaction and its locks while `work` does something elsewhere. A process that is stopped loses them after a
 * while: then `check` throws, and so does the commit.
 */
export async function keptAlive<T>(tx: Sql, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => void check(tx).catch(() => undefined), PING_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Throws unless the transaction still holds what it has locked. */
export async function check(tx: Sql): Promise<void> {
  await tx.execute(sql`SELECT`);
}
