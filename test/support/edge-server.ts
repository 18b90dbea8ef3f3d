import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import WebSocket from 'ws';
import type { Actor } from '../../src/domain/actor.ts';
import { DomainError } from '../../src/domain/domain-error.ts';
import { ROLES } from '../../src/domain/enums.ts';
import { createLogging } from '../../src/infrastructure/observability/logging.ts';
import { createMetrics } from '../../src/infrastructure/observability/metrics.ts';
import { Admission, type AdmissionSettings } from '../../src/interfaces/graphql/admission.ts';
import type { Caller } from '../../src/interfaces/graphql/caller.ts';
import { DOCUMENT_LIMITS } from '../../src/interfaces/graphql/validation/limits.ts';
import type { HealthCheck } from '../../src/interfaces/http/health.ts';
import { createHttpServer, type HttpSettings } from '../../src/interfaces/http/server.ts';
import { type Edge, edgeSchema } from './edge.ts';

export const ADA: Actor = { id: 'ada', role: 'ADMIN' };

interface Wishes {
  /** Instead of the small schema of these tests. */
  readonly schema?: GraphQLSchema;
  readonly createContext?: (caller: Caller) => Caller;
  readonly settings?: Partial<HttpSettings>;
  readonly websocket?: Partial<HttpSettings['websocket']>;
  readonly healthChecks?: readonly HealthCheck[];
  /** How many are let in; everybody unless given. */
  readonly admission?: AdmissionSettings;
  readonly summary?: () => Promise<Record<string, unknown>>;
  readonly extend?: (app: FastifyInstance) => void;
  /** How long the token "short" holds. */
  readonly shortMs?: number;
}

/** Ada for "good"; for "good-ROLE-x" somebody of that role, for another "good-x" another administrator. */
function actorOf(bearer: string): Actor {
  const role = ROLES.find((each) => bearer.startsWith(`good-${each}-`)) ?? 'ADMIN';
  return bearer === 'good' ? ADA : { id: bearer, role };
}

/** A real server on a real port around a small schema; tokens are "good" (see actorOf), "short" (Ada, for a moment), all else bad. */
export async function startEdge(wishes: Wishes = {}) {
  const lines: string[] = [];
  const { logger, scope } = createLogging({
    level: 'trace',
    pretty: false,
    destination: { write: (line) => void lines.push(line) },
  });
  const metrics = createMetrics(logger);
  const edge: Edge = { release: () => {}, idleEnded: 0, floodTaken: 0, logins: 0, contexts: [], signals: [] };
  const ended = new Set<(userId: string) => void>();
  let authenticating: Promise<void> = Promise.resolve();
  const admission = new Admission(wishes.admission ?? { running: Number.POSITIVE_INFINITY, waiting: 0, waitMs: 0 });
  const server = await createHttpServer({
    schema: wishes.schema ?? edgeSchema(edge),
    createContext: wishes.createContext ?? ((caller) => caller),
    authenticate: async (bearer) => {
      await authenticating;
      if (bearer === 'down') throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      if (bearer === 'short') return { actor: ADA, expiresAt: new Date(Date.now() + (wishes.shortMs ?? 150)) };
      if (bearer.startsWith('good')) return { actor: actorOf(bearer), expiresAt: new Date(Date.now() + 900_000) };
      throw new DomainError('UNAUTHENTICATED', 'This access token is not valid any more. Sign in again.', {});
    },
    onSessionsEnded: (listener) => {
      ended.add(listener);
      return () => ended.delete(listener);
    },
    translateError: (error) =>
      error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
        ? new DomainError('UNAVAILABLE', 'The database cannot be reached. Try again in a moment.', {
            retryAfterSeconds: 2,
          })
        : null,
    logger,
    scope,
    metrics,
    admission,
    healthChecks: wishes.healthChecks ?? [],
    summary: wishes.summary ?? (async () => ({})),
    ...(wishes.extend ? { extend: wishes.extend } : {}),
    settings: {
      host: '127.0.0.1',
      port: 0,
      trustProxy: false,
      corsOrigins: [],
      bodyMaxBytes: 1_000_000,
      limits: DOCUMENT_LIMITS,
      introspection: true,
      graphiql: true,
      firstUser: null,
      rateLimit: { max: 0, userMax: 0, windowMinutes: 15 },
      metrics: { token: undefined, port: undefined },
      operationTimeoutMs: 10_000,
      shutdownGraceMs: 1_000,
      ...wishes.settings,
      websocket: {
        operations: 'subscriptions',
        frameMaxBytes: 128 * 1024,
        subscriptionsPerSocket: 100,
        socketsPerUser: 20,
        socketsPerAddress: 10_000,
        ...wishes.websocket,
      },
    },
  });
  const { port, metricsPort } = await server.listen();
  const url = `http://127.0.0.1:${port}`;
  const sockets: WebSocket[] = [];
  let closed = false;

  return {
    url,
    port,
    metricsPort,
    edge,
    lines,
    metrics,
    logger,
    scope,
    admission,
    endSessionsOf: (userId: string) => {
      for (const listener of ended) listener(userId);
    },
    /** Authentication waits until the returned function is called. */
    holdAuthentication(): () => void {
      let go: () => void = () => {};
      authenticating = new Promise((resolve) => {
        go = resolve;
      });
      return go;
    },
    /** A GraphQL request; `data`, `errors`, and the response. */
    async query(query: string, variables?: Record<string, unknown>, headers: Record<string, string> = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return { response, ...((await response.json()) as Answer) };
    },
    socket: async (params?: Record<string, unknown> | null, options: SocketOptions = {}) => {
      const socket = await openSocket(`ws://127.0.0.1:${port}/graphql`, params, options);
      sockets.push(socket.raw);
      return socket;
    },
    async close(): Promise<void> {
      if (closed) return;
      closed = true;
      await server.close();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await this.close();
      for (const socket of sockets) socket.terminate();
    },
  };
}

