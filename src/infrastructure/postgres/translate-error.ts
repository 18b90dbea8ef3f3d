import { DomainError } from '../../domain/domain-error.ts';

const RETRY_SECONDS = 2;
/** Server shut down, starting up, or out of connections; deadlock and serialisation failures are worth another try as well. */
const TRY_AGAIN = new Set(['57P01', '57P02', '57P03', '53300', '40P01', '40001', '25P03', '55P03']);
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN']);
const LOST =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|pool after calling end/i;

/** What a failure of Postgres means to the caller: UNAVAILABLE, TIMEOUT, or null when it is a fault of ours. */
export function translatePostgresError(error: unknown): DomainError | null {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
    if (code === '57014') {
      return new DomainError('TIMEOUT', 'The operation took too long and was cancelled. Ask for less at a time.', {});
    }
    if (TRY_AGAIN.has(code) || code.startsWith('08') || NETWORK.has(code) || LOST.test(cause.message)) {
      return new DomainError('UNAVAILABLE', `The database cannot be reached. Try again in ${RETRY_SECONDS} seconds.`, {
        retryAfterSeconds: RETRY_SECONDS,
      });
    }
    if (
      cause instanceof AggregateError &&
      cause.errors[0] instanceof Error &&
      translatePostgresError(cause.errors[0])
    ) {
      return translatePostgresError(cause.errors[0]);
    }
  }
  return null;
}
