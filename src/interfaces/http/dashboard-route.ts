import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type DashboardFile, dashboardFiles } from './dashboard-files.ts';
import { pathOf } from './http-errors.ts';
import { originOf } from './request-origin.ts';

/** Where the build leaves it, seen from `src` and from `dist` alike. */
export const DASHBOARD_FOLDER = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url));

/** What browsers ask for here is answered by the API, also when there is nothing. */
const OF_THE_API = /^\/(graphql|graphiql|health|metrics|session|assets)(\/|$)|^\/imports\/[^/]+\/errors\.xlsx$/i;
/** In index.html; each answer has a nonce of its own. */
const NONCE = '__CSP_NONCE__';
const YEAR_SECONDS = 31_536_000;

/**
 * The dashboard at `/`: its hashed files are kept for ever, index.html is asked for each time. Whatever else a browser opens as a page
 * is an address of the dashboard's own, and gets index.html too; everything that is not a page is left to the routes of the API.
 * Nothing of it counts against a limit. Returns whether there is one: false when it has not been built.
 */
export function registerDashboard(app: FastifyInstance, folder = DASHBOARD_FOLDER): boolean {
  const files = dashboardFiles(folder);
  const index = files.get('/index.html');
  if (!index) return false;
  for (const [path, file] of files) {
    if (path === '/index.html' || file.isHashed) continue;
    app.get(path, (request, reply) => sendFile(request, reply, file));
  }
  app.get<{ Params: { file: string } }>('/assets/:file', (request, reply) => {
    const file = files.get(`/assets/${request.params.file}`);
    return file ? sendFile(request, reply, file) : reply.callNotFound();
  });
  app.addHook('onRequest', (request, reply, done) => {
    if (!isPage(request)) return done();
    sendIndex(request, reply, index).catch(done);
  });
  return true;
}

/** A browser opens an address that nothing else answers; programs ask for other types than HTML. */
function isPage(request: FastifyRequest): boolean {
  const { method, headers, is404 } = request;
  const path = pathOf(request.url);
  return (
    (method === 'GET' || method === 'HEAD') &&
    (is404 || path === '/') &&
    headers.accept?.includes('text/html') === true &&
    !OF_THE_API.test(path)
  );
}

async function sendFile(request: FastifyRequest, reply: FastifyReply, file: DashboardFile): Promise<FastifyReply> {
  const { encoding, bytes } = await file.read(request.headers['accept-encoding'] ?? '');
  reply.header('content-type', file.type).header('vary', 'Accept-Encoding');
  if (encoding) reply.header('content-encoding', encoding);
  if (file.isHashed) return reply.header('cache-control', `public, max-age=${YEAR_SECONDS}, immutable`).send(bytes);
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  reply.header('cache-control', 'no-cache').header('etag', etag);
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  return reply.send(bytes);
}

async function sendIndex(request: FastifyRequest, reply: FastifyReply, index: DashboardFile): Promise<FastifyReply> {
  const nonce = randomBytes(16).toString('base64');
  const { bytes } = await index.read('');
  reply.header('content-type', index.type).header('cache-control', 'no-cache').header('vary', 'Accept');
  reply.header('content-security-policy', dashboardPolicy(nonce, request));
  reply.header('cross-origin-resource-policy', 'same-origin');
  return reply.send(bytes.toString('utf8').replaceAll(NONCE, nonce));
}

/**
 * Scripts come from here and are never inline. Styles that the components write while they run carry the nonce. Some browsers do not
 * count a WebSocket to the same host as 'self'.
 */
function dashboardPolicy(nonce: string, request: FastifyRequest): string {
  const hosts = [originOf(request), request.server.publicOrigin ?? []].flat().map((origin) => new URL(origin).host);
  const sockets = [...new Set(hosts)].flatMap((host) => [`ws://${host}`, `wss://${host}`]);
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "manifest-src 'self'",
    `connect-src 'self' ${sockets.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