export interface AnswerError {
  readonly message: string;
  readonly path?: readonly unknown[];
  readonly extensions: Record<string, unknown> & { readonly code: string; readonly requestId: string };
}

export interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly AnswerError[];
}

interface SocketOptions {
  readonly headers?: Record<string, string>;
  readonly protocol?: string;
}

export interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A client that speaks the protocol frame by frame; queues what comes, so that nothing is missed. `params` null: sends no init. */
export async function openSocket(
  url: string,
  params: Record<string, unknown> | null | undefined,
  options: SocketOptions,
) {
  const raw = new WebSocket(url, options.protocol ?? 'graphql-transport-ws', { headers: options.headers ?? {} });
  const queue: Message[] = [];
  const takers: ((message: Message) => void)[] = [];
  raw.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message;
    const taker = takers.shift();
    if (taker) taker(message);
    else queue.push(message);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    raw.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  const send = (message: unknown): void => raw.send(typeof message === 'string' ? message : JSON.stringify(message));
  await once(raw, 'open');
  const socket = {
    raw,
    closed,
    send,
    queue,
    next: (): Promise<Message> => {
      const message = queue.shift();
      return message ? Promise.resolve(message) : new Promise((resolve) => takers.push(resolve));
    },
    subscribe: (id: string, query: string, variables?: Record<string, unknown>) =>
      send({ id, type: 'subscribe', payload: { query, variables } }),
  };
  if (params !== null) {
    send({ type: 'connection_init', payload: params });
    await Promise.race([socket.next(), closed]);
  }
  return socket;
}

/** The answer to an upgrade that is refused: its status and headers. */
export async function refusedUpgrade(url: string, headers: Record<string, string> = {}) {
  const raw = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
  raw.on('error', () => {});
  const [, response] = (await once(raw, 'unexpected-response')) as [
    unknown,
    { statusCode: number; headers: Record<string, string> },
  ];
  return { status: response.statusCode, headers: response.headers };
}

/** A plain request, with headers that fetch would not let through. */
export async function plainRequest(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
) {
  const request = httpRequest(url, { method: options.method ?? 'GET', headers: options.headers ?? {} });
  request.end(options.body);
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') };
}
