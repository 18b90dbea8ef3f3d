import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { NewRateLimiter } from '../../application/rate-limiter.ts';
import type { Actor } from '../../domain/actor.ts';
import type { DomainError } from '../../domain/domain-error.ts';
import type { Admission } from '../graphql/admission.ts';
import { createApollo } from '../graphql/apollo.ts';
import type { Authenticate, Caller } from '../graphql/caller.ts';
import type { RunWithin } from '../graphql/deadline.ts';
import { createErrorFormatter } from '../graphql/errors.ts';
import type { LogScope } from '../graphql/log-scope.ts';
import type { OperationMetrics, OperationRecord } from '../graphql/operation-metrics.ts';
import type { AnswerPlanned } from '../graphql/planned/planned-lists.ts';
import type { AuditedMutations } from '../graphql/trail/audited-mutations.ts';
import type { DocumentLimits } from '../graphql/validation/limits.ts';
import { createSubscriptionServer } from '../graphql/websocket/websocket-server.ts';
import { registerCors } from './cors.ts';
import { registerDashboard } from './dashboard-route.ts';
import { registerGraphiql } from './graphiql-route.ts';
import { registerGraphql } from './graphql-route.ts';
import { type HealthCheck, registerHealth } from './health.ts';
import { registerErrors } from './http-errors.ts';
import { commonOptions, listening } from './listening.ts';
import { type MetricsPage, registerMetrics } from './metrics-route.ts';
import { countOpenSockets } from './open-sockets.ts';
import { memoryRateLimiters } from './rate-limiter.ts';
import { createRateLimits, type RateLimitSettings } from './rate-limits.ts';
import { type HttpMetrics, registerRequestCycle } from './request-cycle.ts';
import { requestIdFrom } from './request-id.ts';
import { registerSecurityHeaders } from './security-headers.ts';
import { type BrowserSessions, registerSession } from './session-route.ts';
import { routeUpgrades } from './upgrade.ts';

/** What operators choose; the durations have defaults that only tests shorten. */
export interface HttpSettings {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** As Fastify takes it: nobody, everybody, a number of hops, or addresses. */
  readonly trustProxy: boolean | number | string;
  readonly corsOrigins: readonly string[];
  /** Where callers reach the server; undefined: where their requests say. */
  readonly publicUrl?: string | undefined;
  readonly bodyMaxBytes: number;
  readonly limits: DocumentLimits;
  readonly introspection: boolean;
  readonly graphiql: boolean;
  /** Filled into GraphiQL's sign-in, for local use; null: left empty. */
  readonly firstUser: { readonly email: string; readonly password: string } | null;
  readonly rateLimit: RateLimitSettings;
  readonly metrics: { readonly token: string | undefined; readonly port: number | undefined };
  readonly websocket: {
    readonly operations: 'subscriptions' | 'all';
    readonly frameMaxBytes: number;
    readonly subscriptionsPerSocket: number;
    readonly socketsPerUser: number;
    readonly socketsPerAddress: number;
    readonly maxBufferedBytes?: number;
    readonly stallMs?: number;
    readonly keepAliveMs?: number;
    readonly initTimeoutMs?: number;
  };
  readonly operationTimeoutMs: number;
  readonly requestTimeoutMs?: number;
  readonly headersTimeoutMs?: number;
  readonly shutdownGraceMs?: number;
}

export interface HttpServerDeps {
  readonly schema: GraphQLSchema;
  /** Told of mutations that are refused before they are begun. */
  readonly auditedMutations?: AuditedMutations;
  /** Answers some operations before the resolvers are asked. */
  readonly planned?: AnswerPlanned;
  /** Makes the context of an operation around what the transport knows of its caller. */
  readonly createContext: (caller: Caller) => Caller;
  readonly authenticate: Authenticate;
  /** The time that tokens are judged by; that of this machine unless given. */
  readonly now?: () => Date;
  /** Tells of each user whose sessions ended, in whatever process; returns how to stop listening. */
  readonly onSessionsEnded: (listener: (userId: string) => void) => () => void;
  /** Recognises failures of the database: UNAVAILABLE, TIMEOUT; null: not one of them. */
  readonly translateError: (error: unknown) => DomainError | null;
  readonly logger: FastifyBaseLogger;
  readonly scope: LogScope;
  readonly metrics: OperationMetrics & HttpMetrics & MetricsPage;
  /** The door before operations and whoever signs in; health and metrics do not pass it. */
  readonly admission: Admission;
  readonly healthChecks: readonly HealthCheck[];
  /** Counts requests; absent: in the memory of this process. */
  readonly newRateLimiter?: NewRateLimiter;
  /** Runs an operation so that what it calls finds its time limit; absent: nothing that it calls looks for one. */
  readonly within?: RunWithin;
  /** Numbers for `/health/metrics`. */
  readonly summary: () => Promise<Readonly<Record<string, unknown>>>;
  /** How browsers sign in; absent: only by the mutations. */
  readonly browserSessions?: BrowserSessions;
  /** Adds routes and hooks that are not this file's, such as uploads. */
  readonly extend?: (app: FastifyInstance) => void | Promise<void>;
  readonly settings: HttpSettings;
}

export interface HttpServer {
  /** Listens. Throws what the system says when the port is taken (EADDRINUSE) or forbidden. */
  listen(): Promise<{ readonly port: number; readonly metricsPort: number | undefined }>;
  /** Stops accepting, ends sockets with 1001, lets running requests end within the grace, and closes. */
  close(): Promise<void>;
}

