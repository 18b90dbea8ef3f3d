import { buildClientSchema, type GraphQLField, type GraphQLSchema, getIntrospectionQuery, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSchema } from '../src/compose-schema.ts';
import { createWorld, type World } from './support/access-world.ts';
import type { Answer } from './support/graphql-client.ts';

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number;
}

interface ConnectionField {
  /** Such as "Ticket.comments". */
  readonly name: string;
  readonly parent: string;
  readonly field: GraphQLField<unknown, unknown>;
}

/** Every field of the schema that answers with a connection. */
function connectionFields(schema: GraphQLSchema): ConnectionField[] {
  const objects = Object.values(schema.getTypeMap()).filter(isObjectType);
  return objects.flatMap((parent) =>
    Object.values(parent.getFields())
      .filter(({ type }) => /Connection!?$/.test(String(type)))
      .map((field) => ({ name: `${parent.name}.${field.name}`, parent: parent.name, field })),
  );
}

const FIELDS = connectionFields(composeSchema());
/** Cursors of the event log, whichever list hands them out. */
const OF_THE_LOG = ['Query.slaAlerts', 'Ticket.history'];

let world: World;
/** What each type of parent is asked through. */
let parents: Record<string, (selection: string) => string>;
beforeAll(async () => {
  world = await createWorld();
  const { reopened } = world;
  for (let n = 0; n < 3; n++) await world.comment(reopened);
  for (let n = 0; n < 2; n++) await world.endedImport();
  parents = {
    Query: (selection) => selection,
    Ticket: (selection) => `node(id: "${reopened}") { ... on Ticket { ${selection} } }`,
  };
});
afterAll(() => world[Symbol.asyncDispose]());

type Page = { readonly first?: number; readonly after?: string | null };

async function ask({ parent, field }: ConnectionField, page: Page): Promise<Answer<Record<string, unknown>>> {
  const list = Object.entries(page).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const selection = `${field.name}${list.length > 0 ? `(${list.join(', ')})` : ''} {
    edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount
  }`;
  return world.people.ADMIN.send(`{ ${parents[parent]?.(selection)} }`);
}

async function pageOf(of: ConnectionField, page: Page): Promise<Connection> {
  const { data, errors } = await ask(of, page);
  expect(errors).toBeUndefined();
  const holder = of.parent === 'Query' ? data : (data?.node as Record<string, unknown>);
  return holder?.[of.field.name] as Connection;
}

/** Refused with VALIDATION_FAILED at `path`. */
async function refused(of: ConnectionField, page: Page, path: string): Promise<void> {
  const { errors } = await ask(of, page);
  expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['VALIDATION_FAILED']);
  expect(errors?.[0]?.extensions?.fields).toMatchObject([{ path }]);
}

it('the schema that clients see has the connections that are tried here, each below a type that can be asked', async () => {
  const { data } = await world.people.ADMIN.send(getIntrospectionQuery());
  const seen = connectionFields(buildClientSchema(data as never));
  expect(seen.map(({ name }) => name).sort()).toEqual(FIELDS.map(({ name }) => name).sort());
  expect(seen.filter(({ parent }) => !(parent in parents))).toEqual([]);
  const pageInfo = buildClientSchema(data as never).getType('PageInfo');
  expect(
    isObjectType(pageInfo) && Object.values(pageInfo.getFields()).map(({ name, type }) => `${name}: ${type}`),
  ).toEqual(
    expect.arrayContaining([
      'hasNextPage: Boolean!',
      'hasPreviousPage: Boolean!',
      'startCursor: String',
      'endCursor: String',
    ]),
  );
});

describe.each(FIELDS)('$name', (of) => {
  it('is paged forward by first and after', () => {
    const args = Object.fromEntries(of.field.args.map(({ name, type }) => [name, String(type)]));
    expect(args).toMatchObject({ first: 'Int!', after: 'String' });
    expect(of.field.args.find(({ name }) => name === 'first')?.defaultValue).toBeGreaterThan(0);
  });

  it('gives the same whole list whatever the page size, each page saying where it lies', async () => {
    const whole = await pageOf(of, { first: 100 });
    expect(whole.edges.length).toBeGreaterThanOrEqual(3);
    const ids = whole.edges.map(({ node }) => node.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(whole.edges.map(({ cursor }) => cursor)).size).toBe(ids.length);

    for (const first of [1, 2, ids.length]) {
      const found: string[] = [];
      let after: string | null = null;
      for (let hasNext = true; hasNext; ) {
        const page: Connection = await pageOf(of, { first, after });
        expect(page.nodes).toEqual(page.edges.map(({ node }) => node));
        expect(page.edges.length).toBe(Math.min(first, ids.length - found.length));
        expect(page.totalCount).toBe(ids.length);
        expect(page.pageInfo).toEqual({
          hasPreviousPage: found.length > 0,
          hasNextPage: found.length + page.edges.length < ids.length,
          startCursor: page.edges[0]?.cursor,
          endCursor: page.edges.at(-1)?.cursor,
        });
        found.push(...page.edges.map(({ node }) => node.id));
        after = page.pageInfo.endCursor;
        hasNext = page.pageInfo.hasNextPage;
      }
      expect(found).toEqual(ids);
    }
  });

  it('goes on behind any edge, and after the last is an empty page', async () => {
    const { edges, totalCount } = await pageOf(of, { first: 100, after: null });
    const rest = await pageOf(of, { first: 100, after: edges[0]?.cursor ?? '' });
    expect(rest.edges).toEqual(edges.slice(1));
    expect(await pageOf(of, { first: 5, after: edges.at(-1)?.cursor ?? '' })).toEqual({
      edges: [],
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
      totalCount,
    });
  });

  it.each([0, -1, 101, 2_147_483_647])('refuses first: %i, naming it', (first) => refused(of, { first }, 'first'));

  it('refuses cursors that it did not hand out, naming "after"', async () => {
    const own = (await pageOf(of, { first: 1 })).pageInfo.endCursor ?? '';
    const others = FIELDS.filter(
      ({ name }) => name !== of.name && !(OF_THE_LOG.includes(name) && OF_THE_LOG.includes(of.name)),
    );
    const foreign = await Promise.all(
      others.map(async (other) => (await pageOf(other, { first: 1 })).pageInfo.endCursor),
    );
    const edited = own.slice(0, -2) + (own.endsWith('A') ? 'B' : 'A');
    for (const after of [
      ...foreign,
      '',
      ' ',
      'x',
      '🎫',
      '\u0000',
      own.slice(1),
      edited,
      `${own}x`,
      'YQ'.repeat(2_000),
    ]) {
      await refused(of, { first: 1, after }, 'after');
    }
  });
});

it('node finds a thing by its id in capitals too, and nothing by what is no id of anything', async () => {
  const find = (id: string) =>
    world.people.ADMIN.send<{ node: { id: string } | null }>('query ($id: ID!) { node(id: $id) { id } }', { id });
  expect((await find(world.plain.toUpperCase())).data?.node).toEqual({ id: world.plain });
  for (const id of [
    '00000000-0000-0000-0000-000000000000',
    '',
    'Ticket:1',
    btoa(`Ticket:${world.plain}`),
    `{${world.plain}}`,
    ` ${world.plain}`,
  ]) {
    expect(await find(id)).toMatchObject({ status: 200, data: { node: null } });
  }
});
