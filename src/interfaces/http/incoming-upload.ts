import type { Readable } from 'node:stream';
import type { IncomingFile } from '../../application/import/import-tickets.ts';
import { DomainError, invalid } from '../../domain/domain-error.ts';
import { fileTooLarge } from '../../domain/import-process.ts';

export interface UploadLimits {
  /** The largest file, in bytes. */
  readonly maxBytes: number;
  /** How long a client may send nothing while bytes are waited for, in milliseconds. */
  readonly idleTimeoutMs: number;
}

/** What graphql-upload-minimal makes of a file part. */
export interface IncomingUpload {
  readonly filename: string;
  createReadStream(): Readable;
}

/**
 * The file of a multipart request as the use case takes it. Its content throws PAYLOAD_TOO_LARGE at the limit and TIMEOUT
 * when the client stalls; the time that the reader takes for itself is not the client's.
 */
export async function openUpload(file: Promise<IncomingUpload>, limits: UploadLimits): Promise<IncomingFile> {
  try {
    const upload = await file;
    const stream = upload.createReadStream();
    // Without this the stream just ends at the limit, cut short, as if the file were whole.
    stream.once('limit', () => stream.destroy(fileTooLarge(limits.maxBytes)));
    // An error may come while nobody reads; whoever reads next is told.
    stream.on('error', () => undefined);
    return { filename: upload.filename ?? '', content: withIdleTimeout(stream, limits.idleTimeoutMs) };
  } catch (error) {
    if (statusOf(error) === 413) throw fileTooLarge(limits.maxBytes);
    throw invalid('file', 'No file came with this request: send it as a GraphQL multipart request (field "map").');
  }
}

async function* withIdleTimeout(stream: Readable, milliseconds: number): AsyncGenerator<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  try {
    for (;;) {
      const timer = setTimeout(() => stream.destroy(stalled(milliseconds)), milliseconds);
      const result = await chunks.next().finally(() => clearTimeout(timer));
      if (result.done) return;
      yield result.value;
    }
  } catch (error) {
    throw statusOf(error) === 499 ? aborted() : error;
  } finally {
    stream.destroy();
  }
}

function statusOf(error: unknown): number | null {
  if (error instanceof Error && 'status' in error && typeof error.status === 'number') return error.status;
  return null;
}

function stalled(milliseconds: number): DomainError<'TIMEOUT'> {
  const message = `No bytes came for ${milliseconds / 1000} seconds, so the upload was given up: send the file again.`;
  return new DomainError('TIMEOUT', message, {});
}

function aborted(): DomainError<'TIMEOUT'> {
  return new DomainError('TIMEOUT', 'The connection ended before the whole file had come: send it again.', {});
}
