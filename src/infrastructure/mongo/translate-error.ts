import type { MongoError } from 'mongodb';
import { DomainError } from '../../domain/domain-error.ts';

const RETRY_SECONDS = 2;
/** Failures that say by their class that no server is there, or none that works. */
const AWAY = [
  'MongoServerSelectionError',
  'MongoNetworkError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoSystemError',
  'MongoWaitQueueTimeoutError',
];
const MAX_TIME_EXPIRED = 50;
/**
 * What a server says that shuts down, is no primary (any more), lost its peers, could not get a majority in time, or is busy
 * with another writer of the same document. From the driver's specification of retryable errors, and WriteConflict.
 */
const PASSING = new Set([6, 7, 64, 89, 91, 112, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

/** Whether no server could be reached, or the one reached could not take the command for now. */
export function isAway(error: unknown): boolean {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if (AWAY.some((name) => isA(cause, name))) return true;
    if (isA(cause, 'MongoServerError') && PASSING.has(Number(cause.code))) return true;
    if (isA(cause, 'MongoError') && cause.hasErrorLabel('RetryableWriteError')) return true;
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
    if (isA(cause, 'MongoServerError') && cause.code === MAX_TIME_EXPIRED) {
      return new DomainError('TIMEOUT', 'The operation took too long and was cancelled. Ask for less at a time.', {});
    }
  }
  return null;
}

/**
 * Whether it is of a class of the driver or of one below. Told by the names that each class of the driver gives to its errors: this
 * is asked of every failure, and most processes have no driver loaded.
 */
function isA(error: Error, name: string): error is MongoError {
  for (let of: unknown = error; of instanceof Object; of = Object.getPrototypeOf(of)) {
    if ('name' in of && of.name === name) return true;
  }
  return false;
}
