import { buildSchema, type GraphQLSchema } from 'graphql';
import { SlowSubscriberError } from '../../src/application/live/slow-subscriber-error.ts';
import { DomainError, invalid } from '../../src/domain/domain-error.ts';
import type { Caller } from '../../src/interfaces/graphql/caller.ts';
import { signedIn } from '../../src/interfaces/graphql/context.ts';

const SDL = `
  type Query {
    hello(name: String, times: Int! = 1): String
    me: String
    boom: String
    refused: String
    database: String
    slow: String
    wait: String
    add(input: AddInput!): Int
    ids(ids: [Int!]): Int
    person: Person
    people(first: Int! = 20): PersonConnection
  }
  type Person { id: ID name: String friend: Person friends(first: Int! = 20): PersonConnection groups: [Person!] }
  type PersonEdge { cursor: String node: Person }
  type PersonConnection { edges: [PersonEdge!] nodes: [Person!] totalCount: Int }
  enum Colour { RED BLUE }
  input AddInput { priority: Int! title: String colour: Colour inner: AddInner }
  input AddInner { numbers: [Int!] }
  scalar Upload
  type Mutation { measure(file: Upload!): Int login(email: String!, password: String!): String touch: String }
  type Subscription { ticks(count: Int! = 3): Int mine: Int idle: Int flood: String overrun: Int breaks: Int never: Int failing: String }
`;

/** What the small schema of these tests is asked to show and do. */
export interface Edge {
  /** Resolves "wait". */
  release: () => void;
  idleEnded: number;
  floodTaken: number;
  logins: number;
  contexts: Caller[];
  signals: (AbortSignal | undefined)[];
}

type Args = Record<string, unknown>;
type Resolver = (args: Args, context: Caller) => unknown;

function waiting(onReturn: () => void): AsyncIterableIterator<unknown> {
  let settle: (result: IteratorResult<unknown>) => void = () => {};
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => new Promise((resolve) => (settle = resolve)),
    async return() {
      onReturn();
      settle({ done: true, value: undefined });
      return { done: true, value: undefined };
    },
  };
}

/** The small schema of these tests, which says through `edge` what became of it. */
export function edgeSchema(edge: Edge): GraphQLSchema {
  const schema = buildSchema(SDL);
  const wait = new Promise<string>((resolve) => {
    edge.release = () => resolve('at last');
  });
  const resolvers: Record<string, Record<string, Resolver>> = {
    Query: {
      hello: ({ name }, context) => {
        edge.contexts.push(context);
        return `hello ${name ?? 'you'}`;
      },
      me: (_, context) => signedIn(context).id,
      boom: () => {
        throw new Error('the inner reason, and select * from secrets');
      },
      refused: () => {
        throw invalid('input.title', 'Give it a title.');
      },
      database: () => {
        throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' });
      },
      slow: (_, context) => {
        edge.signals.push(context.signal);
        return new Promise(() => {});
      },
      wait: (_, context) => {
        edge.signals.push(context.signal);
        return wait;
      },
      add: () => 1,
      ids: () => 1,
      person: () => ({ id: '1', name: 'Ada', friend: { id: '2' } }),
    },
    Mutation: {
      login: () => {
        edge.logins++;
        throw new DomainError('UNAUTHENTICATED', 'Wrong e-mail address or password.', {});
      },
      touch: () => 'touched',
      measure: async ({ file }) => {
        const { createReadStream } = await (file as { promise: Promise<{ createReadStream(): AsyncIterable<Buffer> }> })
          .promise;
        let bytes = 0;
        for await (const chunk of createReadStream()) bytes += chunk.length;
        return bytes;
      },
    },
    Subscription: {
      ticks: async function* ({ count }) {
        for (let tick = 1; tick <= Number(count); tick++) yield { ticks: tick };
      },
      mine: (_, context) => {
        signedIn(context);
        return waiting(() => edge.idleEnded++);
      },
      idle: () => waiting(() => edge.idleEnded++),
      flood: async function* () {
        for (;;) {
          edge.floodTaken++;
          yield { flood: 'x'.repeat(100_000) };
        }
      },
      // biome-ignore lint/correctness/useYield: it fails before its first event
      overrun: async function* () {
        throw new SlowSubscriberError();
      },
      breaks: async function* () {
        yield { breaks: 1 };
        throw new Error('the inner reason of a stream');
      },
      never: () => new Promise(() => {}),
      failing: async function* () {
        yield { failing: 1 };
      },
    },
  };
  for (const [type, fields] of Object.entries(resolvers)) {
    const object = schema.getType(type);
    if (!object || !('getFields' in object)) throw new Error(type);
    for (const [name, resolver] of Object.entries(fields)) {
      const field = object.getFields()[name];
      if (!field || !('resolve' in field)) throw new Error(name);
      if (type === 'Subscription')
        field.subscribe = (_: unknown, args: Args, context: Caller) => resolver(args, context);
      else field.resolve = (_: unknown, args: Args, context: Caller) => resolver(args, context);
    }
  }
  const failing = schema.getSubscriptionType()?.getFields().failing;
  if (failing) {
    failing.resolve = () => {
      throw new Error('the inner reason of an event');
    };
  }
  return schema;
}
