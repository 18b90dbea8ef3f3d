import { workerData } from 'node:worker_threads';
import { Breath } from './application/breath.ts';
import { commitChunk } from './application/import/commit-chunk.ts';
import type { CommittedChunk } from './application/import/ports.ts';
import { refreshReports } from './application/report/refresh-reports.ts';
import { composeImportStores } from './compose-import-stores.ts';
import type { ImportRequest, ImportThreadTask } from './compose-import-thread.ts';
import { reportStores } from './compose-reports.ts';
import { orderedIds } from './infrastructure/ordered-ids.ts';
import { Database } from './infrastructure/postgres/database.ts';
import { PostgresPolicyStore } from './infrastructure/postgres/policy-store.ts';
import { serveWork } from './infrastructure/serve-work.ts';
import { stepBack } from './infrastructure/thread-priority.ts';
import { openMongo } from './open-mongo.ts';

// The thread that writes chunks of imports and sums up the reports after them: the same use cases as in the process, on
// connections of its own.

const STATEMENT_MS = 120_000;

/** Nobody else waits for this loop of events. */
const ROWS_PER_TURN = 5_000;

stepBack();
const { config, databaseUrl, connections } = workerData as ImportThreadTask;

await serveWork<ImportRequest, CommittedChunk | null>(async ({ logger, onEvents }) => {
  const db = new Database({
    url: databaseUrl,
    maxConnections: connections,
    statementTimeoutMs: STATEMENT_MS,
    applicationName: 'techsupport-imports',
    onEvents,
    onError: (error) => logger.warn({ err: error }, 'a database connection was lost'),
  });
  const policies = new PostgresPolicyStore(db);
  const mongo = await openMongo(config, logger);
  const newId = orderedIds();
  const { forWork } = await composeImportStores({ mongo, db, workDb: db, newId, logger });
  const refresh = refreshReports(await reportStores(mongo, { db, workDb: db, newId }));
  const commit = commitChunk({
    ...forWork,
    policiesInForce: () => policies.all(),
    breath: new Breath(ROWS_PER_TURN),
  });
  return {
    async answer(request) {
      if (request.kind === 'chunk') return commit(request.importId, request.seq, request.now);
      await refresh();
      return null;
    },
    async close() {
      await mongo?.close();
      await db.close();
    },
  };
});
