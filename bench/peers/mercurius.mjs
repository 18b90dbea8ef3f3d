// Mercurius with its loaders, and its compiler of queries (jit).
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { listening } from './port.mjs';
import { byIds, page, SCHEMA } from './tables.mjs';

const app = Fastify();
app.register(mercurius, {
  schema: SCHEMA,
  jit: 1,
  resolvers: { Query: { tickets: (_, { first }) => page(first) } },
  loaders: {
    Ticket: {
      client: (asked) =>
        byIds(
          'clients',
          asked.map(({ obj }) => obj.client_id),
        ),
      assignee: (asked) =>
        byIds(
          'users',
          asked.map(({ obj }) => obj.assignee_id),
        ),
    },
  },
});
await app.listen({ port: 0, host: '127.0.0.1' });
listening(app.server.address().port);
