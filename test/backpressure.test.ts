import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deskCalls } from './support/desk-calls.ts';
import { followAlerts } from './support/follow.ts';
import type { GraphqlCaller } from './support/graphql-client.ts';
import { createTestDatabase, type TestDatabase } from './support/postgres.ts';
import { codeOf, eventually, startTestServer, type TestServer } from './support/server.ts';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy.ts';

const UPDATE = `mutation ($id: ID!, $title: String!) {
  updateTicket(input: { id: $id, title: $title }) { title version client { name } } }`;
const CREATE = `mutation ($input: CreateTicketInput!) { createTicket(input: $input) { id } }`;

const CONNECTIONS = 2;
const slow = { DATABASE_POOL_MAX: String(CONNECTIONS), OPERATION_TIMEOUT_SECONDS: '120' };

/** A value of the server's metrics; undefined where there is none. */
async function metric(server: TestServer, name: string): Promise<number | undefined> {
  const line = (await (await server.nobody.get('/metrics')).text()).split('\n').find((each) => each.startsWith(name));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

const WAITING = 'requests_admitted{state="waiting"}';
const RUNNING = 'requests_admitted{state="running"}';

/** Holds a ticket's row, so that whoever changes it keeps a connection busy. */
async function hold(server: TestServer, ticketId: string): Promise<() => Promise<void>> {
  const holder = new pg.Client({ connectionString: server.databaseUrl });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT 1 FROM tickets WHERE id = $1 FOR UPDATE', [ticketId]);
  return async () => {
    await holder.query('COMMIT');
    await holder.end();
  };
}

/** Changes of a held ticket, as many as there are connections; resolves when all of them wait in the database. */
async function block(server: TestServer, by: GraphqlCaller, ticketId: string) {
  const changes = Array.from({ length: CONNECTIONS }, (_, i) =>
    by.send(UPDATE, { id: ticketId, title: `Change ${i}` }),
  );
  await eventually(
    () =>
      server.sql(`SELECT 1 FROM pg_stat_activity
                   WHERE application_name = 'techsupport-api' AND wait_event_type = 'Lock' AND datname = current_database()`),
    (rows) => rows.length === CONNECTIONS,
  );
  return changes;
}

describe('while Postgres is slow', () => {
  it('requests wait to a bound and get 503 beyond it; probes answer, breaches are found and told, and all is well afterwards', async () => {
    await using server = await startTestServer({
      env: { ...slow, REQUEST_QUEUE_MAX: '3', REQUEST_QUEUE_SECONDS: '120' },
    });
    const { admin } = server;
    const desk = deskCalls(server);
    const clientId = await desk.client('VIP');
    const [held, promised] = [await desk.ticket(clientId), await desk.ticket(clientId)];
    const alerts = followAlerts(admin, await desk.cursor(), ['BREACHED']);
    await eventually(
      () => metric(server, 'subscribers'),
      (count) => count === 1,
    );

    const release = await hold(server, held);
    const changes = await block(server, admin, held);
    const waiting = [
      admin.send('{ me { email } }'),
      server.nobody.send(LOGIN),
      admin.send(CREATE, { input: { clientId, title: 'Waited', description: 'For its turn.' } }),
    ];
    await eventually(
      () => metric(server, WAITING),
      (count) => count === 3,
    );

    const input = { clientId, title: 'Refused', description: 'Never begun.' };
    const headers = { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ query: CREATE, variables: { input } });
    const refused = await fetch(`${server.base}/graphql`, { method: 'POST', headers, body });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(codeOf((await refused.json()) as never)).toBe('UNAVAILABLE');
    expect(await followAlerts(admin, null).ended).toMatchObject({ kind: 'closed', code: 1013 });
    expect(await metric(server, 'requests_refused_total{why="full"}')).toBe(2);

    expect((await server.nobody.get('/health')).status).toBe(200);
    const ready = await server.nobody.get('/health/ready');
    expect(await ready.json()).toMatchObject({ status: 'ready', checks: { postgres: { status: 'up' } } });
    expect(await metric(server, 'sla_overdue_unalerted')).toBe(0);
    await server.makeDue(promised, new Date());
    expect((await alerts.next()).slaAlerts.ticket.id).toBe(promised);
    await alerts.stop();
    expect(await metric(server, WAITING)).toBe(3);

    await release();
    const done = await Promise.all(changes);
    expect(done.map((answer) => codeOf(answer))).toEqual([null, null]);
    expect((await Promise.all(waiting)).map((answer) => [answer.status, codeOf(answer)])).toEqual([
      [200, null],
      [200, null],
      [200, null],
    ]);
    expect(await server.sql('SELECT title FROM tickets WHERE id <> ALL ($1)', [[held, promised]])).toEqual([
      { title: 'Waited' },
    ]);
    expect(await server.sql('SELECT version FROM tickets WHERE id = $1', [held])).toEqual([{ version: 3 }]);
    await eventually(
      () => metric(server, RUNNING),
      (count) => count === 0,
    );
    expect(codeOf(await admin.send(CREATE, { input }))).toBeNull();
  });

  it('a request that waits too long is refused, having done nothing', async () => {
    await using server = await startTestServer({ env: { ...slow, REQUEST_QUEUE_SECONDS: '1' } });
    const desk = deskCalls(server);
    const clientId = await desk.client('VIP');
    const held = await desk.ticket(clientId);
    const release = await hold(server, held);
    const changes = await block(server, server.admin, held);
    const refused = await server.nobody.send(LOGIN);
    expect([refused.status, codeOf(refused)]).toEqual([503, 'UNAVAILABLE']);
    expect(await metric(server, 'requests_refused_total{why="late"}')).toBe(1);
    await release();
    for (const answer of await Promise.all(changes)) expect(codeOf(answer)).toBeNull();
    expect(codeOf(await server.nobody.send(LOGIN))).toBeNull();
  });
});

