import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeMove } from '../src/compose-move.ts';
import type { MoveDirection } from '../src/compose-move-parts.ts';
import { STORE_COLLECTIONS } from '../src/infrastructure/mongo/collection-plans.ts';
import { Mongo } from '../src/infrastructure/mongo/mongo.ts';
import { Database } from '../src/infrastructure/postgres/database.ts';
import { historyWorkbook, importCalls, PROCESS } from './support/import-calls.ts';
import { createTestMongo, mongoMissing, mongoNote, type TestMongo } from './support/mongo.ts';
import { silent } from './support/open-queues.ts';
import { startTestServer, type TestServer } from './support/server.ts';

const [ROWS, BAD] = [120, 30];
const [MORE_ROWS, MORE_BAD] = [60, 6];
const PATIENCE_MS = 180_000;
const IMPORTS = `{ importProcesses(first: 10) { nodes { ${PROCESS} createdAt columns { header field } } } }`;
const RETRY = 'mutation ($id: ID!) { retryDeadLetters(importId: $id) { status } }';
const REPORTS = `{ reports { weeklyStatus(weeks: 200) { week opened resolved backlog }
  topAgents(limit: 50) { agent resolved averageMinutes } averageResolution { tier tickets averageMinutes }
  escalatedPerMonth { month tier escalated total } } }`;

describe.skipIf(mongoMissing)(`the product after a move between its stores${mongoNote}`, () => {
  let mongo: TestMongo;
  beforeAll(async () => {
    mongo = await createTestMongo();
  });
  afterAll(() => mongo?.drop());

  it(
    'has the same imports, dead letters and reports; retries and repeated uploads find them; open imports go on',
    async () => {
      await using first = await startTestServer();
      const { databaseUrl } = first;
      const [onPostgres, onMongo] = [{}, { MONGO_URI: mongo.uri }];
      const workbook = await historyWorkbook(ROWS, BAD);
      const { id } = await importCalls(first.admin).upload(workbook);
      const done = { status: 'COMPLETED_WITH_ERRORS', succeededRows: ROWS - BAD, failedRows: BAD };
      expect(await importCalls(first.admin).lastState(id)).toMatchObject(done);
      await first.stop();

      /** What a server tells that runs for as long as `use` does. */
      async function during<T>(
        env: Readonly<Record<string, string>>,
        use: (server: TestServer) => Promise<T>,
      ): Promise<T> {
        await using server = await startTestServer({ databaseUrl, env });
        return await use(server);
      }
      const told = async ({ admin }: TestServer) => ({
        imports: await admin.ask(IMPORTS),
        letters: await importCalls(admin).letters(id),
        reports: await admin.ask(REPORTS),
      });
      /** Takes files, and works on none. */
      const entrance = { ROLE: 'api', DATABASE_URL: databaseUrl };

      const { waiting, before } = await during({ ...entrance, ...onPostgres }, async (server) => ({
        waiting: await importCalls(server.admin).upload(await historyWorkbook(MORE_ROWS, MORE_BAD)),
        before: await told(server),
      }));
      expect(before.letters).toHaveLength(BAD);

      await move('to-mongo', databaseUrl, mongo.uri);
      await during({ ...entrance, ...onMongo }, async (server) => {
        expect(await told(server)).toEqual(before);
        expect(await importCalls(server.admin).upload(workbook)).toMatchObject({ id, ...done });
      });
      const after = await during(onMongo, async (server) => {
        const { lastState } = importCalls(server.admin);
        const more = { status: 'COMPLETED_WITH_ERRORS', processedRows: MORE_ROWS, failedRows: MORE_BAD };
        expect(await lastState(waiting.id)).toMatchObject(more);
        await server.admin.ask(RETRY, { id });
        expect(await lastState(id)).toMatchObject({ ...done, retriedRows: BAD });
        return told(server);
      });
      expect(after.letters.map(({ attempts }) => attempts)).toEqual(Array(BAD).fill(2));

      await move('to-postgres', databaseUrl, mongo.uri);
      expect(await during(onPostgres, told)).toEqual(after);
    },
    PATIENCE_MS,
  );
});

/** As the command does it, while no server runs. */
async function move(direction: MoveDirection, databaseUrl: string, uri: string): Promise<void> {
  const limits = { requestMs: 20_000, workMs: 20_000 };
  const mongo = await Mongo.open({
    uri,
    collections: STORE_COLLECTIONS,
    applicationName: 'test',
    ...limits,
    log: silent,
  });
  const db = new Database({
    url: databaseUrl,
    maxConnections: 4,
    statementTimeoutMs: 20_000,
    applicationName: 'test',
    onEvents: () => undefined,
    onError: () => undefined,
  });
  try {
    const composed = composeMove({ db, mongo, newId: randomUUID, logger: silent, onProgress: () => undefined });
    expect(await composed(direction, { replace: direction === 'to-postgres' })).toMatchObject({ kind: 'moved' });
  } finally {
    await db.close();
    await mongo.close();
  }
}
