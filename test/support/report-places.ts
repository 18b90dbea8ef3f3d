import { randomBytes, randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe } from 'vitest';
import { mongoReportStores } from '../../src/compose-mongo-reports.ts';
import { postgresReportStores } from '../../src/compose-report-stores.ts';
import { REPORT_COLLECTIONS } from '../../src/infrastructure/mongo/collection-plans.ts';
import { Mongo, type MongoDatabase } from '../../src/infrastructure/mongo/mongo.ts';
import { Database } from '../../src/infrastructure/postgres/database.ts';
import { type BehindReports, behindMongo, behindPostgres } from './behind-reports.ts';
import { createTestMongo, mongoMissing, mongoNote, type TestMongo } from './mongo.ts';
import { createTestDatabase } from './postgres.ts';
import { reportsFrom } from './reports.ts';

export type ReportPlace = ReturnType<typeof reportsFrom> & {
  readonly db: Database;
  readonly behind: BehindReports;
  /** The same data as another process has it. */
  other(): Promise<ReportPlace>;
  close(): Promise<void>;
};

export type OpenReports = (at: Date) => Promise<ReportPlace>;

/** The same suite on both stores. */
export function describeOnEachReportStore(name: string, suite: (open: OpenReports) => void): void {
  describe(`${name}, in Postgres`, () => suite(openOnPostgres));
  describe.skipIf(mongoMissing)(`${name}, in MongoDB${mongoNote}`, () => {
    let server: TestMongo;
    beforeAll(async () => {
      server = await createTestMongo();
    });
    afterAll(() => server.drop());
    suite((at) => openOnMongo(server.uri, at));
  });
}

function connect(url: string): Database {
  return new Database({
    url,
    maxConnections: 6,
    statementTimeoutMs: 20_000,
    applicationName: 'report-test',
    onEvents: () => undefined,
    onError: () => undefined,
  });
}

export async function openOnPostgres(at: Date): Promise<ReportPlace> {
  const database = await createTestDatabase();
  const open = (last: () => Promise<void>): ReportPlace => {
    const db = connect(database.url);
    return {
      ...reportsFrom(postgresReportStores({ db, workDb: db, newId: randomUUID }), at),
      db,
      behind: behindPostgres(db),
      other: async () => open(async () => undefined),
      close: () => db.close().then(last),
    };
  };
  return open(database.drop);
}

/** On a database of its own on the server of `serverUri`; `wrap` puts something between the stores and the driver. */
export async function openOnMongo(
  serverUri: string,
  at: Date,
  wrap: (mongo: MongoDatabase) => MongoDatabase = (mongo) => mongo,
): Promise<ReportPlace> {
  const database = await createTestDatabase();
  const uri = new URL(serverUri);
  uri.pathname = `${uri.pathname}_${randomBytes(4).toString('hex')}`;
  const behind = new MongoClient(uri.href);
  const open = async (last: () => Promise<void>, between = (mongo: MongoDatabase) => mongo): Promise<ReportPlace> => {
    const db = connect(database.url);
    const mongo = await openMongo(uri.href);
    const wrapped = {
      forRequests: async () => between(await mongo.forRequests()),
      forWork: async () => between(await mongo.forWork()),
    };
    return {
      ...reportsFrom(mongoReportStores(wrapped, { db, workDb: db, newId: randomUUID }), at),
      db,
      behind: behindMongo(behind, mongo),
      other: () => open(async () => undefined),
      close: async () => {
        await mongo.close();
        await db.close();
        await last();
      },
    };
  };
  return open(async () => {
    await behind.db().dropDatabase();
    await behind.close();
    await database.drop();
  }, wrap);
}

/** With the limits of a test; nothing is logged. */
export function openMongo(uri: string): Promise<Mongo> {
  const log = { info: () => undefined, warn: () => undefined };
  const limits = { requestMs: 20_000, workMs: 20_000 };
  return Mongo.open({ uri, collections: REPORT_COLLECTIONS, applicationName: 'report-test', ...limits, log });
}
