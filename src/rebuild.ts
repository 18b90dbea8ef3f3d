import { v7 as uuidv7 } from 'uuid';
import { composeReports } from './compose-reports.ts';
import { loadConfig } from './config.ts';
import { createLogging } from './infrastructure/observability/logging.ts';
import { Database } from './infrastructure/postgres/database.ts';
import { migrate } from './infrastructure/postgres/migrate.ts';
import { PostgresWakeUp } from './infrastructure/postgres/wake-up.ts';
import { openDatabase } from './open-database.ts';
import { StartupError } from './startup-error.ts';

/** `npm run rebuild`: recomputes the logs of live tickets and every report from the tickets and the imported logs. */
async function rebuild(): Promise<void> {
  const config = loadConfig();
  const { logger } = createLogging({ ...config.logging, level: 'warn' });
  const database = await openDatabase(config, logger, (sentence) => {
    console.error(sentence);
    process.exit(1);
  });
  try {
    await migrate(database.url);
    const db = new Database({
      url: database.url,
      maxConnections: 4,
      statementTimeoutMs: 0,
      applicationName: 'techsupport-rebuild',
      onEvents: () => undefined,
      onError: (error) => logger.warn({ err: error }, 'a database connection was lost'),
    });
    const reports = composeReports({
      db,
      workDb: db,
      wakeUp: new PostgresWakeUp(database.url, logger),
      clock: { now: () => new Date() },
      newId: () => uuidv7(),
      logger,
    });
    const tickets = await reports.rebuildReports();
    await db.close();
    console.log(`Rebuilt the reports from ${tickets} tickets and all imported rows.`);
  } finally {
    await database.stop();
  }
}

rebuild().catch((error: unknown) => {
  console.error(error instanceof StartupError ? error.message : error);
  process.exit(1);
});
