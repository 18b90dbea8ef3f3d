import type { FastifyRequest } from 'fastify';

const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** Scheme and host that the caller sent the request to, as far as TRUST_PROXY believes it; else where it arrived. */
export function originOf(request: FastifyRequest): string {
  // Proxies name a WebSocket's scheme too.
  const scheme = /^(?:https|wss)$/i.test(request.protocol) ? 'https' : 'http';
  if (HOST.test(request.host)) return `${scheme}://${request.host}`;
  const { localAddress = 'localhost', localPort } = request.socket;
  return `${scheme}://${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
}
