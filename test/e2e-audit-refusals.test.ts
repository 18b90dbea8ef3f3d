import { expect, it } from 'vitest';
import { codeOf, PASSWORD, startTestServer } from './support/server.ts';
import { entriesOf } from './support/trail-rows.ts';

const summary = ({ entries }: Awaited<ReturnType<typeof entriesOf>>) =>
  entries.map(({ action, succeeded, after }) => [
    action,
    succeeded,
    succeeded ? null : JSON.parse(after ?? '').errorCode,
  ]);

it('mutations over a WebSocket leave their entries as those over HTTP do', async () => {
  await using server = await startTestServer({ env: { WS_OPERATIONS: 'all' } });
  const overSocket = (query: string, variables: Record<string, unknown> = {}) =>
    entriesOf(server, async () => {
      const feed = server.admin.subscribe(query, variables);
      await feed.ended;
      await feed.stop();
    });
  const create = 'mutation ($name: String!) { createClient(input: { name: $name }) { id } }';
  expect(summary(await overSocket(create, { name: 'Acme' }))).toEqual([['createClient', true, null]]);
  expect(summary(await overSocket(create, { name: '' }))).toEqual([['createClient', false, 'VALIDATION_FAILED']]);
  expect(summary(await overSocket(create))).toEqual([['createClient', false, 'VALIDATION_FAILED']]);
  const ids = Array.from({ length: 1_001 }, () => 'x');
  const bulk = 'mutation ($ids: [ID!]!) { bulkAssignTickets(ids: $ids) { id } }';
  expect(summary(await overSocket(bulk, { ids }))).toEqual([['bulkAssignTickets', false, 'LIMIT_EXCEEDED']]);
});

it('sign-ins that are refused for their number leave one entry, and what comes after that none', async () => {
  // The first admin has signed in already.
  await using server = await startTestServer({ env: { RATE_LIMIT_MAX: '3' } });
  const alias = (name: string) => `${name}: login(email: "who@example.com", password: "${PASSWORD}") { accessToken }`;
  const many = `mutation { ${['a', 'b', 'c', 'd'].map(alias).join(' ')} }`;
  const first = await entriesOf(server, () => server.nobody.send(many));
  expect(first.result.status).toBe(429);
  expect(codeOf(first.result)).toBe('RATE_LIMITED');
  expect(summary(first)).toEqual([['login', false, 'RATE_LIMITED']]);
  const second = await entriesOf(server, () => server.nobody.send(many));
  expect(second.result.status).toBe(429);
  expect(second.entries).toEqual([]);
});
