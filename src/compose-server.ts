import type { ImportStores } from './application/import/ports.ts';
import type { NewRateLimiter } from './application/rate-limiter.ts';
import type { Clock, NewId } from './application/runtime.ts';
import type { Trail } from './application/trail/ports.ts';
import { FIRST_ADMIN_EMAIL, LOCAL_ADMIN_PASSWORD } from './application/user/seed-first-admin.ts';
import type { Desk } from './compose-desk.ts';
import { composeErrorWorkbooks, type ErrorWorkbookParts } from './compose-error-workbooks.ts';
import type { composeImports } from './compose-imports.ts';
import { composeNodes } from './compose-nodes.ts';
import type { People } from './compose-people.ts';
import type { Probes } from './compose-probes.ts';
import type { Reports } from './compose-reports.ts';
import { composeSchema } from './compose-schema.ts';
import { type AuditLog, translateStoreError } from './compose-trail.ts';
import type { Config } from './config.ts';
import type { Followed } from './infrastructure/followed.ts';
import type { Logging } from './infrastructure/observability/logging.ts';
import type { Metrics } from './infrastructure/observability/metrics.ts';
import type { Database } from './infrastructure/postgres/database.ts';
import { translatePostgresError } from './infrastructure/postgres/translate-error.ts';
import { Admission } from './interfaces/graphql/admission.ts';
import type { Caller } from './interfaces/graphql/caller.ts';
import { ClientResolver } from './interfaces/graphql/client/client-resolver.ts';
import type { GraphqlContext } from './interfaces/graphql/context.ts';
import { createErrorFormatter } from './interfaces/graphql/errors.ts';
import { ImportResolver } from './interfaces/graphql/import/import-resolver.ts';
import { LastProcessesResolver } from './interfaces/graphql/import/last-processes-resolver.ts';
import { LiveResolver } from './interfaces/graphql/live/live-resolver.ts';
import { LiveSubscriptionResolver } from './interfaces/graphql/live/live-subscription-resolver.ts';
import { createLoaders } from './interfaces/graphql/loaders.ts';
import { NodeResolver } from './interfaces/graphql/node-resolver.ts';
import { plannedLists } from './interfaces/graphql/planned/planned-lists.ts';
import { ReportsResolver } from './interfaces/graphql/report/reports-resolver.ts';
import { SessionResolver } from './interfaces/graphql/session/session-resolver.ts';
import { SlaResolver } from './interfaces/graphql/sla/sla-resolver.ts';
import { BulkTicketResolver } from './interfaces/graphql/ticket/bulk-ticket-resolver.ts';
import { TicketMutationResolver } from './interfaces/graphql/ticket/ticket-mutation-resolver.ts';
import { TicketResolver } from './interfaces/graphql/ticket/ticket-resolver.ts';
import { AuditResolver } from './interfaces/graphql/trail/audit-resolver.ts';
import { actOf, auditMutations } from './interfaces/graphql/trail/audited-mutations.ts';
import { UserResolver } from './interfaces/graphql/user/user-resolver.ts';
import { registerErrorWorkbook } from './interfaces/http/error-workbook-route.ts';
import { createHttpServer, type HttpServer, type HttpSettings } from './interfaces/http/server.ts';
import { registerUploads } from './interfaces/http/upload.ts';
import { createWorkerServer } from './interfaces/http/worker-server.ts';

const UPLOAD_IDLE_MS = 30_000;

export type WorkerServerParts = Pick<ServerParts, 'config' | 'logging' | 'metrics' | 'probes'>;

export interface ServerParts {
  readonly config: Config;
  readonly logging: Logging;
  readonly metrics: Metrics;
  readonly db: Database;
  readonly people: People;
  readonly desk: Desk;
  readonly reports: Reports;
  readonly probes: Probes;
  readonly imports: ReturnType<typeof composeImports>;
  readonly importStores: Pick<ImportStores, 'imports' | 'deadLetters'>;
  readonly errorWorkbooks: Pick<ErrorWorkbookParts, 'links' | 'stores'>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly newRateLimiter: NewRateLimiter;
  /** Under which time limit something runs. */
  readonly signals: Followed<AbortSignal>;
  readonly trail: Trail;
  readonly auditLog: AuditLog;
}

/** What a process without the API shows of itself. */
export function composeWorkerServer({ config, logging, metrics, probes }: WorkerServerParts): HttpServer {
  const { logger } = logging;
  return createWorkerServer({
    ...probes,
    logger,
    metrics,
    formatError: createErrorFormatter({ logger, translateError: translatePostgresError, maxTokens: 0 }),
    settings: { ...config.http, metrics: config.metrics },
  });
}

