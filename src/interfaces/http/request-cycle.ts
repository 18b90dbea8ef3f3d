import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../../application/runtime.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Admission } from '../graphql/admission.ts';
import { bearerIn } from '../graphql/bearer.ts';
import type { Authenticate, Caller } from '../graphql/caller.ts';
import type { FormatError } from '../graphql/errors.ts';
import type { LogScope } from '../graphql/log-scope.ts';
import type { OperationRecord } from '../graphql/operation-metrics.ts';
import { traceFields } from '../trace-context.ts';
import { pathOf, sendError } from './http-errors.ts';
import type { RateLimits } from './rate-limits.ts';
import { originOf } from './request-origin.ts';
import { upgradeOf } from './upgrade.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; on routes with `rateLimited`. */
    caller: Caller;
    /** The GraphQL operation that this request carried. */
    operation: OperationRecord | null;
  }
  interface FastifyContextConfig {
    /** The route counts against the rate limits and knows its caller. */
    rateLimited?: boolean;
  }
}

/** Counts answered requests. */
export interface HttpMetrics {
  observeRequest(observation: {
    readonly route: string;
    readonly method: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
}

interface Deps {
  readonly scope: LogScope;
  readonly logger: Logger;
  readonly metrics: HttpMetrics;
  readonly authenticate: Authenticate;
  readonly rateLimits: RateLimits;
  readonly admission: Admission;
  /** Recognises failures of the database; null: not one of them. */
  readonly translateError: (error: unknown) => DomainError | null;
  readonly formatError: FormatError;
  readonly requestTimeoutMs: number;
}

interface RequestCycle {
  /** From now on requests are answered with 503 and their connections closed. */
  refuseNewRequests(): void;
  /** Resolves when no request is running any more, or after `graceMs`. */
  idle(graceMs: number): Promise<void>;
}

/** What happens around every request: its id, its caller, its limits, its line in the log. */
export function registerRequestCycle(app: FastifyInstance, deps: Deps): RequestCycle {
  const running = new Set<FastifyRequest>();
  let closing = false;
  let onIdle: () => void = () => {};

  app.decorateRequest('operation', null);
  app.decorateRequest('caller', null as unknown as Caller);

  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    if (closing) reply.header('connection', 'close');
    if (!upgradeOf(request.raw)) {
      running.add(request);
      reply.raw.once('close', () => {
        running.delete(request);
        if (running.size === 0) onIdle();
      });
    }
    deps.scope.run(scopeOf(request), done);
  });

  app.addHook('onRequest', (request, reply, done) => {
    if (!closing || pathOf(request.url).startsWith('/health')) return done();
    const error = new DomainError('UNAVAILABLE', 'This server is shutting down. Try again in a moment.', {
      retryAfterSeconds: 1,
    });
    sendError(request, reply, error, deps.formatError);
  });

  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.rateLimited !== true || request.method === 'OPTIONS') return;
    const caller = await callerOf(request, deps);
    if ('unavailable' in caller) return sendError(request, reply, caller.unavailable, deps.formatError);
    request.caller = caller;
    const charge = upgradeOf(request.raw)
      ? deps.rateLimits.chargeUpgrade(caller.ip)
      : deps.rateLimits.chargeRequest(caller);
    const { headers, refusal } = await charge;
    reply.headers(headers);
    if (refusal) return sendError(request, reply, refusal, deps.formatError);
  });

  limitSlowBodies(app, deps);

  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const { method, operation } = request;
    const seconds = reply.elapsedTime / 1000;
    deps.metrics.observeRequest({ route, method, status: reply.statusCode, seconds });
    const fields = {
      method,
      path: pathOf(request.url),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ip: request.ip,
      userId: request.caller?.actor?.id,
      ...(operation ? { operation: operation.name, type: operation.type, outcome: operation.outcome } : {}),
    };
    const quiet = route.startsWith('/health') || route === '/metrics' || /^\/(graphiql|assets)/.test(route);
    deps.scope.run(scopeOf(request), () => request.log[quiet ? 'debug' : 'info'](fields, 'request answered'));
    done();
  });

  return {
    refuseNewRequests() {
      closing = true;
    },
    async idle(graceMs) {
      if (running.size === 0) return;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        onIdle = resolve;
        timer = setTimeout(resolve, graceMs);
      });
      clearTimeout(timer);
    },
  };
}

/** What every line names that is logged on behalf of a request. */
export function scopeOf({ id, headers }: FastifyRequest): Readonly<Record<string, unknown>> {
  return { requestId: id, ...traceFields(headers.traceparent) };
}

/** Who asks; or why nobody can say at present: then the whole request is refused, since nothing has begun. */
async function callerOf(
  request: FastifyRequest,
  { admission, authenticate, translateError }: Deps,
): Promise<Caller | { readonly unavailable: DomainError }> {
  const { id: requestId, ip } = request;
  const unknown = { actor: null, authenticationError: null, requestId, ip, origin: originOf(request) };
  const bearer = bearerIn(authorizationOf(request));
  if (!bearer) return unknown;
  try {
    const { actor } = await admission.run(() => authenticate(bearer()));
    return { ...unknown, actor };
  } catch (error) {
    const failure = error instanceof DomainError ? error : translateError(error);
    if (failure?.code === 'UNAVAILABLE') return { unavailable: failure };
    // Kept for whatever needs an actor: login, refresh and logout must work with a token that has expired.
    return { ...unknown, authenticationError: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** The header; of several every one, which is no bearer token: Node takes the first, and a proxy may have looked at another. */
function authorizationOf({ headers, raw: { rawHeaders } }: FastifyRequest): string | readonly string[] | undefined {
  if (headers.authorization === undefined) return undefined;
  const all = rawHeaders.filter((_, n) => n % 2 === 1 && rawHeaders[n - 1]?.toLowerCase() === 'authorization');
  return all.length > 1 ? all : headers.authorization;
}

/** A body that is not an upload must be in within the time limit, however slowly its bytes come. */
function limitSlowBodies(app: FastifyInstance, deps: Deps): void {
  const timers = new WeakMap<FastifyRequest, NodeJS.Timeout>();
  app.addHook('preParsing', (request, reply, _payload, done) => {
    if (request.method === 'POST' && request.headers['content-type']?.startsWith('multipart/') !== true) {
      timers.set(
        request,
        setTimeout(() => refuseSlowBody(request, reply, deps), deps.requestTimeoutMs),
      );
      reply.raw.once('close', () => clearTimeout(timers.get(request)));
    }
    done(null);
  });
  app.addHook('preValidation', (request, _reply, done) => {
    clearTimeout(timers.get(request));
    done();
  });
}

function refuseSlowBody(request: FastifyRequest, reply: FastifyReply, { formatError, requestTimeoutMs }: Deps): void {
  if (reply.sent) return;
  const message = `The body was not complete within ${requestTimeoutMs / 1000} s.`;
  reply.raw.once('finish', () => request.raw.destroy());
  sendError(request, reply.header('connection', 'close'), new DomainError('TIMEOUT', message, {}), formatError, 408);
}
