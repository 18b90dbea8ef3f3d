import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEdge } from './support/edge-server.ts';
import { codes, graphqlRequests, paths } from './support/graphql-requests.ts';

let server: Awaited<ReturnType<typeof startEdge>>;
beforeAll(async () => {
  server = await startEdge();
});
afterAll(() => server.close());

const { get, post } = graphqlRequests(() => server.url);

describe('a persisted query', () => {
  const hashOf = (query: string): string => createHash('sha256').update(query).digest('hex');
  const persisted = (sha256Hash: string, version = 1) => ({ extensions: { persistedQuery: { version, sha256Hash } } });

  it('is registered with its hash, then run by the hash alone, by POST and GET', async () => {
    const query = 'query Greet($name: String) { hello(name: $name) }';
    const hash = hashOf(query);
    const variables = { name: 'Ada' };
    const unknown = await post({ ...persisted(hash), variables });
    expect([unknown.status, codes(unknown)]).toEqual([200, ['PERSISTED_QUERY_NOT_FOUND']]);
    // The words that clients look for.
    expect(unknown.answer.errors?.[0]?.message).toBe('PersistedQueryNotFound');
    const registered = await post({ ...persisted(hash), query, variables });
    const hit = await post({ ...persisted(hash), variables: { name: 'Bob' } });
    const got = await get({ extensions: JSON.stringify(persisted(hash).extensions), variables: '{"name":"Eve"}' });
    expect([registered, hit, got].map(({ answer }) => answer.data?.hello)).toEqual([
      'hello Ada',
      'hello Bob',
      'hello Eve',
    ]);
  });

  it('with a hash that is not its own is refused and not kept', async () => {
    const hash = hashOf('{ other }');
    const wrong = await post({ ...persisted(hash), query: '{ hello }' });
    expect([wrong.status, codes(wrong), paths(wrong)]).toEqual([
      400,
      ['VALIDATION_FAILED'],
      ['extensions.persistedQuery'],
    ]);
    expect(codes(await post(persisted(hash)))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
  });

  it('of another version is refused', async () => {
    expect(paths(await post(persisted(hashOf('{ hello }'), 2)))).toEqual(['extensions.persistedQuery']);
  });

  it('is no way around limits, validation or the rule for mutations', async () => {
    const refused: readonly [string, string][] = [
      [`{ ${'hello '.repeat(21)} }`, 'LIMIT_EXCEEDED'],
      [`{ hello ${'me '.repeat(6_000)} }`, 'LIMIT_EXCEEDED'],
      ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
      ['{', 'GRAPHQL_PARSE_FAILED'],
    ];
    for (const [query, code] of refused) {
      const hash = hashOf(query);
      expect(codes(await post({ ...persisted(hash), query }))[0]).toBe(code);
      expect(['PERSISTED_QUERY_NOT_FOUND', code]).toContain(codes(await post(persisted(hash)))[0]);
    }
    const mutation = 'mutation { touch }';
    await post({ ...persisted(hashOf(mutation)), query: mutation });
    const got = await get({ extensions: JSON.stringify(persisted(hashOf(mutation)).extensions) });
    expect([got.status, got.answer.data]).toEqual([405, undefined]);
  });
});
