import type { FastifyInstance } from 'fastify';

/** What the usual clients send by themselves, and what this server reads. */
const ALLOWED_HEADERS = [
  'authorization, content-type, x-request-id, traceparent, tracestate, apollo-require-preflight',
  'x-apollo-operation-name, x-apollo-operation-type, apollographql-client-name, apollographql-client-version',
].join(', ');
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

/**
 * Whether a page of `origin` may open a WebSocket: pages of the list, and those of `own`, the scheme and host that the request was
 * sent to. Programs that are not browsers send no origin.
 */
export function mayConnect(origins: readonly string[], origin: string | undefined, own: string): boolean {
  if (origin === undefined || origins.includes(origin)) return true;
  // "null" is every sandboxed page and every local file; browsers write an origin in one way only.
  if (!/^https?:/.test(origin) || !URL.canParse(origin) || new URL(origin).origin !== origin) return false;
  const page = new URL(origin);
  // A proxy that is not trusted may speak TLS to the page: http here says nothing, https does.
  if (own.startsWith('https:') && page.protocol === 'http:') return false;
  const here = `${page.protocol}//${own.slice(own.indexOf('//') + 2)}`;
  return URL.canParse(here) && new URL(here).host === page.host;
}
