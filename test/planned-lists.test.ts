import { execute, type GraphQLSchema, getOperationAST, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSchema } from '../src/compose-schema.ts';
import type { Actor } from '../src/domain/actor.ts';
import { postgresUsers } from '../src/infrastructure/postgres/user-store.ts';
import type { GraphqlContext } from '../src/interfaces/graphql/context.ts';
import { createLoaders } from '../src/interfaces/graphql/loaders.ts';
import { type AnswerPlanned, plannedLists } from '../src/interfaces/graphql/planned/planned-lists.ts';
import { TicketResolver } from '../src/interfaces/graphql/ticket/ticket-resolver.ts';
import { EXECUTION_OPTIONS } from '../src/interfaces/graphql/validation/rules.ts';
import { randomNumbers } from './support/naive-reports.ts';
import { type RandomList, RandomLists, type Values } from './support/random-lists.ts';
import { createRandomTickets, type RandomTickets } from './support/random-tickets.ts';
import { patience, replayable, rounds, seeds } from './support/soak.ts';

let made: RandomTickets;
let schema: GraphQLSchema;
let answer: AnswerPlanned;
let values: Values;
let actors: readonly (Actor | null)[];

beforeAll(async () => {
  made = await createRandomTickets();
  const { desk, agent, clients, all } = made;
  schema = composeSchema([new TicketResolver(desk.queries)]);
  answer = plannedLists(schema, desk.queries);
  actors = [desk.admin, agent, await desk.person('SUPERVISOR'), null];
  await desk.ticket([...clients.keys()][0] ?? '', {
    title: 'Quotes " and \\ and 𝄞 </script>',
    description: 'Lines\nand\ttabs \u2028',
    tags: ['a "b"', 'c\\d', 'NULL', '{}', 'e,f'],
  });
  // Instants whose fraction Postgres writes with fewer digits.
  await desk.db.pool.query("UPDATE tickets SET updated_at = '2026-03-02 10:00:00+00' WHERE number % 7 = 0");
  await desk.db.pool.query("UPDATE tickets SET updated_at = '2026-03-02 10:00:00.5+00' WHERE number % 11 = 0");
  const cursors = (await made.list({}, { first: 30 })).items.map(({ cursor }) => cursor);
  values = {
    clientIds: [...clients.keys()],
    userIds: [desk.admin.id, agent.id],
    cursors: [...cursors, 'damaged'],
    instants: all.slice(0, 20).map(({ createdAt }) => createdAt.toISOString()),
  };
});
afterAll(() => made.desk[Symbol.asyncDispose]());

function contextOf(actor: Actor | null): GraphqlContext {
  const { stores } = made.desk;
  return {
    actor,
    requestId: 'test',
    ip: '127.0.0.1',
    origin: 'http://localhost',
    loaders: createLoaders({
      tickets: (ids) => stores.tickets.byIds(ids),
      users: (ids) => postgresUsers(made.desk.db).byIds(ids),
      clients: (ids) => stores.clients.byIds(ids),
      openTickets: (ids) => stores.clients.openTickets(ids),
      escalations: (ids) => stores.tickets.escalationsOf(ids),
      endedCycles: (ids) => stores.tickets.endedCyclesOf(ids),
      policyVersion: (tier, version) => stores.policies.version(tier, version),
      now: () => made.desk.clock.now(),
    }),
    subscriptions: made.desk.subscriptions,
    errorWorkbookUrl: () => '',
  };
}

/** Answers by the plan, null when there is none, and by the resolvers; both as text. */
async function bothWays({ query, variables }: RandomList, actor: Actor | null = made.desk.admin) {
  const document = parse(query);
  const operation = getOperationAST(document);
  expect(validate(schema, document), query).toEqual([]);
  if (!operation) throw new Error('It has one operation.');
  const text = await answer(document, operation, variables, contextOf(actor));
  const result = await execute({
    schema,
    document,
    variableValues: variables,
    contextValue: contextOf(actor),
    options: EXECUTION_OPTIONS,
  });
  return {
    planned: text === null ? null : `{"data":${text}}`,
    resolved: JSON.stringify(result),
    errors: result.errors,
  };
}

