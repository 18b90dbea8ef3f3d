import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { DomainError } from '../../domain/domain-error.ts';
import type { FormatError } from '../graphql/errors.ts';
import { type HealthCheck, registerHealth } from './health.ts';
import { sendError } from './http-errors.ts';
import { commonOptions, listening } from './listening.ts';
import { type MetricsPage, registerMetrics } from './metrics-route.ts';
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
  const app = Fastify({
    ...commonOptions(logger, settings.trustProxy),
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
  return listening(app, metrics, settings);
}
