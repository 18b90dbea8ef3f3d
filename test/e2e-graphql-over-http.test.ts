import { buildClientSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSchema } from '../src/compose-schema.ts';
import { startTestServer, type TestServer } from './support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** What the specification recommends and Apollo does not do: a refused document is HTTP 400 for application/json too (ADR 2). */
const WARNINGS = ['572B', 'FDE2', '7B9B'];

const audits = serverAudits({
  url: () => `${server.base}/graphql`,
  // Called without `init` for plain GET requests.
  fetchFn: (url: string, init: RequestInit = {}) =>
    fetch(url, { ...init, headers: { ...init.headers, 'apollo-require-preflight': '1' } }),
});

describe('the audits of graphql-http', () => {
  it('are all there', () => {
    expect(audits).toHaveLength(61);
    expect(audits.map(({ id }) => id)).toEqual(expect.arrayContaining(WARNINGS));
  });

  it.each(audits.map(({ id, name, fn }) => ({ id, name, fn })))('$id: $name', async ({ id, fn }) => {
    const result = await fn();
    const found = result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`;
    expect(found).toBe(WARNINGS.includes(id) ? 'warn: Response status code is not 200' : 'ok');
  });
});

it('tools get the whole schema by the longest introspection query that there is, signed in or not', async () => {
  const query = getIntrospectionQuery({
    ...{ descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true },
    ...{ inputValueDeprecation: true, oneOf: true },
  });
  for (const caller of [server.admin, server.nobody]) {
    const schema = buildClientSchema((await caller.ask(query)) as never);
    expect(printSchema(lexicographicSortSchema(schema))).toBe(printSchema(lexicographicSortSchema(composeSchema())));
  }
});
