import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { processRequest } from 'graphql-upload-minimal';
import type { UploadLimits } from './incoming-upload.ts';

/** Every header by which a caller shows that a browser asked first (Apollo's CSRF prevention). */
const PREFLIGHT_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name'];

/** How long the rest of an unread upload is waited for before the answer goes out, since many clients read no answer before they have sent everything. */
const DRAIN_BEFORE_MS = 1_000;

/** How long it is taken in after the answer; then the connection is ended. */
const DRAIN_AFTER_MS = 10_000;

/** Takes GraphQL multipart requests: puts the operations into `request.body`, its files as promises of streams. Call it before the routes are added. */
export function registerUploads(app: FastifyInstance, limits: UploadLimits): void {
  // The body stays a stream: the files in it are read by whoever stores them.
  app.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null));

  app.addHook('preValidation', async (request, reply) => {
    if (!isMultipart(request)) return;
    if (!PREFLIGHT_HEADERS.some((name) => request.headers[name])) {
      // Apollo answers that itself, and says which header is missing.
      request.body = {};
      return;
    }
    try {
      request.body = await withTimeout(request.raw, reply.raw, limits);
    } catch (error) {
      return refuse(request, reply, error);
    }
  });

  app.addHook('onSend', async (request, reply) => {
    if (isMultipart(request)) await drain(request.raw, reply.raw);
  });
}

function isMultipart(request: FastifyRequest): boolean {
  return /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '');
}

/** The operations of the request; they come first in it, and within the time that a client may be silent. */
async function withTimeout(request: IncomingMessage, response: ServerResponse, limits: UploadLimits): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error('The operations of the request did not come in time.'), { status: 408 });
    timer = setTimeout(() => reject(error), limits.idleTimeoutMs);
  });
  // busboy calls a file of exactly its limit too large.
  const options = { maxFileSize: limits.maxBytes + 1, maxFiles: 1, maxFieldSize: 1_000_000 };
  try {
    return await Promise.race([processRequest(guarded(request), response, options), stalled]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The request as graphql-upload-minimal needs it, its parser made safe: that may emit a second error (a malformed part
 * header, then an unexpected end), and one that nobody listens for would end the process.
 */
function guarded(request: IncomingMessage): IncomingMessage {
  const stream = {
    headers: request.headers,
    pipe: (parser: NodeJS.WritableStream) => {
      parser.on('error', () => undefined);
      return request.pipe(parser);
    },
    unpipe: (parser: NodeJS.WritableStream) => request.unpipe(parser),
    once: (event: string, listener: () => void) => request.once(event, listener),
    resume: () => request.resume(),
    get readableEnded() {
      return request.readableEnded;
    },
  };
  return stream as unknown as IncomingMessage;
}

/** Answers a request that is no GraphQL multipart request in the form of every other error of this API. */
function refuse(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const { message, status } =
    error instanceof Error
      ? Object.assign({ status: 400 }, error, { message: error.message })
      : { message: String(error), status: 400 };
  const details =
    status === 413
      ? { code: 'PAYLOAD_TOO_LARGE', limit: 'upload', max: 1_000_000 }
      : status === 408
        ? { code: 'TIMEOUT' }
        : { code: 'VALIDATION_FAILED', fields: [{ path: 'request', message }] };
  const body = { errors: [{ message, extensions: { ...details, requestId: request.id } }] };
  return reply
    .code(status < 500 ? status : 400)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(body));
}

/** Reads on what nobody wants any more; else the client would never come to reading the answer. */
async function drain(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.readableEnded || request.destroyed) return;
  request.unpipe();
  request.resume();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, DRAIN_BEFORE_MS);
    function done() {
      clearTimeout(timer);
      request.off('end', done).off('close', done);
      resolve();
    }
    request.once('end', done).once('close', done);
  });
  if (request.readableEnded || request.destroyed) return;
  response.once('finish', () => {
    const timer = setTimeout(() => request.destroy(), DRAIN_AFTER_MS);
    request.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
  });
}
