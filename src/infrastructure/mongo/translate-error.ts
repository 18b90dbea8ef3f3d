import {
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoSystemError,
  MongoTopologyClosedError,
} from 'mongodb';
import { DomainError } from '../../domain/domain-error.ts';

const RETRY_SECONDS = 2;
const MAX_TIME_EXPIRED = 50;
/**
 * What a server says that shuts down, is no primary (any more), lost its peers, could not get a majority in time, or is busy
 * with another writer of the same document. From the driver's specification of retryable errors, and WriteConflict.
 */
const PASSING = new Set([6, 7, 64, 89, 91, 112, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

/** Whether no server could be reached, or the one reached could not take the command for now. */
export function isAway(error: unknown): boolean {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if (cause instanceof MongoServerSelectionError || cause instanceof MongoNetworkError) return true;
    if (cause instanceof MongoNotConnectedError || cause instanceof MongoTopologyClosedError) return true;
    if (cause instanceof MongoSystemError || cause.name === 'MongoWaitQueueTimeoutError') return true;
    if (cause instanceof MongoServerError && PASSING.has(Number(cause.code))) return true;
    if (cause instanceof MongoError && cause.hasErrorLabel('RetryableWriteError')) return true;
  }
  return false;
}

/** What a failure of MongoDB means to the caller: UNAVAILABLE, TIMEOUT, or null when it is a fault of ours. */
export function translateMongoError(error: unknown): DomainError | null {
  if (isAway(error)) {
    return new DomainError(
      'UNAVAILABLE',
      `The store of logs and imports cannot be reached. Try again in ${RETRY_SECONDS} seconds.`,
      {
        retryAfterSeconds: RETRY_SECONDS,
      },
    );
  }
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if (cause instanceof MongoServerError && cause.code === MAX_TIME_EXPIRED) {
      return new DomainError('TIMEOUT', 'The operation took too long and was cancelled. Ask for less at a time.', {});
    }
  }
  return null;
}
