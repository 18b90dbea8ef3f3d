import type { FastifyInstance } from 'fastify';

const ALLOWED_HEADERS = 'authorization, content-type, apollo-require-preflight, x-apollo-operation-name, x-request-id';
const EXPOSED_HEADERS =
  'x-request-id, retry-after, ratelimit, ratelimit-policy, ratelimit-limit, ratelimit-remaining, ratelimit-reset';
const PREFLIGHT_SECONDS = 600;

/** Lets pages of exactly these origins call the API, with a bearer token but without cookies. Nobody when the list is empty. */
export function registerCors(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  app.addHook('onRequest', async (request, reply) => {
    reply.header('vary', 'Origin');
    const { origin } = request.headers;
    const allowed = origin !== undefined && origins.includes(origin);
    if (allowed)
      reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', EXPOSED_HEADERS);
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return;
    if (allowed) {
      reply.header('access-control-allow-methods', 'GET, POST').header('access-control-allow-headers', ALLOWED_HEADERS);
      reply.header('access-control-max-age', String(PREFLIGHT_SECONDS));
    }
    return reply.code(204).send();
  });
}

/** Whether a page of `origin` may open a WebSocket: pages of this host, those of the list, and anybody while there is no list. */
export function mayConnect(origins: readonly string[], origin: string | undefined, host: string | undefined): boolean {
  // Programs that are not browsers send no origin.
  if (origins.length === 0 || origin === undefined) return true;
  if (origins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
