import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildDashboard } from './support/browser.ts';
import { startTestServer, type TestServer } from './support/server.ts';

let server: TestServer;
beforeAll(async () => {
  await buildDashboard();
  server = await startTestServer({ env: { RATE_LIMIT_MAX: '4', PUBLIC_URL: 'https://desk.example.com' } });
}, 120_000);
afterAll(() => server[Symbol.asyncDispose]());

const HTML = { accept: 'text/html,application/xhtml+xml' };
const open = (path: string, headers: Record<string, string> = HTML) => fetch(server.base + path, { headers });

it('pages get index.html with a policy without inline scripts and a nonce of its own each time', async () => {
  const answers = await Promise.all(['/', '/queue', '/tickets/TSP-1001', '/imports'].map((path) => open(path)));
  const nonces = new Set<string | undefined>();
  for (const answer of answers) {
    const html = await answer.text();
    const policy = answer.headers.get('content-security-policy') ?? '';
    const [, nonce] = /style-src 'self' 'nonce-([^']+)'/.exec(policy) ?? [];
    nonces.add(nonce);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
    const host = new URL(server.base).host;
    expect(policy).toContain(
      `connect-src 'self' ws://${host} wss://${host} ws://desk.example.com wss://desk.example.com;`,
    );
    expect(html).toContain(`nonce="${nonce}"`);
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
  }
  expect(nonces.size).toBe(answers.length);
});

it('hashed files are kept for ever, come packed, and count against no limit', async () => {
  const html = await (await open('/')).text();
  const [path = ''] = /\/assets\/[^"]+\.js/.exec(html) ?? [];
  for (let n = 0; n < 10; n++) {
    const answer = await open(path, { 'accept-encoding': n % 2 ? 'br' : 'gzip' });
    await answer.arrayBuffer();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-encoding')).toBe(n % 2 ? 'br' : 'gzip');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('ratelimit')).toBeNull();
  }
  const icon = await open('/favicon.svg');
  const again = await open('/favicon.svg', { 'if-none-match': icon.headers.get('etag') ?? '' });
  expect([icon.status, again.status]).toEqual([200, 304]);
});

it('shadows nothing of the API: neither its addresses nor its refusals', async () => {
  expect(await (await open('/', {})).json()).toMatchObject({ name: 'TechSupport Pro', graphql: '/graphql' });
  expect((await open('/nothing', {})).status).toBe(404);
  expect((await open('/health/ready')).headers.get('content-type')).toContain('json');
  expect((await open('/graphiql')).headers.get('content-security-policy')).toContain("worker-src 'self' blob:");
  for (const path of ['/assets/none.js', '/health/x', '/imports/1/errors.xlsx', '/session', '/graphql/x'])
    expect([path, (await open(path)).headers.get('content-type')]).toEqual([path, expect.stringContaining('json')]);
  expect((await fetch(`${server.base}/queue`, { method: 'POST', headers: HTML })).status).toBe(404);
});
