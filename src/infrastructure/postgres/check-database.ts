import pg from 'pg';
import { StartupError } from '../../startup-error.ts';

const OLDEST_VERSION = 150_000;

/** Makes sure that the database answers and is PostgreSQL 15 or newer; else a StartupError that says what to do. */
export async function checkDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
    const version = Number(rows[0]?.server_version_num);
    if (version < OLDEST_VERSION) {
      throw new StartupError(`PostgreSQL 15 or newer is needed; ${where(url)} runs ${Math.floor(version / 10_000)}.`);
    }
  } catch (error) {
    if (error instanceof StartupError) throw error;
    throw new StartupError(
      `${where(url)} cannot be used (${reason(error)}): check DATABASE_URL and that the server runs.`,
      {
        cause: error,
      },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The database without its password. */
function where(url: string): string {
  if (!URL.canParse(url)) return 'The database of DATABASE_URL';
  const { hostname, port, pathname } = new URL(url);
  return `The database ${pathname.slice(1)} at ${hostname}:${port || '5432'}`;
}

function reason(error: unknown): string {
  if (error instanceof AggregateError) return reason(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
