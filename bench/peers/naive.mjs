// Apollo Server and type-graphql as their first pages show them: a statement for each relation of each ticket.
import 'reflect-metadata';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { Arg, buildSchema, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { listening } from './port.mjs';
import { byIds, page } from './tables.mjs';

/** What decorators do, without a compiler for them. */
function objectType(name, fields) {
  const type = { [name]: class {} }[name];
  for (const [field, [of, nullable = false]] of Object.entries(fields))
    Field(() => of, { nullable })(type.prototype, field);
  ObjectType()(type);
  return type;
}

const Client = objectType('Client', { id: [ID], name: [String], tier: [String] });
const User = objectType('User', { id: [ID], name: [String] });
const Clock = objectType('Clock', {
  state: [String],
  dueAt: [String, true],
  atRiskAt: [String, true],
  breachedAt: [String, true],
  remainingSeconds: [Int],
});
const Ticket = objectType('Ticket', {
  id: [ID],
  reference: [String],
  title: [String],
  status: [String],
  priority: [Int],
  createdAt: [String],
  sla: [Clock],
});
const PageInfo = objectType('PageInfo', { hasNextPage: [Boolean], endCursor: [String, true] });
const TicketConnection = objectType('TicketConnection', { nodes: [[Ticket]], pageInfo: [PageInfo] });

class TicketResolver {
  tickets(first) {
    return page(first);
  }
  async client(ticket) {
    return (await byIds('clients', [ticket.client_id]))[0];
  }
  async assignee(ticket) {
    return ticket.assignee_id === null ? null : (await byIds('users', [ticket.assignee_id]))[0];
  }
}
const { prototype } = TicketResolver;
const method = (name, decorator) => decorator(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
Arg('first', () => Int)(prototype, 'tickets', 0);
method(
  'tickets',
  Query(() => TicketConnection),
);
Root()(prototype, 'client', 0);
Reflect.defineMetadata('design:paramtypes', [Object], prototype, 'client');
method(
  'client',
  FieldResolver(() => Client),
);
Root()(prototype, 'assignee', 0);
Reflect.defineMetadata('design:paramtypes', [Object], prototype, 'assignee');
method(
  'assignee',
  FieldResolver(() => User, { nullable: true }),
);
Resolver(() => Ticket)(TicketResolver);

const server = new ApolloServer({ schema: await buildSchema({ resolvers: [TicketResolver], validate: false }) });
const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
listening(Number(new URL(url).port));
