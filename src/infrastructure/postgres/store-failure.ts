import { DrizzleQueryError } from 'drizzle-orm';
import pg from 'pg';

/** Classes of SQLSTATE that speak of the server or of other transactions, not of the data: the same may go well later. */
const PASSING = ['08', '25', '40', '53', '55', '57', '58', 'XX'];

/** What Postgres says against the data of a statement, in its own words; null when the store itself was in trouble. */
export function dataProblem(error: unknown): string | null {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  if (!(cause instanceof pg.DatabaseError)) return null;
  return PASSING.includes(cause.code?.slice(0, 2) ?? 'XX') ? null : cause.message;
}
