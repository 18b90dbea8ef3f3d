import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Chunk, ImportStores, NewImport, WaitingRow } from '../../src/application/import/ports.ts';
import { encodeRows } from '../../src/application/import/rows-text.ts';
import { mongoImportStores } from '../../src/infrastructure/mongo/imports/import-stores.ts';
import { IMPORT_COLLECTIONS } from '../../src/infrastructure/mongo/imports/plans.ts';
import { Mongo, type MongoDatabase } from '../../src/infrastructure/mongo/mongo.ts';
import { REPORT_MARKS, REPORT_MARKS_PLAN } from '../../src/infrastructure/mongo/report-marks.ts';
import { TICKET_LOG_PLAN, TICKET_LOGS, type TicketLogDocument } from '../../src/infrastructure/mongo/ticket-logs.ts';
import { packText } from '../../src/infrastructure/packed-text.ts';
import { appendOnce } from '../../src/infrastructure/postgres/append-once.ts';
import { Database } from '../../src/infrastructure/postgres/database.ts';
import { postgresImportStores } from '../../src/infrastructure/postgres/import-stores.ts';
import { createTestMongo, mongoMissing, mongoNote, type TestMongo } from './mongo.ts';
import { silent } from './open-queues.ts';
import { createTestDatabase } from './postgres.ts';

/** An imported log as the tests look at it. */
export interface SeenLog {
  readonly externalId: string;
  readonly clientName: string;
  readonly clientType: string;
  readonly importId: string;
  readonly rowNumber: number;
  readonly status: string;
  readonly createdAt: Date;
  readonly resolvedAt: Date | null;
  readonly agent: string | null;
  readonly priority: number | null;
  readonly escalationLevel: number;
  readonly escalatedAt: Date | null;
  readonly breached: boolean;
  readonly breachedAt: Date | null;
  readonly title: string | null;
}

/** The stores of the imports on one of the two databases, and a look behind them. The event log is in Postgres either way. */
export interface StorePlace {
  readonly stores: ImportStores;
  /** The stores of another process beside this one. */
  beside(wrap?: (mongo: MongoDatabase) => MongoDatabase): ImportStores;
  readonly db: Database;
  /** Of the Postgres that has the event log. */
  readonly databaseUrl: string;
  /** Imported logs by external id. */
  logs(): Promise<SeenLog[]>;
  /** The report days that are marked, each once, ascending. */
  days(): Promise<string[]>;
  clearDays(): Promise<void>;
  /** How many pieces of uploaded files there are. */
  pieces(): Promise<number>;
  /** From now on the store refuses logs with this external id, as a bug or a foreign constraint would. */
  refuse(externalId: string): Promise<void>;
  /** It takes all of them again. */
  accept(): Promise<void>;
  close(): Promise<void>;
}

/** What opens stores on a database of their own; `wrap` puts something between the stores and the driver of MongoDB. */
export type OpenPlace = (options?: PlaceOptions) => Promise<StorePlace>;

interface PlaceOptions {
  readonly wrap?: (mongo: MongoDatabase) => MongoDatabase;
  /** The port on this machine by which the stores reach MongoDB, in place of the server's own. */
  readonly through?: number;
  readonly onEvents?: () => void;
}

/** The same suite on both databases. */
export function describeOnEachStore(name: string, suite: (open: OpenPlace) => void): void {
  describe(`${name}, in Postgres`, () => suite(openPostgresPlace));
  describeOnMongo(name, suite);
}

/** A suite on MongoDB alone; each place has a database of its own on one server. */
export function describeOnMongo(name: string, suite: (open: OpenPlace, uri: () => string) => void): void {
  // The server for tests is slower than either real one by far.
  describe.skipIf(mongoMissing)(`${name}, in MongoDB${mongoNote}`, { timeout: 120_000 }, () => {
    let server: TestMongo;
    beforeAll(async () => {
      server = await createTestMongo();
    });
    afterAll(() => server.drop());
    suite(
      (options) => openMongoPlace(server.uri, options),
      () => server.uri,
    );
  });
}

async function openEvents(onEvents: () => void = () => undefined) {
  const database = await createTestDatabase();
  let isClosing = false;
  const db = new Database({
    url: database.url,
    maxConnections: 14,
    statementTimeoutMs: 10_000,
    applicationName: 'test',
    onEvents,
    onError: (error) => {
      if (!isClosing) throw error;
    },
  });
  const close = async () => {
    isClosing = true;
    await db.close();
    await database.drop();
  };
  return { db, databaseUrl: database.url, close };
}

