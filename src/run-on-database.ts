import type { Clock, Logger } from './application/runtime.ts';
import { type Config, loadConfig } from './config.ts';
import { createLogging } from './infrastructure/observability/logging.ts';
import { Database } from './infrastructure/postgres/database.ts';
import { DatabaseClock, timeOf } from './infrastructure/postgres/database-clock.ts';
import { migrate } from './infrastructure/postgres/migrate.ts';
import { openDatabase } from './open-database.ts';
import { StartupError } from './startup-error.ts';

export interface TaskParts {
  readonly config: Config;
  /** With every migration applied; its statements may take as long as they need. */
  readonly db: Database;
  readonly url: string;
  /** The database's time. */
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Runs a task of the command line on the database of DATABASE_URL, or on the embedded one while no server uses it, and ends the
 * process with the task's exit code; with 1 when it fails.
 */
export function runOnDatabase(name: string, task: (parts: TaskParts) => Promise<number>): void {
  run(name, task).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      console.error(error instanceof StartupError ? error.message : error);
      process.exit(1);
    },
  );
}

async function run(name: string, task: (parts: TaskParts) => Promise<number>): Promise<number> {
  const config = loadConfig();
  const { logger } = createLogging({ ...config.logging, level: 'warn' });
  const database = await openDatabase(config, logger, (sentence) => {
    console.error(sentence);
    process.exit(1);
  });
  try {
    const { url } = database;
    await migrate(url, logger);
    const db = new Database({
      url,
      maxConnections: 4,
      statementTimeoutMs: 0,
      applicationName: `techsupport-${name}`,
      onEvents: () => undefined,
      onError: (error) => logger.warn({ err: error }, 'a database connection was lost'),
    });
    try {
      const clock = await DatabaseClock.start({ ask: timeOf(db), logger });
      try {
        return await task({ config, db, url, clock, logger });
      } finally {
        clock.stop();
      }
    } finally {
      await db.close();
    }
  } finally {
    await database.stop();
  }
}
