import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { DomainError } from '../../domain/domain-error.ts';
import type { FormatError } from '../graphql/errors.ts';
import { type HealthCheck, registerHealth } from './health.ts';
import { sendError } from './http-errors.ts';
import { type MetricsPage, registerMetrics } from './metrics-route.ts';
import { requestIdFrom } from './request-id.ts';
import type { HttpServer, HttpSettings } from './server.ts';

export interface WorkerServerDeps {
  readonly logger: FastifyBaseLogger;
  readonly metrics: MetricsPage;
  readonly healthChecks: readonly HealthCheck[];
  /** Numbers for `/health/metrics`. */
  readonly summary: () => Promise<Readonly<Record<string, unknown>>>;
  readonly formatError: FormatError;
  readonly settings: Pick<HttpSettings, 'host' | 'port' | 'trustProxy' | 'metrics'>;
}

const HEADERS_MS = 5_000;
const REQUEST_MS = 10_000;

/** What a process without the API shows of itself: health and metrics, and nothing else. */
export function createWorkerServer({ settings, logger, metrics, ...deps }: WorkerServerDeps): HttpServer {
  const { trustProxy } = settings;
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: (request) => requestIdFrom(request.headers['x-request-id']),
    trustProxy: typeof trustProxy === 'number' ? (_address: string, hop: number) => hop < trustProxy : trustProxy,
    forceCloseConnections: true,
    http: { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS },
  }) as unknown as FastifyInstance;
  app.setErrorHandler((error, request, reply) => sendError(request, reply, error, deps.formatError));
  app.setNotFoundHandler((request, reply) => {
    const message =
      'There is nothing here: this process is a worker. The API answers where a process runs with ROLE=api.';
    return sendError(request, reply, new DomainError('NOT_FOUND', message, {}), deps.formatError);
  });
  registerHealth(app, { checks: deps.healthChecks, summary: deps.summary, logger });
  registerMetrics(app, metrics, { token: settings.metrics.token });
  app.get('/', async () => ({ name: 'TechSupport Pro', role: 'worker', health: '/health/ready' }));

  const metricsApp = settings.metrics.port === undefined ? null : Fastify({ logger: false });
  if (metricsApp) registerMetrics(metricsApp, metrics, 'open');

  return {
    async listen() {
      const { host, port } = settings;
      await app.listen({ host, port });
      await metricsApp?.listen({ host, port: settings.metrics.port ?? 0 });
      return { port: portOf(app) ?? port, metricsPort: metricsApp ? portOf(metricsApp) : undefined };
    },
    async close() {
      await app.close();
      await metricsApp?.close();
    },
  };
}

function portOf(app: Pick<FastifyInstance, 'server'>): number | undefined {
  const address = app.server.address() as AddressInfo | string | null;
  return typeof address === 'object' ? address?.port : undefined;
}
