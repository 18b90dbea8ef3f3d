import { readFile } from 'node:fs/promises';
import { buildSchema, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import WebSocket from 'ws';
import { graphiqlTabs } from '../src/interfaces/graphql/graphiql-tabs.ts';
import { startEdge } from './support/edge-server.ts';

interface Properties {
  readonly defaultTabs: readonly { readonly query: string }[];
  fetcher(params: object, options?: object): Promise<unknown> & AsyncIterable<unknown>;
}

/** Runs the page's own script as a browser would, around a stand-in for GraphiQL that keeps what it is started with. */
async function openPage(url: string, sent: (string | null)[]): Promise<Properties> {
  const html = await (await fetch(`${url}/graphiql`)).text();
  const settings = /id="settings">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  const script = await (await fetch(`${url}/graphiql/boot.js`)).text();
  let started: Properties | undefined;
  const page = {
    document: { getElementById: () => ({ textContent: settings }) },
    location: { href: `${url}/graphiql?query=x` },
    self: {},
    YogaGraphiQL: { renderYogaGraphiQL: (_: unknown, properties: Properties) => (started = properties) },
    WebSocket,
    Headers,
    fetch: async (target: string, options: RequestInit) => {
      sent.push(new Headers(options.headers).get('authorization'));
      const response = await fetch(target, options);
      const answer = (await response.json()) as { data?: { login?: unknown } };
      // The small schema signs nobody in: this stands for the answer of one that does.
      if (String(options.body).includes('SignIn')) answer.data = { login: { accessToken: 'good' } };
      return { json: async () => answer };
    },
  };
  new Function(...Object.keys(page), script)(...Object.values(page));
  if (!started) throw new Error('The page did not start GraphiQL.');
  return started;
}

it('signs in once and sends the token with queries over HTTP and subscriptions over the WebSocket', async () => {
  await using server = await startEdge();
  const sent: (string | null)[] = [];
  const page = await openPage(server.url, sent);
  expect(page.defaultTabs.map(({ query }) => /(?:query|mutation|subscription) (\w+)/.exec(query)?.[1])).toEqual([
    'SignIn',
    'FirstLook',
    'LiveAlerts',
    'BusinessHours',
  ]);

  await page.fetcher({ query: 'mutation SignIn { touch }' });
  expect(await page.fetcher({ query: '{ me }' })).toEqual({ data: { me: 'ada' } });
  expect(await page.fetcher({ query: '{ me }' }, { headers: { Authorization: 'Bearer good-bob' } })).toEqual({
    data: { me: 'good-bob' },
  });
  expect(sent).toEqual([null, 'Bearer good', 'Bearer good-bob']);

  const ticks: unknown[] = [];
  for await (const tick of page.fetcher({ query: 'subscription { ticks }' })) ticks.push(tick);
  expect(ticks).toEqual([1, 2, 3].map((tick) => ({ data: { ticks: tick } })));
  const mine = page.fetcher({ query: 'subscription { mine }' })[Symbol.asyncIterator]();
  const waiting = mine.next();
  await expect.poll(async () => (await server.metrics.render()).body).toMatch(/^subscribers 1$/m);
  await mine.return?.();
  expect((await waiting).done).toBe(true);
  await expect.poll(() => server.edge.idleEnded).toBe(1);
});

it('shows why a subscription was refused', async () => {
  await using server = await startEdge();
  const page = await openPage(server.url, []);
  const refused = page.fetcher({ query: 'subscription { mine }' })[Symbol.asyncIterator]();
  await expect(refused.next()).rejects.toThrow(/4401: Sign in first/);
  await expect(
    page.fetcher({ query: 'subscription { nothing }' })[Symbol.asyncIterator]().next(),
  ).rejects.toMatchObject({
    errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
  });
});

it('fills the sign-in only where that is wished', () => {
  expect(graphiqlTabs({ email: 'a@b.c', password: 'p' })[0]?.query).toContain('login(email: "a@b.c", password: "p")');
  expect(graphiqlTabs(null)[0]?.query).toContain('login(email: "", password: "")');
});

it('shows operations that the API has', async () => {
  const schema = buildSchema(await readFile('schema/schema.graphql', 'utf8'));
  for (const { query } of graphiqlTabs(null)) expect(validate(schema, parse(query))).toEqual([]);
});
