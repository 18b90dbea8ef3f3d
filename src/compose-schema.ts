import 'reflect-metadata';
import { type GraphQLSchema, isObjectType } from 'graphql';
import { buildSchemaSync, type ClassType, type ContainerType, type PubSub } from 'type-graphql';
import { ClientResolver } from './interfaces/graphql/client/client-resolver.ts';
import { ImportResolver } from './interfaces/graphql/import/import-resolver.ts';
import { LastProcessesResolver } from './interfaces/graphql/import/last-processes-resolver.ts';
import { LiveResolver } from './interfaces/graphql/live/live-resolver.ts';
import { LiveSubscriptionResolver } from './interfaces/graphql/live/live-subscription-resolver.ts';
import { NodeResolver } from './interfaces/graphql/node-resolver.ts';
import { ReportsResolver } from './interfaces/graphql/report/reports-resolver.ts';
import { DateTime } from './interfaces/graphql/scalars.ts';
import { SessionResolver } from './interfaces/graphql/session/session-resolver.ts';
import { SlaResolver } from './interfaces/graphql/sla/sla-resolver.ts';
import { BulkTicketResolver } from './interfaces/graphql/ticket/bulk-ticket-resolver.ts';
import { TicketMutationResolver } from './interfaces/graphql/ticket/ticket-mutation-resolver.ts';
import { TicketResolver } from './interfaces/graphql/ticket/ticket-resolver.ts';
import { AuditResolver } from './interfaces/graphql/trail/audit-resolver.ts';
import { UserResolver } from './interfaces/graphql/user/user-resolver.ts';
import { COST_MODEL, costNote } from './interfaces/graphql/validation/cost.ts';

const RESOLVERS = [
  SessionResolver,
  UserResolver,
  ClientResolver,
  TicketResolver,
  TicketMutationResolver,
  BulkTicketResolver,
  SlaResolver,
  LiveResolver,
  LiveSubscriptionResolver,
  ImportResolver,
  ReportsResolver,
  LastProcessesResolver,
  AuditResolver,
  NodeResolver,
] as const;

const ROOT_DESCRIPTIONS = {
  Query: `What can be read, over HTTP. Everything here needs an access token. ${COST_MODEL}`,
  Mutation: 'What can be changed, over HTTP. Everything but login, refresh and logout needs an access token.',
  Subscription: 'What is told live, over WebSocket (graphql-transport-ws). Everything here needs an access token.',
} as const;

/** type-graphql wants one although every subscription brings its own source. */
const noPubSub: PubSub = {
  publish: () => undefined,
  subscribe: () => {
    throw new Error('Subscriptions follow the event log; nothing is published here.');
  },
};

/** The executable schema, its resolvers being `instances`; without instances it can be printed, not run. */
export function composeSchema(instances: readonly object[] = []): GraphQLSchema {
  const byClass = new Map<unknown, object>(instances.map((each) => [each.constructor, each]));
  const container: ContainerType = {
    get: (resolver: ClassType) => {
      const instance = byClass.get(resolver);
      if (!instance) throw new Error(`There is no instance of ${resolver.name}.`);
      return instance;
    },
  };
  const [first, ...rest] = RESOLVERS;
  const schema = buildSchemaSync({
    resolvers: [first, ...rest],
    container,
    pubSub: noPubSub,
    validate: false,
    // Whether it is a valid schema does not change from start to start: test/schema.test.ts asks.
    skipCheck: true,
    scalarsMap: [{ type: Date, scalar: DateTime }],
  });
  describeRoots(schema);
  describeCosts(schema);
  return schema;
}

/** type-graphql gives the root types no description. */
function describeRoots(schema: GraphQLSchema): void {
  for (const [name, description] of Object.entries(ROOT_DESCRIPTIONS)) {
    const type = schema.getType(name);
    if (type) type.description = description;
  }
}

/** Says with each list what asking for it costs, from the same figures that it is counted by. */
function describeCosts(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const note = costNote(type.name, field);
      if (note) field.description = `${field.description} ${note}`;
    }
  }
}
