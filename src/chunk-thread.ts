import { workerData } from 'node:worker_threads';
import { Breath } from './application/breath.ts';
import { commitChunk } from './application/import/commit-chunk.ts';
import type { CommittedChunk } from './application/import/ports.ts';
import type { ChunkRequest, ChunkThreadTask } from './compose-chunk-thread.ts';
import { composeImportStores } from './compose-import-stores.ts';
import { orderedIds } from './infrastructure/ordered-ids.ts';
import { Database } from './infrastructure/postgres/database.ts';
import { PostgresPolicyStore } from './infrastructure/postgres/policy-store.ts';
import { serveWork } from './infrastructure/serve-work.ts';
import { stepBack } from './infrastructure/thread-priority.ts';
import { openMongo } from './open-mongo.ts';

// The thread that writes chunks of imports: the same use case as in the process, on connections of its own.

const STATEMENT_MS = 120_000;

/** Nobody else waits for this loop of events. */
const ROWS_PER_TURN = 5_000;

stepBack();
const { config, databaseUrl, connections } = workerData as ChunkThreadTask;

await serveWork<ChunkRequest, CommittedChunk | null>(async ({ logger, onEvents }) => {
  const db = new Database({
    url: databaseUrl,
    maxConnections: connections,
    statementTimeoutMs: STATEMENT_MS,
    applicationName: 'techsupport-chunks',
    onEvents,
    onError: (error) => logger.warn({ err: error }, 'a database connection was lost'),
  });
  const policies = new PostgresPolicyStore(db);
  const mongo = await openMongo(config, logger);
  const { forWork } = await composeImportStores({ mongo, db, workDb: db, newId: orderedIds(), logger });
  const commit = commitChunk({
    ...forWork,
    policiesInForce: () => policies.all(),
    breath: new Breath(ROWS_PER_TURN),
  });
  return {
    answer: ({ importId, seq, now }) => commit(importId, seq, now),
    async close() {
      await mongo?.close();
      await db.close();
    },
  };
});
