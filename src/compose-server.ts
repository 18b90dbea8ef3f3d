import { sql } from 'drizzle-orm';
import type { ImportStore } from './application/import/ports.ts';
import type { Clock, NewId } from './application/runtime.ts';
import { FIRST_ADMIN_EMAIL, LOCAL_ADMIN_PASSWORD } from './application/user/seed-first-admin.ts';
import type { Desk } from './compose-desk.ts';
import type { composeImports } from './compose-imports.ts';
import { composeNodes } from './compose-nodes.ts';
import type { People } from './compose-people.ts';
import type { Reports } from './compose-reports.ts';
import { composeSchema } from './compose-schema.ts';
import type { Config } from './config.ts';
import { DomainError } from './domain/domain-error.ts';
import type { JobQueues } from './infrastructure/bullmq/job-queues.ts';
import { watchEventLoop } from './infrastructure/observability/event-loop-lag.ts';
import type { Logging } from './infrastructure/observability/logging.ts';
import type { Metrics } from './infrastructure/observability/metrics.ts';
import type { Database } from './infrastructure/postgres/database.ts';
import { PostgresDeadLetterStore } from './infrastructure/postgres/dead-letter-store.ts';
import { pendingMigrations } from './infrastructure/postgres/migrate.ts';
import { translatePostgresError } from './infrastructure/postgres/translate-error.ts';
import type { PostgresWakeUp } from './infrastructure/postgres/wake-up.ts';
import type { Caller } from './interfaces/graphql/caller.ts';
import { ClientResolver } from './interfaces/graphql/client/client-resolver.ts';
import type { GraphqlContext } from './interfaces/graphql/context.ts';
import { ImportResolver } from './interfaces/graphql/import/import-resolver.ts';
import { LastProcessesResolver } from './interfaces/graphql/import/last-processes-resolver.ts';
import { LiveResolver } from './interfaces/graphql/live/live-resolver.ts';
import { LiveSubscriptionResolver } from './interfaces/graphql/live/live-subscription-resolver.ts';
import { createLoaders } from './interfaces/graphql/loaders.ts';
import { NodeResolver } from './interfaces/graphql/node-resolver.ts';
import { ReportsResolver } from './interfaces/graphql/report/reports-resolver.ts';
import { SessionResolver } from './interfaces/graphql/session/session-resolver.ts';
import { SlaResolver } from './interfaces/graphql/sla/sla-resolver.ts';
import { TicketMutationResolver } from './interfaces/graphql/ticket/ticket-mutation-resolver.ts';
import { TicketResolver } from './interfaces/graphql/ticket/ticket-resolver.ts';
import { UserResolver } from './interfaces/graphql/user/user-resolver.ts';
import type { HealthCheck } from './interfaces/http/health.ts';
import { createHttpServer, type HttpServer, type HttpSettings } from './interfaces/http/server.ts';
import { registerUploads } from './interfaces/http/upload.ts';

const UPLOAD_IDLE_MS = 30_000;

