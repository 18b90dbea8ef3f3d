import { type SQL, sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { followed } from '../src/infrastructure/followed.ts';
import { Database } from '../src/infrastructure/postgres/database.ts';
import { translatePostgresError } from '../src/infrastructure/postgres/translate-error.ts';
import { startDeadline } from '../src/interfaces/graphql/deadline.ts';
import type { Feed } from './support/live-feed.ts';
import { createTestDatabase } from './support/postgres.ts';
import { codeOf, eventually, startTestServer, type TestServer } from './support/server.ts';

const signals = followed<AbortSignal>();
let testDatabase: Awaited<ReturnType<typeof createTestDatabase>>;
let db: Database;
let watcher: pg.Pool;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  db = new Database({
    url: testDatabase.url,
    maxConnections: 2,
    // Far away: what ends here was cancelled.
    statementTimeoutMs: 600_000,
    applicationName: 'cancelling',
    signal: signals.current,
    onEvents: () => undefined,
    onError: () => undefined,
  });
  watcher = new pg.Pool({ connectionString: testDatabase.url, max: 1 });
  await watcher.query('CREATE TABLE notes (text text)');
});
afterAll(async () => {
  await db.close();
  await watcher.end();
  await testDatabase.drop();
});

/** How many statements of `db` are running with this text in them. */
async function running(text: string): Promise<number> {
  const { rows } = await watcher.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE application_name = 'cancelling' AND state = 'active' AND query LIKE '%' || $1 || '%'`,
    [text],
  );
  return rows[0]?.count ?? 0;
}

/** Runs a statement under a time limit; drizzle sends it only when it is awaited. */
const sleep = (signal: AbortSignal, statement: SQL) => signals.run(signal, async () => await db.sql.execute(statement));

/** A time limit that passes when the test says so. */
function limit() {
  let start: () => void = () => undefined;
  const deadline = startDeadline(1, (begin) => {
    start = begin;
  });
  return { ...deadline, pass: () => start() };
}

it('ends the statement that runs when the time limit passes, and no other, and the connection goes on', async () => {
  const first = limit();
  const second = limit();
  const ended = sleep(first.signal, sql`SELECT pg_sleep(300), 'first'`).catch((e) => e);
  const other = sleep(second.signal, sql`SELECT pg_sleep(300), 'second'`).catch((e) => e);
  await eventually(
    () => running('pg_sleep'),
    (count) => count === 2,
  );

  first.pass();
  expect(translatePostgresError(await ended)).toMatchObject({ code: 'TIMEOUT' });
  expect([await running('first'), await running('second')]).toEqual([0, 1]);
  expect((await db.sql.execute(sql`SELECT 1 AS one`)).rows).toEqual([{ one: 1 }]);

  second.pass();
  expect(translatePostgresError(await other)).toMatchObject({ code: 'TIMEOUT' });
});

it('rolls back a transaction whose time has passed, and begins nothing more in it', async () => {
  const { signal, pass } = limit();
  const ended = signals
    .run(signal, () =>
      db.transaction(async (tx) => {
        await tx.sql.execute(sql`INSERT INTO notes VALUES ('half')`);
        await tx.sql.execute(sql`SELECT pg_sleep(300), 'in transaction'`);
      }),
    )
    .catch((e) => e);
  await eventually(
    () => running('in transaction'),
    (count) => count === 1,
  );
  pass();
  expect(translatePostgresError(await ended)).toMatchObject({ code: 'TIMEOUT' });
  const late = await signals
    .run(signal, () => db.transaction((tx) => tx.sql.execute(sql`INSERT INTO notes VALUES ('late')`)))
    .catch((e) => e);
  expect(translatePostgresError(late)).toMatchObject({ code: 'TIMEOUT' });
  expect((await watcher.query('SELECT text FROM notes')).rows).toEqual([]);
});

it('lets finish what a caller began who has gone', async () => {
  const { signal, abandon } = limit();
  const done = signals.run(signal, () =>
    db.transaction((tx) => tx.sql.execute(sql`INSERT INTO notes SELECT 'kept' FROM pg_sleep(0.2)`)),
  );
  await eventually(
    () => running('pg_sleep(0.2)'),
    (count) => count === 1,
  );
  abandon();
  await done;
  expect((await watcher.query('SELECT text FROM notes')).rows).toEqual([{ text: 'kept' }]);
});

const QUERY = '{ tickets { nodes { id } } }';

it.each<[string, (server: TestServer) => Promise<string | null>]>([
  ['HTTP', async ({ admin }) => codeOf(await admin.send(QUERY))],
  ['WebSocket', async ({ admin }) => endedBy(admin.subscribe(QUERY))],
])('ends what an operation runs on the database when its time has passed, over %s', async (_, send) => {
  await using server = await startTestServer({ env: { OPERATION_TIMEOUT_SECONDS: '1', WS_OPERATIONS: 'all' } });
  const locker = new pg.Client({ connectionString: server.databaseUrl });
  await locker.connect();
  try {
    await locker.query('BEGIN; LOCK TABLE tickets IN ACCESS EXCLUSIVE MODE');
    const answer = send(server);
    const cancels = await eventually(
      () =>
        server.sql(
          `SELECT pid FROM pg_stat_activity WHERE application_name = 'techsupport-cancel' AND datname = current_database()`,
        ),
      (rows) => rows.length > 0,
    );
    expect(cancels).toHaveLength(1);
    expect(await answer).toBe('TIMEOUT');
  } finally {
    await locker.end();
  }
});

/** The code of the error that a feed ends with. */
async function endedBy(feed: Feed<unknown>): Promise<string | null> {
  const ending = await feed.ended;
  await feed.stop();
  return ending.kind === 'errors' ? (ending.errors[0]?.extensions?.code ?? null) : null;
}
