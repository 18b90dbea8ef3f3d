import { afterEach, beforeEach, expect, it } from 'vitest';
import { deskCalls } from './support/desk-calls.ts';
import { followAlerts } from './support/follow.ts';
import { historyWorkbook, importCalls } from './support/import-calls.ts';
import { describeWithRedis } from './support/redis.ts';
import { startRedis, type TestRedis } from './support/redis-server.ts';
import { codeOf, eventually, startTestServer, type TestServer, type TestServerOptions } from './support/server.ts';
import { nextAlert, secondsAgo } from './support/sla-view.ts';

const ROWS = 600;
const BAD = 20;
const DONE = { status: 'COMPLETED_WITH_ERRORS', processedRows: ROWS, succeededRows: ROWS - BAD, failedRows: BAD };

let redis: TestRedis;
const cleanUp: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  redis = await startRedis();
});
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
  await redis[Symbol.asyncDispose]();
});

/** The whole product as one more process on this Redis. */
async function start({ env, ...options }: TestServerOptions = {}): Promise<TestServer> {
  const server = await startTestServer({
    ...options,
    env: { REDIS_URL: redis.url, IMPORT_CHUNK_ROWS: '20', SLA_SWEEP_SECONDS: '1', LOG_LEVEL: 'warn', ...env },
  });
  cleanUp.push(() => server[Symbol.asyncDispose]());
  return server;
}

/** How a dependency of the server stands. */
async function healthOf(server: TestServer, name: string) {
  const response = await server.nobody.get('/health/ready');
  const { checks } = (await response.json()) as { checks: Record<string, { status: string; detail?: string }> };
  return { http: response.status, ...checks[name] };
}

const untilReady = (server: TestServer) =>
  eventually(
    () => Promise.all(['queues', 'wake-up'].map((name) => healthOf(server, name))),
    (checks) => checks.every(({ status }) => status === 'up'),
  );

/** Keeps every import from writing until `release` is called. */
async function holdWriting(server: TestServer): Promise<{ release(): Promise<unknown> }> {
  await server.sql('CREATE TABLE held (x int)');
  await server.sql(`CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM 1 FROM held; WHILE EXISTS (SELECT FROM held) LOOP PERFORM pg_sleep(0.01); END LOOP; RETURN NULL; END $$`);
  await server.sql('INSERT INTO held VALUES (1)');
  await server.sql('CREATE TRIGGER hold BEFORE INSERT ON ticket_logs FOR EACH STATEMENT EXECUTE FUNCTION hold()');
  return { release: () => server.sql('DELETE FROM held') };
}

describeWithRedis('the product on Redis', () => {
  it('imports a workbook, tells of a broken promise through another process, and limits requests for both', async () => {
    const server = await start({ env: { RATE_LIMIT_MAX: '40' } });
    const other = await start({ databaseUrl: server.databaseUrl, env: { RATE_LIMIT_MAX: '40' } });
    const keys = await redis.client.keys('*');
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => !key.startsWith('{techsupport}:'))).toEqual([]);
    const queues = `SELECT FROM pg_stat_activity
      WHERE application_name = 'techsupport-queues' AND datname = current_database()`;
    expect(await server.sql(queues)).toEqual([]);

    const imports = importCalls(server.admin);
    const { id } = await imports.upload(await historyWorkbook(ROWS, BAD));
    expect(await importCalls(other.admin).lastState(id)).toMatchObject(DONE);

    const desk = deskCalls(server);
    const ticket = await desk.ticket(await desk.client('VIP'));
    const feed = followAlerts(other.admin, await desk.cursor());
    await server.makeDue(ticket, secondsAgo(0));
    expect(await nextAlert(feed)).toMatchObject({ kind: 'BREACHED', ticket: { id: ticket } });
    await feed.stop();

    // Each start has signed in the admin of its process, by the same address.
    const left = async ({ base }: TestServer) =>
      Number((await fetch(`${base}/graphql?query={__typename}`)).headers.get('ratelimit-remaining'));
    const first = await left(server);
    expect(await left(other)).toBe(first - 1);
    for (let n = first - 1; n > 0; n--) await left(n % 2 ? server : other);
    for (const each of [server, other]) expect(codeOf(await each.nobody.send('{ __typename }'))).toBe('RATE_LIMITED');
  });

  it('goes on without it: mutations, alerts, limits; uploads wait; and heals when it is back', async () => {
    const server = await start({ env: { RATE_LIMIT_MAX: '1000' } });
    const desk = deskCalls(server);
    const feed = followAlerts(server.admin, await desk.cursor());
    const client = await desk.client('VIP');
    await redis.kill();
    await eventually(
      () => healthOf(server, 'queues'),
      ({ status }) => status === 'down',
    );
    expect(await healthOf(server, 'wake-up')).toMatchObject({ http: 200, status: 'degraded' });
    expect((await server.nobody.get('/health/metrics')).status).toBe(200);

    const ticket = await desk.ticket(client);
    await desk.comment(ticket);
    await server.makeDue(ticket, secondsAgo(0));
    expect(await nextAlert(feed)).toMatchObject({ kind: 'BREACHED', ticket: { id: ticket } });
    expect((await fetch(`${server.base}/graphql?query={__typename}`)).headers.get('ratelimit-limit')).toBe('1000');

    const imports = importCalls(server.admin);
    const { id, status } = await imports.upload(await historyWorkbook(ROWS, BAD));
    expect(status).toBe('QUEUED');
    expect(codeOf(await server.admin.send('{ queueStats { name } }'))).toBe('UNAVAILABLE');

    await redis.restart();
    await untilReady(server);
    expect(await imports.lastState(id)).toMatchObject(DONE);
    await feed.stop();
  });

  it('starts without it, and works fully when it comes', async () => {
    await redis.kill();
    const server = await start();
    const imports = importCalls(server.admin);
    const { id } = await imports.upload(await historyWorkbook(ROWS, BAD));
    await redis.restart();
    await untilReady(server);
    expect(await imports.lastState(id)).toMatchObject(DONE);
  });

  it('completes an import in the midst of which everything in Redis was wiped', async () => {
    const server = await start();
    const imports = importCalls(server.admin);
    const { release } = await holdWriting(server);
    const { id } = await imports.upload(await historyWorkbook(ROWS, BAD));
    // Everything is read and queued, and some chunks are being written.
    await eventually(
      () => server.sql<{ total_rows: number | null }>('SELECT total_rows FROM import_processes WHERE id = $1', [id]),
      ([row]) => row?.total_rows !== null,
    );
    await eventually(
      () =>
        Promise.all(['import-first-chunks', 'import-chunks'].map((q) => redis.client.llen(`{techsupport}:${q}:wait`))),
      (waiting) => waiting.some((jobs) => jobs > 0),
    );
    await redis.client.flushall();
    await release();
    expect(await imports.lastState(id)).toMatchObject(DONE);
  });

  it('stops within seconds, with Redis and without', async () => {
    const [one, other] = [await start(), await start()];
    await one.stop();
    await redis.kill();
    await other.stop();
    expect([...one.log, ...other.log].filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});
