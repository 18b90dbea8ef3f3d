import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { processRequest } from 'graphql-upload-minimal';
import { DomainError } from '../../domain/domain-error.ts';
import { validationFailed } from '../graphql/errors.ts';
import type { UploadLimits } from './incoming-upload.ts';

/** Every header by which a caller shows that a browser asked first (Apollo's CSRF prevention). */
const PREFLIGHT_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name'];

/** The operations with their variables; the files come apart from them. */
const MAX_FIELD_BYTES = 1_000_000;

/** How long the rest of an unread upload is waited for before the answer goes out, since many clients read no answer before they have sent everything. */
const DRAIN_BEFORE_MS = 1_000;

/** How long it is taken in after the answer; then the connection is ended. */
const DRAIN_AFTER_MS = 10_000;

/** Takes GraphQL multipart requests: puts the operations into `request.body`, its files as promises of streams. Call it before the routes are added. */
export function registerUploads(app: FastifyInstance, limits: UploadLimits): void {
  // The body stays a stream: the files in it are read by whoever stores them.
  app.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null));

  app.addHook('preValidation', (request, reply, done) => {
    if (!isMultipart(request)) return done();
    if (!PREFLIGHT_HEADERS.some((name) => request.headers[name])) {
      // Apollo answers that itself, and says which header is missing.
      request.body = {};
      return done();
    }
    withTimeout(request.raw, reply.raw, limits).then(
      (body) => {
        request.body = body;
        done();
      },
      (error) => done(refusal(error)),
    );
  });

  app.addHook('onSend', (request, reply, _payload, done) => {
    if (!isMultipart(request)) return done();
    drain(request.raw, reply.raw).then(() => done(), done);
  });
}

function isMultipart(request: FastifyRequest): boolean {
  return /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '');
}

/** The operations of the request; they come first in it, and within the time that a client may be silent. */
async function withTimeout(request: IncomingMessage, response: ServerResponse, limits: UploadLimits): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    const error = new DomainError('TIMEOUT', 'The operations of the request did not come in time: send it again.', {});
    timer = setTimeout(() => reject(error), limits.idleTimeoutMs);
  });
  // busboy calls a file of exactly its limit too large.
  const options = { maxFileSize: limits.maxBytes + 1, maxFiles: 1, maxFieldSize: MAX_FIELD_BYTES };
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

/** What is wrong with a request that is no GraphQL multipart request, in the terms of this API. */
function refusal(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error instanceof DomainError) return error;
  const status = 'status' in error ? error.status : null;
  if (status === 413)
    return new DomainError('PAYLOAD_TOO_LARGE', error.message, { limit: 'operations', max: MAX_FIELD_BYTES });
  // Status 500 is how the library calls a body in which it found no part at all.
  return validationFailed([{ path: 'request', message: error.message }]);
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
