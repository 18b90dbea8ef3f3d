import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { type MetricsPage, registerMetrics } from './metrics-route.ts';
import { requestIdFrom } from './request-id.ts';
import type { HttpServer, HttpSettings } from './server.ts';

/** What Fastify is told by every kind of process. */
export function commonOptions(logger: FastifyBaseLogger, trustProxy: HttpSettings['trustProxy']) {
  return {
    loggerInstance: logger,
    // Where requests are logged, it is once and without their query string.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: (request: { headers: { [name: string]: string | string[] | undefined } }) =>
      requestIdFrom(request.headers['x-request-id']),
    trustProxy: typeof trustProxy === 'number' ? (_address: string, hop: number) => hop < trustProxy : trustProxy,
    // Keep-alive connections must not hold up the close, which has waited for what was running.
    forceCloseConnections: true,
  };
}

/** Opens and closes the port of `app`, and the one of the metrics where they have their own. */
export function listening(
  app: FastifyInstance,
  metrics: MetricsPage,
  settings: Pick<HttpSettings, 'host' | 'port' | 'metrics'>,
): HttpServer {
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

function portOf({ server }: Pick<FastifyInstance, 'server'>): number | undefined {
  const address = server.address() as AddressInfo | string | null;
  return typeof address === 'object' ? address?.port : undefined;
}
