import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { policyFor } from '../../test/support/clocks.ts';
import { built } from '../harness/built.ts';

export interface PlaceOptions {
  readonly databaseUrl: string;
  /** null: logs and imports lie in Postgres. */
  readonly mongoUri: string | null;
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The product's stores with whatever else an import needs, on an empty database that is brought up to date first. */
export async function openPlace({ databaseUrl, mongoUri }: PlaceOptions) {
  const { Database } = await built<typeof import('../../src/infrastructure/postgres/database.ts')>(
    'infrastructure/postgres/database.js',
  );
  const { Mongo } = await built<typeof import('../../src/infrastructure/mongo/mongo.ts')>(
    'infrastructure/mongo/mongo.js',
  );
  const { STORE_COLLECTIONS } = await built<typeof import('../../src/infrastructure/mongo/collection-plans.ts')>(
    'infrastructure/mongo/collection-plans.js',
  );
  const { migrate } = await built<typeof import('../../src/infrastructure/postgres/migrate.ts')>(
    'infrastructure/postgres/migrate.js',
  );
  const { composeImportStores } =
    await built<typeof import('../../src/compose-import-stores.ts')>('compose-import-stores.js');
  const { postgresReportStores } =
    await built<typeof import('../../src/compose-report-stores.ts')>('compose-report-stores.js');
  const { mongoReportStores } =
    await built<typeof import('../../src/compose-mongo-reports.ts')>('compose-mongo-reports.js');
  const { refreshReports } = await built<typeof import('../../src/application/report/refresh-reports.ts')>(
    'application/report/refresh-reports.js',
  );
  await migrate(databaseUrl);
  const limits = { maxConnections: 14, statementTimeoutMs: 0, applicationName: 'bench' };
  const db = new Database({ url: databaseUrl, ...limits, onEvents: () => undefined, onError: () => undefined });
  const mongo =
    mongoUri === null
      ? null
      : await Mongo.open({
          uri: mongoUri,
          collections: STORE_COLLECTIONS,
          applicationName: 'bench',
          requestMs: 120_000,
          workMs: 120_000,
          log: silent,
        });
  const newId = () => v7();
  const { forWork: stores } = await composeImportStores({ mongo, db, workDb: db, newId, logger: silent });
  const databases = { db, workDb: db, newId };
  const { buckets } = mongo ? mongoReportStores(mongo, databases) : postgresReportStores(databases);
  const refresh = refreshReports({ buckets });
  return {
    stores,
    refreshReports: refresh,
    uploadedBy: randomUUID(),
    parts: {
      policiesInForce: async () => [policyFor('VIP'), policyFor('NORMAL')],
      refreshReports: refresh,
      clock: { now: () => new Date() },
      newId,
      logger: silent,
      countRows: () => undefined,
      maxBytes: 2 ** 32,
    },
    async close() {
      await mongo?.close();
      await db.close();
    },
  };
}
