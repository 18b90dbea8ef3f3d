import 'reflect-metadata';
import { GraphQLEnumType, type GraphQLSchema, graphql, isObjectType, printSchema, printType } from 'graphql';
import { Arg, buildSchema, type PubSub, Query, Resolver } from 'type-graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../src/domain/actor.ts';
import { Node } from '../src/interfaces/graphql/node.ts';
import { DateTime } from '../src/interfaces/graphql/scalars.ts';
import { SessionResolver } from '../src/interfaces/graphql/session/session-resolver.ts';
import { UserResolver } from '../src/interfaces/graphql/user/user-resolver.ts';
import { toUser } from '../src/interfaces/graphql/user/user-type.ts';
import { createSignIn, PASSWORD, type SignIn } from './support/sign-in.ts';

/** What only other parts of the schema have: something that takes an instant, and something that is any Node. */
@Resolver()
class ProbeResolver {
  @Query(() => DateTime)
  instant(@Arg('at', () => DateTime) at: Date): Date {
    return at;
  }

  @Query(() => Node)
  async anyNode(@Arg('id', () => String) id: string): Promise<Node> {
    const [user] = await desk.deps.users.byIds([id]);
    if (!user) throw new Error('no such user');
    return toUser(user);
  }
}

let desk: SignIn;
let schema: GraphQLSchema;
beforeAll(async () => {
  desk = await createSignIn();
  const resolvers = new Map<unknown, object>([
    [SessionResolver, new SessionResolver(desk)],
    [UserResolver, new UserResolver(desk)],
    [ProbeResolver, new ProbeResolver()],
  ]);
  schema = await buildSchema({
    resolvers: [SessionResolver, UserResolver, ProbeResolver],
    container: { get: (type) => resolvers.get(type) },
    pubSub: { publish: () => undefined, subscribe: () => ({}) } as unknown as PubSub,
    validate: false,
  });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
});

async function run(actor: Actor | null, source: string, variableValues: Record<string, unknown> = {}) {
  const contextValue = { actor, requestId: 'test', ip: '127.0.0.1', loaders: {} };
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue });
  return { data: JSON.parse(JSON.stringify(data ?? null)), errors: errors ?? [] };
}