/** The transport edge: GraphQL over HTTP and WebSocket, GraphiQL, health and metrics on one port. */
export async function createHttpServer(deps: HttpServerDeps): Promise<HttpServer> {
  const { settings, logger, metrics, scope, admission, within = (_signal, work) => work() } = deps;
  const requestTimeoutMs = settings.requestTimeoutMs ?? 30_000;
  const graceMs = settings.shutdownGraceMs ?? 5_000;
  const formatError = createErrorFormatter({
    logger,
    translateError: deps.translateError,
    maxTokens: settings.limits.tokens,
  });
  const rateLimits = createRateLimits(settings.rateLimit, deps.newRateLimiter ?? memoryRateLimiters);
  const records = new WeakMap<object, OperationRecord>();
  const apollo = createApollo({
    schema: deps.schema,
    limits: settings.limits,
    introspection: settings.introspection,
    logger,
    formatError,
    requestId: () => String(scope.current().requestId ?? ''),
    chargeLogins: rateLimits.chargeLogins,
    recordOf: (request) => records.get(request),
    auditedMutations: deps.auditedMutations,
    planned: deps.planned,
  });
  await apollo.start();

  const { websocket } = settings;
  const subscriptions = createSubscriptionServer({
    schema: deps.schema,
    limits: settings.limits,
    introspection: settings.introspection,
    operations: websocket.operations,
    maxSubscriptions: websocket.subscriptionsPerSocket,
    operationTimeoutMs: settings.operationTimeoutMs,
    runWithin: within,
    createContext: deps.createContext,
    auditedMutations: deps.auditedMutations,
    chargeRequest: rateLimits.chargeRequest,
    chargeLogins: rateLimits.chargeLogins,
    chargeUser: (actor: Actor, ip: string) => rateLimits.moveToUser(actor, ip),
    newRequestId: () => requestIdFrom(undefined),
    metrics,
    logger,
    scope,
    admission,
    authenticate: (token) => admission.run(() => deps.authenticate(token)),
    now: deps.now ?? (() => new Date()),
    onSessionsEnded: deps.onSessionsEnded,
    formatError,
    maxSocketsPerUser: websocket.socketsPerUser,
    maxFrameBytes: websocket.frameMaxBytes,
    initTimeoutMs: websocket.initTimeoutMs ?? 3_000,
    socketLimits: {
      maxBufferedBytes: websocket.maxBufferedBytes ?? 4 * 1024 * 1024,
      stallMs: websocket.stallMs ?? 10_000,
      keepAliveMs: websocket.keepAliveMs ?? 12_000,
    },
  });

  const app = newApp(deps, requestTimeoutMs);
  const cycle = registerRequestCycle(app, { ...deps, rateLimits, formatError, requestTimeoutMs });
  const routes = new Map<string, string[]>();
  app.addHook('onRoute', ({ url, method }) => {
    routes.set(url, [...(routes.get(url) ?? []), ...[method].flat()]);
  });
  registerErrors(app, formatError, settings.bodyMaxBytes, (path) => routes.get(path) ?? []);
  app.decorate('publicOrigin', settings.publicUrl === undefined ? null : new URL(settings.publicUrl).origin);
  registerCors(app, settings.corsOrigins);
  registerSecurityHeaders(app);
  await deps.extend?.(app);
  registerGraphql(app, {
    ...deps,
    apollo,
    subscriptions,
    formatError,
    records,
    within,
    sockets: countOpenSockets(websocket.socketsPerAddress),
    corsOrigins: settings.corsOrigins,
    operationTimeoutMs: settings.operationTimeoutMs,
    uploadTimeoutMs: requestTimeoutMs,
  });
  if (settings.graphiql) registerGraphiql(app, settings.firstUser);
  if (deps.browserSessions) {
    const { operationTimeoutMs } = settings;
    const now = deps.now ?? (() => new Date());
    registerSession(app, { sessions: deps.browserSessions, rateLimits, admission, within, operationTimeoutMs, now });
  }
  const dashboard = registerDashboard(app);
  let isStopping = false;
  registerHealth(app, {
    checks: deps.healthChecks,
    summary: deps.summary,
    logger,
    isStopping: () => isStopping,
  });
  registerMetrics(app, metrics, { token: settings.metrics.token });
  app.get('/', async () => ({
    name: 'TechSupport Pro',
    graphql: '/graphql',
    ...(dashboard ? { dashboard: 'open this address in a browser' } : {}),
    ...(settings.graphiql ? { graphiql: '/graphiql' } : {}),
    health: '/health/ready',
  }));
  routeUpgrades(app);

  const { listen, close } = listening(app, metrics, settings);
  return {
    listen,
    async close() {
      isStopping = true;
      cycle.refuseNewRequests();
      await subscriptions.close(graceMs);
      await cycle.idle(graceMs);
      await close();
      await apollo.stop();
    },
  };
}

function newApp({ settings, logger }: HttpServerDeps, requestTimeoutMs: number): FastifyInstance {
  const { trustProxy, headersTimeoutMs: headersTimeout = 15_000 } = settings;
  const app = Fastify({
    ...commonOptions(logger, trustProxy),
    bodyLimit: settings.bodyMaxBytes,
    // A refusal during shutdown takes the form of all other errors.
    return503OnClosing: false,
    // A connection on which nothing moves is closed; uploads move. Slow headers and slow bodies have limits of their own.
    connectionTimeout: requestTimeoutMs * 2,
    http: { headersTimeout, requestTimeout: 0, connectionsCheckingInterval: Math.min(5_000, headersTimeout) },
  });
  // Bodies are JSON here; whatever else is spoken (multipart) registers itself.
  app.removeContentTypeParser('text/plain');
  return app as unknown as FastifyInstance;
}
