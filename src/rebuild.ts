import { v7 as uuidv7 } from 'uuid';
import { composeReports } from './compose-reports.ts';
import { PostgresWakeUp } from './infrastructure/postgres/wake-up.ts';
import { openMongo } from './open-mongo.ts';
import { runOnDatabase } from './run-on-database.ts';

/** `npm run rebuild`: recomputes the logs of live tickets and every report from the tickets and the imported logs. */
runOnDatabase('rebuild', async ({ config, db, url, clock, logger }) => {
  const mongo = await openMongo(config, logger);
  const reports = await composeReports({
    mongo,
    db,
    workDb: db,
    wakeUp: new PostgresWakeUp(url, logger),
    clock,
    newId: () => uuidv7(),
    logger,
    isImporting: async () => false,
  });
  const tickets = await reports.rebuildReports().finally(() => mongo?.close());
  console.log(`Rebuilt the reports from ${tickets} tickets and all imported rows.`);
  return 0;
});
