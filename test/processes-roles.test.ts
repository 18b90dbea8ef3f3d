import { readdirSync } from 'node:fs';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { ADVISORY_LOCKS } from '../src/infrastructure/postgres/advisory-locks.ts';
import { deskCalls } from './support/desk-calls.ts';
import { metricOf } from './support/fleet.ts';
import { followAlerts } from './support/follow.ts';
import { createCaller } from './support/graphql-client.ts';
import { eventually } from './support/server.ts';
import { ServerPlace } from './support/server-place.ts';
import { runServer, type ServerProcess } from './support/server-process.ts';

const place = new ServerPlace();
const opened: pg.Client[] = [];
afterAll(() => Promise.all(opened.map((client) => client.end())));

/** A connection of the test to a new database without a table. */
async function emptyDatabase() {
  const url = await place.emptyDatabase();
  const client = new pg.Client({ connectionString: url });
  // The database goes before the connection does.
  client.on('error', () => undefined);
  await client.connect();
  opened.push(client);
  return { url, client };
}

test.each(['api', 'worker'])('ROLE=%s alone has no database, and says what to do', async (role) => {
  const end = await runServer({ env: { ROLE: role } });
  expect(end).toMatchObject({ code: 1, stdout: '' });
  expect(end.stderr.trim().split('\n')).toEqual([
    `DATABASE_URL is not set: ROLE=${role} needs a PostgreSQL that its processes share; without one leave ROLE out.`,
  ]);
});

test('a worker waits while another process migrates, then works without secrets and answers only for itself', async () => {
  const { url, client } = await emptyDatabase();
  await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.migrate]);
  const dataDir = place.folder();
  const starting = place.start({
    env: { ROLE: 'worker', NODE_ENV: 'production', HOST: '127.0.0.1', DATABASE_URL: url, DATA_DIR: dataDir },
  });
  await eventually(
    () => waiting(client),
    (count) => count === 1,
  );
  await client.query('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCKS.migrate]);
  const worker = await starting;
  expect(messages(worker)).toContain('another process is migrating the database; waiting for it');
  expect(worker.output()).toMatch(/"role":"worker".*"msg":"ready"/);

  const answer = async (path: string, init: RequestInit = {}) => (await fetch(`${worker.origin}${path}`, init)).status;
  expect(
    await Promise.all(['/', '/health', '/health/ready', '/health/metrics', '/metrics'].map((path) => answer(path))),
  ).toEqual([200, 200, 200, 200, 200]);
  expect(await answer('/graphql', { method: 'POST' })).toBe(404);
  const nothing = await fetch(`${worker.origin}/graphiql`);
  expect([nothing.status, await nothing.json()]).toEqual([
    404,
    {
      error: {
        message: expect.stringContaining('this process is a worker'),
        code: 'NOT_FOUND',
        requestId: expect.any(String),
      },
    },
  ]);
  // Seen from another machine.
  expect(await answer('/metrics', { headers: { 'x-forwarded-for': '203.0.113.7' } })).toBe(401);

  expect(await worker.stop()).toMatchObject({ code: 0, signal: null, stderr: '' });
  expect(readdirSync(dataDir), 'it kept no secret').toEqual([]);
  const { rows } = await client.query(
    'SELECT (SELECT count(*) FROM users)::int AS users, count(*)::int AS policies FROM sla_policies',
  );
  expect(rows, 'the first admin is for an API to make').toEqual([{ users: 0, policies: 2 }]);
});

test('an API leaves the work to workers, and tells what they did', async () => {
  const { url, client } = await emptyDatabase();
  const env = { NODE_ENV: 'test', HOST: '127.0.0.1', DATABASE_URL: url, JWT_SECRET: 's'.repeat(32), BCRYPT_COST: '4' };
  const api = await place.start({ env: { ...env, ROLE: 'api' } });
  const login = 'mutation { login(email: "admin@techsupport.pro", password: "admin123") { accessToken } }';
  const { accessToken } = (await createCaller(api.origin, null).ask<{ login: { accessToken: string } }>(login)).login;
  const admin = createCaller(api.origin, accessToken);
  const desk = deskCalls({ admin, sql: async (text, values = []) => (await client.query(text, values)).rows });
  const alerts = followAlerts(admin, await desk.cursor());
  const id = await desk.ticket(await desk.client('VIP'));
  await client.query(
    `UPDATE tickets SET sla_due_at = now(), sla_next_deadline_at = now(), sla_at_risk_alerted_at = now()`,
  );
  await client.query('NOTIFY techsupport_news');

  const worker = await place.start({ env: { ...env, ROLE: 'worker' } });
  expect((await alerts.next()).slaAlerts).toMatchObject({ kind: 'BREACHED', ticket: { id, status: 'ESCALATED' } });
  const detected = 'sla_detection_lag_seconds_count';
  expect([await metricOf(api, detected), await metricOf(worker, detected)]).toEqual([0, 1]);
  await alerts.stop();
  for (const each of [worker, api]) expect(await each.stop()).toMatchObject({ code: 0, signal: null, stderr: '' });
});

async function waiting(client: pg.Client): Promise<number> {
  const { rows } = await client.query(
    `SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [ADVISORY_LOCKS.migrate],
  );
  return rows[0]?.count ?? 0;
}

function messages(server: ServerProcess): string[] {
  return server
    .output()
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: string }).msg);
}
