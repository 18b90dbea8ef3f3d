// GraphQL Yoga with dataloader.
import { createServer } from 'node:http';
import DataLoader from 'dataloader';
import { createSchema, createYoga } from 'graphql-yoga';
import { listening } from './port.mjs';
import { byIds, page, SCHEMA } from './tables.mjs';

const yoga = createYoga({
  logging: false,
  graphiql: false,
  schema: createSchema({
    typeDefs: SCHEMA,
    resolvers: {
      Query: { tickets: (_, { first }) => page(first) },
      Ticket: {
        client: (ticket, _, { clients }) => clients.load(ticket.client_id),
        assignee: (ticket, _, { users }) => (ticket.assignee_id === null ? null : users.load(ticket.assignee_id)),
      },
    },
  }),
  context: () => ({
    clients: new DataLoader((ids) => byIds('clients', ids)),
    users: new DataLoader((ids) => byIds('users', ids)),
  }),
});
const server = createServer(yoga);
server.listen(0, '127.0.0.1', () => listening(server.address().port));
