import { expect, test } from 'vitest';
import { joseAccessTokens } from '../src/infrastructure/auth/access-tokens.ts';
import { deskCalls } from './support/desk-calls.ts';
import { execute } from './support/execute.ts';
import { createCaller, type GraphqlCaller } from './support/graphql-client.ts';
import { goodRow, workbook } from './support/import-pipeline.ts';
import { codeOf } from './support/server.ts';
import { ServerPlace } from './support/server-place.ts';
import type { ServerProcess } from './support/server-process.ts';

const OLD = 'the secret of last year, more than 32 bytes';
const NEW = 'the secret of this year, more than 32 bytes';
const LOGIN = `mutation { login(email: "admin@techsupport.pro", password: "admin123") { accessToken refreshToken } }`;
const REFRESH = 'mutation ($token: String!) { refresh(refreshToken: $token) { accessToken refreshToken } }';
const UPLOAD = 'mutation ($file: Upload!) { importTickets(file: $file) { id } }';

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

const place = new ServerPlace();
const anyone = ({ origin }: ServerProcess) => createCaller(origin, null);
const login = async (server: ServerProcess) => (await anyone(server).ask<{ login: Tokens }>(LOGIN)).login;
const refresh = async (server: ServerProcess, token: string) =>
  (await anyone(server).ask<{ refresh: Tokens }>(REFRESH, { token })).refresh;
const me = async ({ origin }: ServerProcess, token: string) =>
  codeOf(await createCaller(origin, token).send('{ me { id } }')) ?? 'signed in';
const isSignedWith = async (secret: string, token: string) =>
  (await joseAccessTokens({ secret, ttlSeconds: 60 }).verify(token, new Date())) !== undefined;

/** How a socket with this token fares that asks for everything from the beginning. */
async function live({ origin }: ServerProcess, token: string, after: string): Promise<string> {
  const feed = createCaller(origin, token).subscribe(
    'subscription ($after: String) { ticketEvents(after: $after) { id } }',
    {
      after,
    },
  );
  const how = await Promise.race([
    feed.next().then(() => 'events'),
    feed.ended.then((ending) => (ending.kind === 'closed' ? String(ending.code) : ending.kind)),
  ]).catch(() => feed.ended.then((ending) => (ending.kind === 'closed' ? String(ending.code) : ending.kind)));
  await feed.stop();
  return how;
}

/** The address of the error workbook of an import that rejected a row. */
async function errorWorkbook(admin: GraphqlCaller): Promise<string> {
  const bytes = await workbook([goodRow('G'), goodRow('B', { 2: 'Premium' })]);
  const { data } = await admin.upload<{ importTickets: { id: string } }>(UPLOAD, { bytes, name: 'old.xlsx' });
  const progress = 'subscription ($id: ID!) { importProgress(id: $id) { errorWorkbookUrl } }';
  const feed = admin.subscribe<{ importProgress: { errorWorkbookUrl: string | null } }>(progress, {
    id: data?.importTickets.id,
  });
  await feed.ended;
  await feed.stop();
  return feed.waiting.at(-1)?.importProgress.errorWorkbookUrl ?? '';
}

test('another JWT_SECRET signs nobody out while JWT_SECRET_PREVIOUS names the one before', async () => {
  const databaseUrl = await place.emptyDatabase();
  const start = (secrets: Record<string, string>) =>
    place.start({
      env: { NODE_ENV: 'test', HOST: '127.0.0.1', DATABASE_URL: databaseUrl, BCRYPT_COST: '4', ...secrets },
    });
  const before = await start({ JWT_SECRET: OLD });
  const first = await login(before);
  const admin = createCaller(before.origin, first.accessToken);
  const desk = deskCalls({ admin, sql: async () => [] });
  const cursor = await desk.cursor();
  await desk.ticket(await desk.client('VIP'));
  const link = new URL(await errorWorkbook(admin));
  const other = await login(before);
  const second = await refresh(before, first.refreshToken);
  await before.stop();

  const between = await start({ JWT_SECRET: NEW, JWT_SECRET_PREVIOUS: OLD });
  expect(between.output()).toContain('JWT_SECRET_PREVIOUS is set');
  for (const { accessToken } of [first, other, second]) expect(await me(between, accessToken)).toBe('signed in');
  expect(await live(between, second.accessToken, cursor)).toBe('events');
  expect((await fetch(`${between.origin}${link.pathname}${link.search}`)).status).toBe(200);
  // A client that lost the answer of its refresh in the restart asks once more, within the time that it has for that.
  await execute(databaseUrl, 'UPDATE refresh_tokens SET used_at = now() WHERE used_at IS NOT NULL');
  expect((await refresh(between, first.refreshToken)).refreshToken).toBe(second.refreshToken);
  const third = await refresh(between, second.refreshToken);
  expect([await isSignedWith(NEW, third.accessToken), await isSignedWith(OLD, third.accessToken)]).toEqual([
    true,
    false,
  ]);
  expect(await me(between, third.accessToken)).toBe('signed in');
  await between.stop();

  const after = await start({ JWT_SECRET: NEW });
  expect(await me(after, third.accessToken)).toBe('signed in');
  expect(await me(after, second.accessToken)).toBe('UNAUTHENTICATED');
  expect(await live(after, second.accessToken, cursor)).toBe('4403');
  expect((await fetch(`${after.origin}${link.pathname}${link.search}`)).status).toBe(403);
  const late = await refresh(after, other.refreshToken);
  expect(await me(after, late.accessToken)).toBe('signed in');
});

test('processes that sign with either secret, and accept both, do not sign anybody out', async () => {
  const databaseUrl = await place.emptyDatabase();
  const start = (secrets: Record<string, string>) =>
    place.start({
      env: {
        NODE_ENV: 'test',
        ROLE: 'api',
        HOST: '127.0.0.1',
        DATABASE_URL: databaseUrl,
        BCRYPT_COST: '4',
        RATE_LIMIT_MAX: '0',
        ...secrets,
      },
    });
  const old = await start({ JWT_SECRET: OLD, JWT_SECRET_PREVIOUS: NEW });
  const changed = await start({ JWT_SECRET: NEW, JWT_SECRET_PREVIOUS: OLD });
  const servers = [old, changed];
  const tokens = await login(old);

  const all = await Promise.all(
    Array.from({ length: 20 }, (_, n) => refresh(servers[n % 2] ?? old, tokens.refreshToken)),
  );
  const [one] = all;
  expect(new Set(all.map(({ refreshToken }) => refreshToken)).size).toBe(1);
  for (const server of servers) {
    for (const { accessToken } of all.slice(0, 2)) expect(await me(server, accessToken)).toBe('signed in');
  }

  // Whoever has a copy and uses it once the successor was used ends the family, in both processes.
  const next = await refresh(changed, one?.refreshToken ?? '');
  for (const server of servers) {
    await expect(refresh(server, tokens.refreshToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(refresh(server, next.refreshToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  }
});