/** The stores in a Postgres database of their own. */
export async function openPostgresPlace({ onEvents }: PlaceOptions = {}): Promise<StorePlace> {
  const { db, databaseUrl, close } = await openEvents(onEvents);
  const rows = async <T>(text: string): Promise<T[]> => (await db.pool.query(text)).rows as T[];
  return {
    stores: postgresImportStores(db, () => v7()),
    beside: () => postgresImportStores(db, () => v7()),
    db,
    databaseUrl,
    logs: () =>
      rows<SeenLog>(`SELECT external_id AS "externalId", client_name AS "clientName", client_type AS "clientType", import_id AS "importId",
        row_number AS "rowNumber", status, created_at AS "createdAt", resolved_at AS "resolvedAt", agent, priority,
        escalation_level AS "escalationLevel", escalated_at AS "escalatedAt", breached, breached_at AS "breachedAt", title
        FROM ticket_logs WHERE external_id IS NOT NULL ORDER BY external_id COLLATE "C"`),
    days: async () =>
      (await rows<{ day: string }>('SELECT DISTINCT day::text FROM report_dirty_days ORDER BY 1')).map(
        ({ day }) => day,
      ),
    clearDays: async () => void (await rows('DELETE FROM report_dirty_days')),
    pieces: async () => (await rows('SELECT FROM upload_chunks')).length,
    refuse: async (externalId) =>
      void (await rows(`
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.external_id = '${externalId}' THEN RAISE EXCEPTION 'this one is cursed'; END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON ticket_logs FOR EACH ROW EXECUTE FUNCTION refuse()`)),
    accept: async () => void (await rows('DROP TRIGGER refuse ON ticket_logs; DROP FUNCTION refuse')),
    close,
  };
}

async function openMongoPlace(
  serverUri: string,
  { wrap = (mongo) => mongo, through, onEvents }: PlaceOptions = {},
): Promise<StorePlace> {
  const events = await openEvents(onEvents);
  const uri = new URL(serverUri);
  uri.pathname = `${uri.pathname}_${randomUUID().slice(0, 8)}`;
  const way = new URL(uri);
  if (through !== undefined) way.host = `127.0.0.1:${through}`;
  const mongo = await Mongo.open({
    uri: way.href,
    collections: [TICKET_LOG_PLAN, REPORT_MARKS_PLAN, ...IMPORT_COLLECTIONS],
    applicationName: 'test',
    requestMs: 10_000,
    workMs: 10_000,
    log: silent,
  });
  const behind = new MongoClient(uri.href);
  const logs = behind.db().collection<TicketLogDocument>(TICKET_LOGS);
  const validate = (validator: object) => behind.db().command({ collMod: TICKET_LOGS, validator });
  const schema = { $jsonSchema: TICKET_LOG_PLAN.schema };
  const beside = (between = (each: MongoDatabase) => each) =>
    mongoImportStores({
      mongo: async () => between(await mongo.forWork()),
      append: appendOnce(events.db),
      newId: () => v7(),
      logger: silent,
    });
  return {
    stores: beside(wrap),
    beside,
    db: events.db,
    databaseUrl: events.databaseUrl,
    logs: async () => (await logs.find({ externalId: { $ne: null } }, { sort: { externalId: 1 } }).toArray()).map(seen),
    days: async () => {
      const marks = await behind.db().collection<{ days: string[] }>(REPORT_MARKS).find().toArray();
      return [...new Set(marks.flatMap(({ days }) => days))].sort();
    },
    clearDays: async () => void (await behind.db().collection(REPORT_MARKS).deleteMany({})),
    pieces: () => behind.db().collection('uploads.chunks').countDocuments(),
    refuse: async (externalId) => void (await validate({ $and: [schema, { externalId: { $ne: externalId } }] })),
    accept: async () => void (await validate(schema)),
    close: async () => {
      await mongo.close();
      await behind.db().dropDatabase();
      await behind.close();
      await events.close();
    },
  };
}

function seen(log: TicketLogDocument): SeenLog {
  const { clientName, clientType, status, createdAt, resolvedAt, agentId, priority, escalationLevel, title } = log;
  const { escalatedAt, breached, breachedAt } = log;
  return {
    externalId: log.externalId ?? '',
    clientName,
    clientType,
    importId: log.importId ?? '',
    rowNumber: log.rowNumber ?? 0,
    status,
    createdAt,
    resolvedAt,
    agent: agentId,
    priority,
    escalationLevel,
    escalatedAt,
    breached,
    breachedAt,
    title,
  };
}

/** An upload that is about to become an import, made at `createdAt`. */
export function newImport(changes: Partial<NewImport> = {}): NewImport {
  const id = v7();
  return {
    id,
    uploadId: v7(),
    filename: 'tickets.xlsx',
    sizeBytes: 3,
    dryRun: false,
    mapping: null,
    sha256: id.replaceAll('-', '').padEnd(64, '0'),
    uploadedById: randomUUID(),
    createdAt: new Date('2026-11-01T00:00:00Z'),
    ...changes,
  };
}

/** A chunk of these rows. */
export function chunkOf(seq: number, rows: readonly WaitingRow[]): Chunk {
  return { seq, rowCount: rows.length, rows: packText(encodeRows(rows)) };
}

/** Rows from `from` on, with these cells. */
export function waitingRows(from: number, ...cells: WaitingRow['cells'][]): WaitingRow[] {
  return cells.map((each, index) => ({ rowNumber: from + index, cells: each, duplicateOf: null }));
}