export interface ServerParts {
  readonly config: Config;
  readonly logging: Logging;
  readonly metrics: Metrics;
  readonly db: Database;
  readonly wakeUp: PostgresWakeUp;
  readonly queues: JobQueues;
  readonly people: People;
  readonly desk: Desk;
  readonly reports: Reports;
  readonly imports: ReturnType<typeof composeImports>;
  readonly importStore: ImportStore;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** The API: schema with its resolvers behind the HTTP and WebSocket edge. */
export async function composeServer(parts: ServerParts): Promise<HttpServer> {
  const { config, logging, metrics, people, desk, db, queues } = parts;
  const uploads = { maxBytes: config.imports.maxBytes, idleTimeoutMs: UPLOAD_IDLE_MS };
  const now = () => parts.clock.now();
  const nodes = composeNodes({
    desk,
    people,
    imports: parts.importStore,
    deadLetters: new PostgresDeadLetterStore(db, parts.newId),
    now,
  });
  const schema = composeSchema([
    new SessionResolver(people.sessions),
    new UserResolver(people.people),
    new ClientResolver(desk.clients),
    new TicketResolver(desk.queries),
    new TicketMutationResolver(desk.mutations),
    new SlaResolver(desk.sla),
    new LiveResolver(desk.live),
    new LiveSubscriptionResolver(),
    new ImportResolver(parts.imports.useCases, uploads),
    new ReportsResolver(parts.reports.useCases),
    new LastProcessesResolver({ lastProcesses: parts.reports.lastProcesses(parts.importStore) }),
    new NodeResolver(nodes),
  ]);
  const { tickets, clients, policies } = desk.stores;
  const reads = {
    tickets: (ids: readonly string[]) => tickets.byIds(ids),
    users: (ids: readonly string[]) => people.users.byIds(ids),
    clients: (ids: readonly string[]) => clients.byIds(ids),
    openTickets: (ids: readonly string[]) => clients.openTickets(ids),
    escalations: (ids: readonly string[]) => tickets.escalationsOf(ids),
    endedCycles: (ids: readonly string[]) => tickets.endedCyclesOf(ids),
    policyVersion: policies.version.bind(policies),
    now,
  };
  const createContext = (caller: Caller): GraphqlContext => ({
    ...caller,
    loaders: createLoaders(reads),
    subscriptions: desk.subscriptions,
  });
  const queueDepths = async () =>
    (await queues.counts()).flatMap(({ name, paused: _, ...states }) =>
      Object.entries(states).map(([state, jobs]) => ({ queue: name, state, jobs })),
    );
  metrics.collectFrom({
    overdueUnalerted: desk.overdueUnalerted,
    queues: queueDepths,
    databasePool: () => ({ total: db.pool.totalCount, idle: db.pool.idleCount, waiting: db.pool.waitingCount }),
  });
  return createHttpServer({
    schema,
    createContext,
    authenticate: people.authenticate,
    onSessionsEnded: (listener) =>
      desk.hub.listen((event) => {
        if (event.type === 'user.sessions_ended' && event.subjectId) listener(event.subjectId);
      }),
    translateError: translatePostgresError,
    logger: logging.logger,
    scope: logging.scope,
    metrics,
    healthChecks: healthChecks(parts),
    summary: summary(parts),
    extend: (app) => registerUploads(app, uploads),
    settings: settings(config),
  });
}

function healthChecks({ db, queues, wakeUp }: ServerParts): HealthCheck[] {
  return [
    {
      name: 'postgres',
      critical: true,
      check: async () => {
        await db.sql.execute(sql`SELECT 1`);
      },
    },
    {
      name: 'migrations',
      critical: true,
      check: async () => {
        const pending = await pendingMigrations(db.pool);
        if (pending > 0) {
          const message = `${pending} migrations are pending: restart the server to apply them.`;
          throw new DomainError('UNAVAILABLE', message, { retryAfterSeconds: 30 });
        }
      },
    },
    {
      name: 'queues',
      critical: false,
      check: async () => {
        await queues.counts();
      },
    },
    {
      name: 'wake-up',
      critical: false,
      check: async () =>
        wakeUp.isListening ? undefined : 'Not listening: live events are found by polling, up to a second late.',
    },
  ];
}

function summary({ desk, queues }: ServerParts): () => Promise<Record<string, unknown>> {
  const eventLoop = watchEventLoop();
  return async () => ({
    uptimeSeconds: Math.floor(process.uptime()),
    memory: process.memoryUsage(),
    eventLoopLagMs: eventLoop.read(),
    queues: await queues.counts(),
    clocks: { ...(await desk.clockCounts()), overdueUnalerted: await desk.overdueUnalerted() },
    subscribers: desk.hub.size,
  });
}

function settings(config: Config): HttpSettings {
  const { graphql } = config;
  const local = config.environment !== 'production';
  return {
    ...config.http,
    limits: {
      tokens: graphql.maxTokens,
      depth: graphql.maxDepth,
      aliases: graphql.maxAliases,
      rootFields: graphql.maxRootFields,
      directives: graphql.maxDirectives,
    },
    introspection: graphql.introspection,
    graphiql: graphql.introspection,
    firstUser: local
      ? { email: FIRST_ADMIN_EMAIL, password: config.auth.adminPassword === undefined ? LOCAL_ADMIN_PASSWORD : '' }
      : null,
    rateLimit: config.rateLimit,
    metrics: config.metrics,
    websocket: { operations: 'subscriptions', ...config.websocket },
    operationTimeoutMs: graphql.operationTimeoutSeconds * 1_000,
    shutdownGraceMs: 3_000,
  };
}
