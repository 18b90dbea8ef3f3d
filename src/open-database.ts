import type { Logger } from './application/runtime.ts';
import type { Config } from './config.ts';
import { startEmbeddedPostgres } from './infrastructure/embedded/start-embedded-postgres.ts';
import { checkDatabase } from './infrastructure/postgres/check-database.ts';

export interface OpenDatabase {
  readonly url: string;
  /** Where the data lies; null: in a database that is not ours. */
  readonly dataDir: string | null;
  /** Ends the embedded server; a database that is not ours goes on. */
  stop(): Promise<void>;
}

/**
 * The database of DATABASE_URL when it is set, else the embedded PostgreSQL on the data folder. `onExit` is told when the
 * embedded one ends by itself. Throws a StartupError that says what to do.
 */
export async function openDatabase(
  config: Config,
  logger: Logger,
  onExit: (sentence: string) => void,
): Promise<OpenDatabase> {
  const { url } = config.database;
  if (!url) return startEmbeddedPostgres({ dataDir: config.dataDir, log: logger, onExit });
  await checkDatabase(url);
  return { url, dataDir: null, stop: async () => undefined };
}
