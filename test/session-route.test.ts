import { afterAll, beforeAll, expect, it } from 'vitest';
import { PASSWORD, startTestServer, type TestServer } from './support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const SIGNED = { 'content-type': 'application/json', 'x-techsupport-session': '1' };

function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
  base = server.base,
): Promise<Response> {
  return fetch(base + path, { method: 'POST', headers: { ...SIGNED, ...headers }, body: JSON.stringify(body) });
}

/** Name and value of the cookie that an answer sets, as a browser sends it back. */
const cookieOf = (answer: Response) => answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';

it('signs in, goes on by the cookie alone, and ends', async () => {
  const { email, id } = await server.person('AGENT');
  const begun = await post('/session', { email, password: PASSWORD });
  const { accessToken, user, ...rest } = (await begun.json()) as Record<string, unknown> & { accessToken: string };
  expect(user).toMatchObject({ id, email, role: 'AGENT' });
  expect(Object.keys(rest).sort()).toEqual(['accessTokenExpiresAt', 'now']);
  expect(begun.headers.get('cache-control')).toBe('private, no-store');
  const set = begun.headers.get('set-cookie');
  expect(set).toMatch(/^techsupport_session=[^;]+; Path=\/session; Max-Age=2592000; HttpOnly; SameSite=Strict$/);
  expect((await server.as(accessToken).ask<{ me: unknown }>('{ me { id } }')).me).toEqual({ id });

  const next = await post('/session/refresh', {}, { cookie: cookieOf(begun) });
  expect(next.status).toBe(200);
  expect(cookieOf(next)).not.toBe(cookieOf(begun));
  const ended = await post('/session/end', {}, { cookie: cookieOf(next) });
  expect([ended.status, ended.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
  const after = await post('/session/refresh', {}, { cookie: cookieOf(next) });
  expect([after.status, after.headers.get('set-cookie')]).toEqual([401, expect.stringContaining('Max-Age=0')]);
});

it('says that nobody is signed in without calling it an error', async () => {
  expect((await post('/session/refresh', {})).status).toBe(204);
  expect((await post('/session/end', {})).status).toBe(204);
});

it('marks the cookie Secure when the request came over https', async () => {
  await using behind = await startTestServer({ env: { TRUST_PROXY: '127.0.0.1' } });
  const admin = { email: 'admin@techsupport.pro', password: 'admin123' };
  const answer = await post('/session', admin, { 'x-forwarded-proto': 'https' }, behind.base);
  expect(answer.headers.get('set-cookie')).toMatch(/; Secure$/);
});

it('knows pages of PUBLIC_URL as its own, behind a proxy that tells nothing of them', async () => {
  await using behind = await startTestServer({ env: { PUBLIC_URL: 'https://desk.example.com/support' } });
  const admin = { email: 'admin@techsupport.pro', password: 'admin123' };
  const from = (origin: string) => post('/session', admin, { origin, 'sec-fetch-site': 'same-origin' }, behind.base);
  const answer = await from('https://desk.example.com');
  expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, expect.stringMatching(/; Secure$/)]);
  for (const origin of ['http://desk.example.com', 'https://elsewhere.example.com'])
    expect([origin, (await from(origin)).status]).toEqual([origin, 403]);
  expect((await from(behind.base)).status).toBe(200);
});

it('refuses pages of other origins, and requests without the sign of its own', async () => {
  const body = { email: 'admin@techsupport.pro', password: 'admin123' };
  const refusals: Record<string, string>[] = [
    { origin: 'https://elsewhere.test' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ];
  for (const headers of refusals)
    expect([headers, (await post('/session', body, headers)).status]).toEqual([headers, 403]);
  const json = { 'content-type': 'application/json' };
  for (const path of ['/session', '/session/refresh', '/session/end'])
    expect((await fetch(server.base + path, { method: 'POST', headers: json, body: '{}' })).status).toBe(403);
  expect((await post('/session', body, { origin: server.base, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  expect((await post('/session', { email: 1 })).status).toBe(400);
});

it('leaves the entries that the mutations leave, without secrets', async () => {
  const { email, id } = await server.person('AGENT');
  const begun = await post('/session', { email, password: PASSWORD });
  await post('/session', { email, password: 'wrong wrong wrong' });
  const next = await post('/session/refresh', {}, { cookie: cookieOf(begun) });
  await post('/session/end', {}, { cookie: cookieOf(next) });
  const { auditLog } = await server.admin.ask<{ auditLog: { nodes: { action: string; succeeded: boolean }[] } }>(
    'query ($id: ID!) { auditLog(first: 10, subjectId: $id) { nodes { action succeeded before after } } }',
    { id },
  );
  const told = auditLog.nodes.map(({ action, succeeded }) => `${action} ${succeeded}`);
  for (const each of ['login true', 'login false', 'refresh true']) expect(told).toContain(each);
  expect(JSON.stringify(auditLog)).not.toMatch(/correct horse|wrong wrong/);
});

it('attempts count against the address, sessions that go on against their user', async () => {
  await using small = await startTestServer({ env: { RATE_LIMIT_MAX: '5', RATE_LIMIT_USER_MAX: '1000' } });
  const admin = { email: 'admin@techsupport.pro', password: 'admin123' };
  let cookie = cookieOf(await post('/session', admin, {}, small.base));
  for (let n = 0; n < 12; n++) {
    const answer = await post('/session/refresh', {}, { cookie }, small.base);
    expect([n, answer.status]).toEqual([n, 200]);
    cookie = cookieOf(answer);
  }
  const statuses: number[] = [];
  for (let n = 0; n < 6; n++)
    statuses.push((await post('/session', { ...admin, password: `wrong ${n}` }, {}, small.base)).status);
  expect(statuses).toContain(429);
});
