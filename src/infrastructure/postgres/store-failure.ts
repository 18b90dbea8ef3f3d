import { DrizzleQueryError } from 'drizzle-orm';
import pg from 'pg';

/** Classes of SQLSTATE that speak of the server or of other transactions, not of the data: the same may go well later. */
const PASSING = ['08', '25', '40', '53', '55', '57', '58', 'XX'];

const UNIQUE_VIOLATION = '23505';

/** What Postgres says against the data of a statement, in its own words; null when the store itself was in trouble. */
export function dataProblem(error: unknown): string | null {
  const cause = databaseError(error);
  if (!cause) return null;
  return PASSING.includes(cause.code?.slice(0, 2) ?? 'XX') ? null : cause.message;
}

/** Whether another row has the key. */
export function isDuplicateKey(error: unknown): boolean {
  return databaseError(error)?.code === UNIQUE_VIOLATION;
}

function databaseError(error: unknown): pg.DatabaseError | null {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  return cause instanceof pg.DatabaseError ? cause : null;
}
