import type { ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/domain-error.ts';
import type { Admission } from '../graphql/admission.ts';
import type { Caller } from '../graphql/caller.ts';
import { type Deadline, type RunWithin, startDeadline } from '../graphql/deadline.ts';
import { type FormatError, validationFailed } from '../graphql/errors.ts';
import type { LogScope } from '../graphql/log-scope.ts';
import { type OperationMetrics, OperationRecord } from '../graphql/operation-metrics.ts';
import { limitExceeded } from '../graphql/validation/limits.ts';
import type { SubscriptionServer } from '../graphql/websocket/websocket-server.ts';
import { mayConnect } from './cors.ts';
import { NEVER_KEPT, sendError } from './http-errors.ts';
import { graphqlContentType, unreadableBody } from './media-type.ts';
import type { OpenSockets } from './open-sockets.ts';
import { scopeOf } from './request-cycle.ts';
import { originOf } from './request-origin.ts';
import { upgradeOf } from './upgrade.ts';

export interface GraphqlRouteDeps {
  readonly apollo: ApolloServer<Caller>;
  readonly subscriptions: SubscriptionServer;
  readonly createContext: (caller: Caller) => Caller;
  readonly formatError: FormatError;
  readonly metrics: OperationMetrics;
  readonly admission: Admission;
  /** Where Apollo's plugins find the record of an operation, by its HTTP request. */
  readonly records: WeakMap<object, OperationRecord>;
  readonly scope: LogScope;
  readonly within: RunWithin;
  readonly sockets: OpenSockets;
  readonly corsOrigins: readonly string[];
  readonly operationTimeoutMs: number;
  /** How long an upload may still take once its last byte is in. */
  readonly uploadTimeoutMs: number;
}

/** What Apollo's CSRF prevention looks for. */
const PREFLIGHT_SIGN = 'apollo-require-preflight';

/** `/graphql`: POST, GET for queries, and the WebSocket. */
export function registerGraphql(app: FastifyInstance, deps: GraphqlRouteDeps): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    exposeHeadRoute: false,
    config: { rateLimited: true },
    preParsing: async (request, reply, body) => {
      const problem = request.method === 'POST' ? unreadableBody(request.headers) : null;
      if (!problem) return body;
      await sendError(request, reply, validationFailed([problem]), deps.formatError, 415);
    },
    handler: (request, reply) => {
      if (upgradeOf(request.raw)) return openSocket(deps, request, reply);
      // Reading the body has left the scope of the request: what runs from here on logs with its id.
      return deps.scope.run(scopeOf(request), () => answer(deps, request, reply));
    },
  });
}

async function answer(deps: GraphqlRouteDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const record = new OperationRecord(deps.metrics);
  request.operation = record;
  if (Array.isArray(request.body) && request.body.length > 1) {
    record.finish('LIMIT_EXCEEDED');
    return sendError(request, reply, limitExceeded('batch', 1, request.body.length), deps.formatError);
  }
  const httpGraphQLRequest = toApollo(request);
  deps.records.set(httpGraphQLRequest, record);
  try {
    // After the body has come: a slow client holds no place.
    const leave = await deps.admission.enter((onGone) => {
      reply.raw.once('close', onGone);
      return () => reply.raw.off('close', onGone);
    });
    return execute(deps, { request, reply, record, httpGraphQLRequest, leave });
  } catch (error) {
    record.finish('UNAVAILABLE');
    return sendError(request, reply, error, deps.formatError);
  }
}

interface Admitted {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly record: OperationRecord;
  readonly httpGraphQLRequest: HTTPGraphQLRequest;
  /** Gives the place free. */
  readonly leave: () => void;
}