/** Where two texts differ first, in a few words: a whole answer fills the screen. */
function differenceOf(planned: string, resolved: string): string | null {
  if (planned === resolved) return null;
  let at = 0;
  while (planned[at] === resolved[at]) at += 1;
  return `planned: ${planned.slice(at - 80, at + 80)}\nresolved: ${resolved.slice(at - 80, at + 80)}`;
}

const list = (selection: string, given = '(first: 5)') => ({
  query: `{ tickets${given} ${selection} }`,
  variables: {},
});

describe('a list that is read by one statement and written as text', () => {
  it.each(seeds(2, 20))(
    'answers random operations as the resolvers do, character by character (seed %i)',
    { timeout: patience(60_000) },
    (seed) =>
      replayable(seed, async () => {
        const random = randomNumbers(seed);
        const lists = new RandomLists(schema, values, random);
        const seen = { planned: 0, refused: 0, left: 0 };
        const count = rounds(250, 5_000);
        for (let i = 0; i < count; i += 1) {
          const operation = lists.next(i % 4 === 0 ? 10 : 0);
          const actor = actors[Math.floor(random() * actors.length * 1.5)] ?? made.desk.admin;
          const { planned, resolved, errors } = await bothWays(operation, actor);
          const told = `${operation.query}\n${JSON.stringify(operation.variables)}`;
          if (planned !== null) expect(differenceOf(planned, resolved), told).toBeNull();
          if (errors) expect(planned, told).toBeNull();
          seen[planned !== null ? 'planned' : errors ? 'refused' : 'left'] += 1;
        }
        // It says nothing unless all three happen.
        expect(seen.planned).toBeGreaterThan(count / 4);
        expect(seen.refused).toBeGreaterThan(count / 20);
        expect(seen.left).toBeGreaterThan(count / 50);
      }),
  );

  it.each([
    'nodes { id title client { name tier } assignee { name } sla { state dueAt remainingSeconds } }',
    'edges { cursor node { reference createdBy { email role active } allowedTransitions tags } }',
    'totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }',
    'nodes { sla { cycle policyVersion elapsedSeconds intervals { state from to workingSeconds reason } } }',
    '__typename nodes { __typename client { __typename } sla { __typename } }',
  ])('is planned for { %s }', async (selection) => {
    const { planned, resolved } = await bothWays(list(`{ ${selection} }`));
    expect(planned).not.toBeNull();
    expect(planned).toBe(resolved);
  });

  it.each([
    'nodes { comments { totalCount } }',
    'nodes { history { totalCount } }',
    'nodes { escalations { level } }',
    'nodes { client { openTickets } }',
    'nodes { sla { cycles { cycle } } }',
  ])('is left to the resolvers for { %s }', async (selection) => {
    const { planned, resolved } = await bothWays(list(`{ ${selection} }`));
    expect(planned).toBeNull();
    expect(resolved).toContain('"data"');
  });

  it('is left to the resolvers when the operation asks for something beside it', async () => {
    const beside = { query: '{ __typename tickets { totalCount } }', variables: {} };
    expect((await bothWays(beside)).planned).toBeNull();
  });

  it('makes a plan of its own for each setting of the variables in directives', async () => {
    const query =
      'query ($with: Boolean!) { tickets(first: 2) { nodes { id client @include(if: $with) { name } number @skip(if: $with) } } }';
    for (const setting of [true, false, true]) {
      const { planned, resolved } = await bothWays({ query, variables: { with: setting } });
      expect(planned).toBe(resolved);
      expect(resolved.includes('"client"')).toBe(setting);
    }
  });

  it('gives up where a row holds what the schema does not allow, so that the resolvers say so', async () => {
    const { pool } = made.desk.db;
    const { rows } = await pool.query<{ id: string; status: string }>(
      'SELECT id, status FROM tickets WHERE deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 1',
    );
    const [newest] = rows;
    await pool.query('ALTER TABLE tickets DISABLE TRIGGER USER');
    try {
      await pool.query("UPDATE tickets SET status = 'LOST' WHERE id = $1", [newest?.id]);
      const { planned, errors } = await bothWays(list('{ nodes { status } }'));
      expect(planned).toBeNull();
      expect(errors?.[0]?.path).toEqual(['tickets', 'nodes', 0, 'status']);
    } finally {
      await pool.query('UPDATE tickets SET status = $2 WHERE id = $1', [newest?.id, newest?.status]);
      await pool.query('ALTER TABLE tickets ENABLE TRIGGER USER');
    }
  });
});
