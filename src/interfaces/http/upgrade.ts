import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/** A connection that asks to become a WebSocket, before anything was answered. */
export interface Upgrade {
  readonly connection: Duplex;
  readonly head: Buffer;
}

const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/** The upgrade that a request asks for; null: an ordinary request. */
export function upgradeOf(request: IncomingMessage): Upgrade | null {
  return upgrades.get(request) ?? null;
}

/**
 * Sends upgrade requests through the routes like all others, so that addresses, limits, ids and logs are the same; a
 * refusal is an HTTP answer. A handler that takes the connection over must hijack the reply.
 */
export function routeUpgrades(app: FastifyInstance): void {
  app.server.on('upgrade', (request, connection, head) => {
    // A peer that goes away before the answer is no failure of ours.
    connection.on('error', () => connection.destroy());
    upgrades.set(request, { connection, head });
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(connection as Parameters<ServerResponse['assignSocket']>[0]);
    response.on('finish', () => connection.end());
    app.routing(request, response);
  });
}
