import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDesk, type TestDesk } from './support/desk.ts';
import { plansOf } from './support/plans.ts';

/** More than are read one by one. */
const WITH_CODE = 1_200;

let desk: TestDesk;
let all: { readonly number: number; readonly words: string }[];

beforeAll(async () => {
  desk = await createDesk();
  await desk.ticket((await desk.client('NORMAL')).id);
  await desk.db.pool.query(
    `CREATE TEMP TABLE made AS SELECT * FROM tickets;
     INSERT INTO tickets (id, title, description, status, priority, tags, client_id, created_by_id, created_from, escalation_level,
       created_at, updated_at, version, sla_tier, sla_policy_version, sla_cycle, sla_state, sla_started_at, sla_due_at, sla_intervals)
     SELECT gen_random_uuid(), 'Order ' || (100000 + n * 7) || CASE WHEN n <= ${WITH_CODE} THEN ' Error 0x8007 at step ' || n % 40 ELSE '' END,
       'ORDER-' || (100000 + n * 11) || ', ärger 20%', status, priority, tags, client_id, created_by_id, created_from,
       escalation_level, created_at, updated_at, version, sla_tier, sla_policy_version, sla_cycle, sla_state, sla_started_at, sla_due_at,
       sla_intervals FROM made, generate_series(1, 2500) n;
     DROP TABLE made;
     ANALYZE tickets, ticket_search`,
  );
  const { rows } = await desk.db.pool.query<{ number: number; words: string }>(
    `SELECT number, lower(title || ' ' || description) AS words FROM tickets`,
  );
  all = rows;
});
afterAll(() => desk[Symbol.asyncDispose]());

const list = (search: string) =>
  desk.queries.listTickets(desk.admin, {
    filter: { search },
    sort: 'NUMBER',
    direction: 'ASC',
    first: 100,
    after: null,
    page: null,
  });

const expected = (search: string) =>
  all
    .filter(({ words, number }) => words.includes(search.toLowerCase()) || `${number}` === search)
    .map(({ number }) => number)
    .toSorted((a, b) => a - b);

it.each([
  ['order 100014', 1],
  ['Order-100011', 1],
  ['r 10001', 1],
  ['error 0x8007 at step 7 ', 30],
  ['0x8007 AT step 39', 30],
  ['error 0x8007', WITH_CODE],
  ['1,000 errors 0x8007', 0],
  ['100014 order', 0],
])('a search for "%s" finds every ticket with that text, be the number in it rare or not', async (search, hits) => {
  const page = await list(search);
  expect(expected(search)).toHaveLength(hits);
  expect(page.items.map(({ node }) => node.number)).toEqual(expected(search).slice(0, 100));
  expect(await page.totalCount()).toBe(hits);
});

it('a search for any part of any text finds what has it', async () => {
  const part = fc
    .tuple(fc.nat(all.length - 1), fc.nat(20), fc.integer({ min: 3, max: 25 }))
    .map(([at, from, length]) => all[at]?.words.slice(from, from + length).trim() ?? '')
    .filter((text) => [...text].length >= 3 && !/^\d+$/.test(text));
  await fc.assert(
    fc.asyncProperty(part, async (search) => {
      expect((await list(search)).items.map(({ node }) => node.number)).toEqual(expected(search).slice(0, 100));
    }),
    { numRuns: 60 },
  );
});

it('a rare number is all that the index is asked for', async () => {
  const plans = JSON.stringify(await plansOf(desk.db.pool, () => list('order 100014')));
  expect(plans).toContain('%100%014%');
  expect(plans).toContain('One-Time Filter');
});