async function execute(deps: GraphqlRouteDeps, admitted: Admitted): Promise<FastifyReply> {
  const { request, reply, record, httpGraphQLRequest, leave } = admitted;
  const deadline = deadlineOf(deps, request);
  reply.raw.once('close', () => abandonUnfinished(deadline, reply.raw));
  const caller: Caller = { ...request.caller, signal: deadline.signal };
  try {
    const running = deps.within(deadline.signal, () =>
      deps.apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => deps.createContext(caller) }),
    );
    if (isUpload(request)) leave();
    else leaveAfter(running, leave, deps.operationTimeoutMs);
    const { status, headers, body } = await Promise.race([running, deadline.expired]);
    if (body.kind === 'chunked') throw new Error('Incremental delivery is not part of this API.');
    for (const [name, value] of headers) reply.header(name, value);
    reply.header('cache-control', NEVER_KEPT);
    record.finish(status === undefined || status < 400 ? 'ok' : 'refused');
    return reply.code(status ?? 200).send(bytesOf(body.string));
  } catch (error) {
    const failed = error instanceof DomainError && error.code === 'TIMEOUT';
    record.finish(failed ? 'TIMEOUT' : 'INTERNAL');
    if (!failed) return sendError(request, reply, error, deps.formatError);
    // It ran, so this is the error of an execution: HTTP 200, as for every other one.
    const { message, extensions } = deps.formatError(error, request.id);
    reply.header('content-type', graphqlContentType(request.headers.accept)).header('cache-control', NEVER_KEPT);
    return reply.send(JSON.stringify({ errors: [{ message, extensions }], data: null }));
  } finally {
    deadline.clear();
  }
}

/** What was given up goes on for a moment, until the database has cancelled it: its place is not free before. */
function leaveAfter(running: Promise<unknown>, leave: () => void, operationTimeoutMs: number): void {
  const longest = setTimeout(leave, operationTimeoutMs * 2).unref();
  const end = (): void => {
    clearTimeout(longest);
    leave();
  };
  running.then(end, end);
}

/** An upload passes the door and keeps no place: its bytes may take minutes, and wait for no connection meanwhile. */
function isUpload({ headers }: FastifyRequest): boolean {
  return headers['content-type']?.startsWith('multipart/') === true;
}

function abandonUnfinished(deadline: Deadline, response: ServerResponse): void {
  if (!response.writableFinished) deadline.abandon();
}

/** An upload takes as long as its bytes come; its time begins with the last of them. */
function deadlineOf(deps: GraphqlRouteDeps, request: FastifyRequest): Deadline {
  if (!isUpload(request)) return startDeadline(deps.operationTimeoutMs);
  return startDeadline(deps.uploadTimeoutMs, (start) =>
    request.raw.readableEnded ? start() : request.raw.once('end', start),
  );
}

/** Node writes a text byte by byte in case it is not ASCII; a page of tickets nearly always is. */
function bytesOf(text: string): Buffer {
  return Buffer.from(text, Buffer.byteLength(text) === text.length ? 'latin1' : 'utf8');
}

function toApollo(request: FastifyRequest): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  // Browsers ask first before a page sends a bearer token elsewhere: a GET with one needs no other sign that it may (urql sends none).
  if (request.method === 'GET' && /^bearer /i.test(headers.get('authorization') ?? ''))
    headers.set(PREFLIGHT_SIGN, '1');
  const query = request.url.indexOf('?');
  const search = query < 0 ? '' : request.url.slice(query);
  return { method: request.method.toUpperCase(), headers, search, body: request.body };
}

function openSocket(deps: GraphqlRouteDeps, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const upgrade = upgradeOf(request.raw);
  const { origin } = request.headers;
  if (!upgrade || request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket') {
    const message = 'Only a GET request can be upgraded here, and only to a WebSocket.';
    return sendError(request, reply, validationFailed([{ path: 'upgrade', message }]), deps.formatError);
  }
  if (!mayConnect(deps.corsOrigins, origin, originOf(request))) {
    const message = 'Pages of this origin may not connect: it is not in CORS_ORIGINS.';
    return sendError(request, reply, new DomainError('FORBIDDEN', message, {}), deps.formatError);
  }
  const crowded = deps.sockets.enter(request.ip, upgrade.connection);
  // Not 400: the same request is right once another socket has closed.
  if (crowded) return sendError(request, reply, crowded, deps.formatError, 429);
  reply.hijack();
  const { connection, head } = upgrade;
  reply.raw.detachSocket(connection as Parameters<ServerResponse['detachSocket']>[0]);
  const visitor = { ip: request.ip, requestId: request.id, origin: originOf(request) };
  deps.subscriptions.accept(request.raw, connection, head, visitor);
  return reply;
}