/** The API: schema with its resolvers behind the HTTP and WebSocket edge. */
export async function composeServer(parts: ServerParts): Promise<HttpServer> {
  const { config, logging, metrics, people, desk } = parts;
  // As many as there are connections: whoever is let in finds one soon, and can finish.
  const admission = new Admission({ running: config.database.poolMax, ...config.requestQueue }, (why) =>
    metrics.countRefused(why),
  );
  metrics.collectFrom({ admission: () => ({ running: admission.running, waiting: admission.waiting }) });
  metrics.collectFrom({ subscriberGroups: () => desk.liveGroups.size.groups });
  const uploads = { maxBytes: config.imports.maxBytes, idleTimeoutMs: UPLOAD_IDLE_MS };
  const now = () => parts.clock.now();
  const nodes = composeNodes({
    desk,
    people,
    ...parts.importStores,
    auditLog: parts.auditLog,
    now,
  });
  const schema = composeSchema([
    new SessionResolver(people.sessions),
    new UserResolver(people.people),
    new ClientResolver(desk.clients),
    new TicketResolver(desk.queries),
    new TicketMutationResolver(desk.mutations),
    new BulkTicketResolver(
      desk.bulk,
      createErrorFormatter({
        logger: logging.logger,
        translateError: translateStoreError,
        maxTokens: config.graphql.maxTokens,
      }),
    ),
    new SlaResolver(desk.sla),
    new LiveResolver(desk.live),
    new LiveSubscriptionResolver(),
    new ImportResolver(parts.imports.useCases, uploads),
    new ReportsResolver(parts.reports.useCases),
    new LastProcessesResolver({ lastProcesses: parts.reports.lastProcesses(parts.importStores.imports) }),
    new AuditResolver(parts.auditLog),
    new NodeResolver(nodes),
  ]);
  const auditedMutations = auditMutations(schema, parts.trail);
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
  const errorWorkbooks = composeErrorWorkbooks({
    ...parts.errorWorkbooks,
    ...parts,
    logger: logging.logger,
    translateError: translateStoreError,
  });
  const createContext = (caller: Caller): GraphqlContext => ({
    ...caller,
    loaders: createLoaders(reads),
    subscriptions: desk.subscriptions,
    errorWorkbookUrl: (importId) => `${config.http.publicUrl ?? caller.origin}${errorWorkbooks.path(importId)}`,
  });
  return createHttpServer({
    schema,
    auditedMutations,
    planned: plannedLists(schema, desk.queries),
    createContext,
    authenticate: people.authenticate,
    now,
    onSessionsEnded: (listener) =>
      desk.hub.listen((event) => {
        if (event.type === 'user.sessions_ended' && event.subjectId) listener(event.subjectId);
      }),
    translateError: translateStoreError,
    logger: logging.logger,
    scope: logging.scope,
    metrics,
    admission,
    ...parts.probes,
    newRateLimiter: parts.newRateLimiter,
    within: parts.signals.run,
    browserSessions: {
      ...people.sessions,
      record: (action, args, caller, work) => parts.trail.record(actOf(action, args, caller), work),
      refreshTokenDays: config.auth.refreshTokenDays,
    },
    extend: (app) => {
      registerUploads(app, uploads);
      registerErrorWorkbook(app, errorWorkbooks);
    },
    settings: settings(config),
  });
}

function settings(config: Config): HttpSettings {
  const { graphql } = config;
  const local = config.environment !== 'production';
  return {
    ...config.http,
    limits: {
      tokens: graphql.maxTokens,
      operations: graphql.maxOperations,
      depth: graphql.maxDepth,
      aliases: graphql.maxAliases,
      rootFields: graphql.maxRootFields,
      directives: graphql.maxDirectives,
      listItems: graphql.maxListItems,
      cost: graphql.maxCost,
    },
    introspection: graphql.introspection,
    graphiql: graphql.introspection,
    firstUser: local
      ? { email: FIRST_ADMIN_EMAIL, password: config.auth.adminPassword === undefined ? LOCAL_ADMIN_PASSWORD : '' }
      : null,
    rateLimit: config.rateLimit,
    metrics: config.metrics,
    websocket: config.websocket,
    operationTimeoutMs: graphql.operationTimeoutSeconds * 1_000,
    shutdownGraceMs: 3_000,
  };
}
