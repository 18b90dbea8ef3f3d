import type { FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** Scheme and host of PUBLIC_URL; null: not set. */
    publicOrigin: string | null;
  }
}

const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/**
 * Scheme and host that the caller sent the request to: PUBLIC_URL for its own pages, whatever a proxy made of the request; else as far as
 * TRUST_PROXY believes it; else where it arrived.
 */
export function originOf(request: FastifyRequest): string {
  const { publicOrigin } = request.server;
  if (publicOrigin !== null && request.headers.origin === publicOrigin) return publicOrigin;
  // Proxies name a WebSocket's scheme too.
  const scheme = /^(?:https|wss)$/i.test(request.protocol) ? 'https' : 'http';
  if (HOST.test(request.host)) return `${scheme}://${request.host}`;
  const { localAddress = 'localhost', localPort } = request.socket;
  return `${scheme}://${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
}
