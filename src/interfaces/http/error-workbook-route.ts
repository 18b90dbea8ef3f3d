import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorWorkbookLink } from '../../application/import/error-workbook-links.ts';
import type { checkErrorWorkbookLink, openErrorWorkbook } from '../../application/import/open-error-workbook.ts';
import type { Logger } from '../../application/runtime.ts';
import type { DomainError } from '../../domain/domain-error.ts';
import { type Admission, until } from '../graphql/admission.ts';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

export interface ErrorWorkbookRouteDeps {
  readonly check: ReturnType<typeof checkErrorWorkbookLink>;
  readonly open: ReturnType<typeof openErrorWorkbook>;
  /** The door before downloads: each takes a thread and connections as long as it lasts. */
  readonly admission: Admission;
  /** Recognises failures of the stores; null: not one of them. */
  readonly translateError: (error: unknown) => DomainError | null;
  readonly logger: Logger;
}

interface Wanted {
  Params: { readonly id: string };
  Querystring: Readonly<Record<'expires' | 'signature', unknown>>;
}

/** The path and query of the link, as `registerErrorWorkbook` reads them. */
export function errorWorkbookPath({ importId, expires, signature }: ErrorWorkbookLink): string {
  return `/imports/${importId}/errors.xlsx?${new URLSearchParams({ expires, signature })}`;
}

/** `GET /imports/:id/errors.xlsx`: the rejected rows of an import, to whoever has the link that `errorWorkbookUrl` gives. */
export function registerErrorWorkbook(app: FastifyInstance, deps: ErrorWorkbookRouteDeps): void {
  app.route<Wanted>({
    method: ['GET', 'HEAD'],
    url: '/imports/:id/errors.xlsx',
    exposeHeadRoute: false,
    config: { rateLimited: true },
    handler: async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      try {
        return await answer(deps, request, reply);
      } catch (error) {
        throw deps.translateError(error) ?? error;
      }
    },
  });
}

async function answer(deps: ErrorWorkbookRouteDeps, request: FastifyRequest<Wanted>, reply: FastifyReply) {
  const { expires, signature } = request.query;
  const link = { importId: request.params.id, expires: String(expires), signature: String(signature) };
  deps.check(link);
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const leave = await deps.admission.enter(until(gone.signal));
  reply.raw.once('close', leave);
  if (reply.raw.closed) leave();
  const { filename, content } = await deps.open(link);
  reply.header('content-type', XLSX).header('content-disposition', attachment(filename));
  if (request.method === 'HEAD') return reply.send();
  return reply.send(Readable.from(logged(content(gone.signal), gone.signal, request, deps), { objectMode: false }));
}

/** The bytes; whatever breaks them off cuts the connection, so that nobody takes half a workbook for a whole one. */
async function* logged(
  bytes: AsyncIterable<Uint8Array>,
  gone: AbortSignal,
  { params }: FastifyRequest<Wanted>,
  { logger }: ErrorWorkbookRouteDeps,
): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    if (!gone.aborted) logger.error({ err: error, importId: params.id }, 'an error workbook broke off');
    throw error;
  }
}

/** RFC 6266: the name in full for whoever knows `filename*`, and without what is not ASCII for others. */
function attachment(filename: string): string {
  const plain = filename.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const full = encodeURIComponent(filename).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${full}`;
}
