import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, type ErrorCode } from '../../domain/domain-error.ts';
import { type FormatError, validationFailed } from '../graphql/errors.ts';
import { graphqlContentType } from './media-type.ts';

/** The HTTP status of a refusal of a whole request. */
const STATUS: Record<ErrorCode, number> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  VALIDATION_FAILED: 400,
  ILLEGAL_TRANSITION: 409,
  CONFLICT: 409,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
  LIMIT_EXCEEDED: 400,
  PAYLOAD_TOO_LARGE: 413,
  TIMEOUT: 503,
  CURSOR_EXPIRED: 410,
};

const GRAPHQL_PATH = '/graphql';

/** Answers differ by caller, and so do refusals: nothing on the way may keep them, nor a browser after the sign-out. */
export const NEVER_KEPT = 'private, no-store';

/** The path of a request without its query string, which may hold secrets. */
export function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}

/** Answers a refusal: on `/graphql` as GraphQL clients read it, elsewhere as a small JSON object. */
export function sendError(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
  format: FormatError,
  status?: number,
): FastifyReply {
  const { message, extensions } = format(error, request.id);
  const code = status ?? (error instanceof DomainError ? STATUS[(error as DomainError).code] : 500);
  const isGraphql = pathOf(request.url) === GRAPHQL_PATH;
  reply.code(code).header('cache-control', NEVER_KEPT);
  reply.header('content-type', graphqlContentType(isGraphql ? request.headers.accept : undefined));
  if (error instanceof DomainError && 'retryAfterSeconds' in error.details) {
    reply.header('retry-after', String(error.details.retryAfterSeconds));
  }
  if (code === 401) reply.header('www-authenticate', 'Bearer');
  const body = isGraphql ? { errors: [{ message, extensions }] } : { error: { message, ...extensions } };
  return reply.send(JSON.stringify(body));
}

/** Gives every failure of Fastify and of handlers the form and the codes of this API. */
export function registerErrors(
  app: FastifyInstance,
  format: FormatError,
  bodyMaxBytes: number,
  allowed: (path: string) => readonly string[],
): void {
  app.setErrorHandler((error: unknown, request, reply) => {
    const status = statusOf(error);
    if (status === 413) {
      // The rest is read and forgotten: a client that is cut off while it sends never sees the answer.
      reply.removeHeader('connection');
      request.raw.resume();
    }
    const known = asDomainError(error, status, bodyMaxBytes, request.headers['content-length']);
    return sendError(
      request,
      reply,
      known ?? error,
      format,
      known && !(error instanceof DomainError) ? status : undefined,
    );
  });

  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request.url);
    const methods = allowed(path);
    if (methods.length > 0) {
      reply.header('allow', methods.join(', '));
      // Without CORS headers: a browser that asks on behalf of a page of another origin takes it as a no.
      if (request.method === 'OPTIONS') return reply.code(204).send();
      const message = `${request.method} does not work here; use ${methods.join(' or ')}.`;
      return sendError(request, reply, validationFailed([{ path: 'method', message }]), format, 405);
    }
    return sendError(
      request,
      reply,
      new DomainError('NOT_FOUND', 'There is nothing here. The API is at /graphql.', {}),
      format,
    );
  });
}

function statusOf(error: unknown): number {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 500;
}

function asDomainError(
  error: unknown,
  status: number,
  bodyMaxBytes: number,
  contentLength: string | undefined,
): DomainError | null {
  if (error instanceof DomainError) return error;
  if (!(error instanceof Error)) return null;
  if (status === 413) {
    const message = `The body is larger than ${bodyMaxBytes} bytes. Send less, or upload it as a file.`;
    // A body without a length was cut off on the way: nobody knows how much was to come.
    const actual = /^\d{1,15}$/.test(contentLength ?? '') ? { actual: Number(contentLength) } : {};
    return new DomainError('PAYLOAD_TOO_LARGE', message, { limit: 'body', max: bodyMaxBytes, ...actual });
  }
  if (status === 415) return validationFailed([{ path: 'content-type', message: 'Send application/json.' }]);
  if (status >= 400 && status < 500) return validationFailed([{ path: 'request', message: malformed(error) }]);
  return null;
}

/** Parsers quote what they read, which may be a secret: their words are not passed on. */
function malformed(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  if (error.message.includes('forbidden prototype property'))
    return 'A key "__proto__" or "constructor" is not allowed.';
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return 'The body is empty.';
  if (code.includes('JSON') || error instanceof SyntaxError) return 'The body is not valid JSON.';
  return 'The request cannot be read.';
}