describe('the session operations', () => {
  it('sign in, refresh, show me, and sign out', async () => {
    const ada = await desk.person('AGENT', 'Ada Lovelace');
    const source = `mutation($email: String!, $password: String!) {
      login(email: $email, password: $password) {
        accessToken refreshToken accessTokenExpiresAt user { __typename id email name role active createdAt }
      }
    }`;
    const { data } = await run(null, source, { email: ada.email, password: PASSWORD });
    expect(data.login.user).toEqual({
      __typename: 'User',
      id: ada.id,
      email: ada.email,
      name: 'Ada Lovelace',
      role: 'AGENT',
      active: true,
      createdAt: '2026-03-01T09:00:00.250Z',
    });
    expect(data.login.accessTokenExpiresAt).toBe('2026-03-01T09:15:00.000Z');
    const { actor } = await desk.authenticate(data.login.accessToken);
    expect((await run(actor, '{ me { id } }')).data).toEqual({ me: { id: ada.id } });

    const refresh = 'mutation($token: String!) { refresh(refreshToken: $token) { refreshToken user { id } } }';
    const next = await run(null, refresh, { token: data.login.refreshToken });
    expect(next.data.refresh.user).toEqual({ id: ada.id });
    const out = 'mutation($token: String!) { logout(refreshToken: $token) }';
    expect((await run(null, out, { token: next.data.refresh.refreshToken })).data).toEqual({ logout: true });
    const late = await run(null, refresh, { token: next.data.refresh.refreshToken });
    expect(late.errors[0]?.originalError).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each([
    '{ me { id } }',
    '{ users { id } }',
    'mutation { logoutEverywhere }',
    'mutation { changePassword(current: "x", next: "y") }',
    'mutation { registerUser(input: { email: "x", password: "y", name: "z" }) { id } }',
    'mutation { setUserActive(id: "x", active: true) { id } }',
    'mutation { setUserRole(id: "x", role: ADMIN) { id } }',
  ])('want somebody to be signed in: %s', async (source) => {
    const { data, errors } = await run(null, source);
    expect(data).toBeNull();
    expect(errors[0]?.originalError).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('manage users', async () => {
    const admin = await desk.person('ADMIN');
    const register = 'mutation($input: RegisterUserInput!) { registerUser(input: $input) { id role } }';
    const input = { email: 'grace@example.com', password: 'a good password', name: 'Grace' };
    const { id, role } = (await run(admin, register, { input })).data.registerUser;
    expect(role).toBe('AGENT');
    const change = 'mutation($id: ID!) { setUserRole(id: $id, role: SUPERVISOR) { role } }';
    expect((await run(admin, change, { id })).data).toEqual({ setUserRole: { role: 'SUPERVISOR' } });
    const off = 'mutation($id: ID!) { setUserActive(id: $id, active: false) { active } }';
    expect((await run(admin, off, { id })).data).toEqual({ setUserActive: { active: false } });
    const list = '{ users(role: SUPERVISOR, active: false, first: 5) { id } }';
    expect((await run(admin, list)).data).toEqual({ users: [{ id }] });
  });
});

describe('the Node interface', () => {
  it('knows a user by their view', async () => {
    const ada = await desk.person();
    const source = 'query($id: String!) { anyNode(id: $id) { __typename id ... on User { email } } }';
    const { data } = await run(ada, source, { id: ada.id });
    expect(data.anyNode).toEqual({ __typename: 'User', id: ada.id, email: ada.email });
  });
});

describe('DateTime', () => {
  const echo = async (at: unknown) =>
    (await run(null, 'query($at: DateTime!) { instant(at: $at) }', { at })).data?.instant;

  it.each([
    ['2026-03-01T09:30:00Z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T10:30:00.1234+01:00', '2026-03-01T09:30:00.123Z'],
    ['2024-02-29T23:59:59.999-08:00', '2024-03-01T07:59:59.999Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('takes %s and gives %s', async (given, answered) => {
    expect(await echo(given)).toBe(answered);
    expect((await run(null, `{ instant(at: "${given}") }`)).data).toEqual({ instant: answered });
  });

  it.each([
    '2026-03-01',
    '2026-03-01T09:30:00',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T09:30:60Z',
    '2026-03-01 09:30',
    'yesterday',
    '',
    '0000-06-01T00:00:00Z',
    '9999-12-31T23:59:59-01:00',
    1_772_355_000_000,
    true,
    {},
  ])('refuses %j in a variable and in the document as VALIDATION_FAILED', async (value) => {
    const inVariable = await run(null, 'query($at: DateTime!) { instant(at: $at) }', { at: value });
    expect(inVariable.data).toBeNull();
    expect(inVariable.errors[0]).toMatchObject({ extensions: { code: 'VALIDATION_FAILED' } });
    expect(inVariable.errors[0]?.message).toContain('RFC 3339');
    const inDocument = await run(null, `{ instant(at: ${JSON.stringify(value)}) }`);
    expect(inDocument.errors[0]).toMatchObject({ extensions: { code: 'VALIDATION_FAILED' } });
  });
});

describe('the schema', () => {
  it('has User and Node as the contract does', () => {
    const user = schema.getType('User');
    expect(isObjectType(user) && user.getInterfaces().map(({ name }) => name)).toEqual(['Node']);
    const fields = isObjectType(user)
      ? Object.values(user.getFields()).map((field) => `${field.name}: ${field.type}`)
      : [];
    expect(fields.sort()).toEqual([
      'active: Boolean!',
      'createdAt: DateTime!',
      'email: String!',
      'id: ID!',
      'name: String!',
      'role: Role!',
    ]);
    const sdl = printSchema(schema);
    expect(sdl).toMatch(/role: Role! = AGENT/);
    expect(sdl).toMatch(/first: Int! = 100/);
  });

  it('describes each enum and each of its values', () => {
    const types = Object.values(schema.getTypeMap());
    const enums = types.filter((type) => type instanceof GraphQLEnumType).filter(({ name }) => !name.startsWith('__'));
    expect(enums.map(({ name }) => name)).toContain('Role');
    for (const type of enums) {
      expect(type.description, printType(type)).toBeTruthy();
      for (const value of type.getValues()) expect(value.description, value.name).toBeTruthy();
    }
  });
});