describe('while Postgres is away', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let server: TestServer;
  beforeAll(async () => {
    database = await createTestDatabase();
    const url = new URL(database.url);
    proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    server = await startTestServer({ databaseUrl: url.href, env: { LOG_LEVEL: 'fatal' } });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await proxy.close();
    await database.drop();
  });

  const seen = async (by: GraphqlCaller) => {
    const answer = await by.send('{ me { email } }');
    return [answer.status, codeOf(answer)];
  };

  it('requests are refused at once with UNAVAILABLE, the process stays alive, and it heals by itself', async () => {
    expect(await seen(server.admin)).toEqual([200, null]);
    await proxy.cut();
    expect(await seen(server.admin)).toEqual([503, 'UNAVAILABLE']);
    expect(codeOf(await server.nobody.send(LOGIN))).toBe('UNAVAILABLE');
    expect((await server.nobody.get('/health')).status).toBe(200);
    expect((await server.nobody.get('/health/ready')).status).toBe(503);
    await proxy.restore();
    expect(
      await eventually(
        () => seen(server.admin),
        ([status]) => status === 200,
      ),
    ).toEqual([200, null]);
    expect((await server.nobody.get('/health/ready')).status).toBe(200);
  });

  it('a network that drops everything is told too, and is over when it is', async () => {
    proxy.freeze();
    const stuck = seen(server.admin);
    expect((await server.nobody.get('/health')).status).toBe(200);
    expect((await server.nobody.get('/health/ready')).status).toBe(503);
    proxy.thaw();
    expect(await stuck).toEqual([200, null]);
    expect(
      await eventually(
        async () => (await server.nobody.get('/health/ready')).status,
        (status) => status === 200,
      ),
    ).toBe(200);
  });
});

const LOGIN = 'mutation { login(email: "admin@techsupport.pro", password: "admin123") { user { id } } }';
