import * as driver from 'mongodb';
import { describe, expect, it } from 'vitest';
import { isAway, translateMongoError } from '../src/infrastructure/mongo/translate-error.ts';

const unusable = ['MongoServerSelectionError', 'MongoNetworkError', 'MongoNotConnectedError'];
const AWAY = [...unusable, 'MongoTopologyClosedError', 'MongoSystemError', 'MongoNetworkTimeoutError'];

/** Of the driver itself, without what its constructors ask for. */
function errorOf(name: string): Error {
  const type = Object.entries(driver).find(([key]) => key === name)?.[1] as { prototype: Error } | undefined;
  if (!type) throw new Error(`The driver has no ${name}.`);
  return Object.create(type.prototype) as Error;
}

describe('failures of MongoDB, told by the names that the driver gives', () => {
  it.each(AWAY)('%s is a store that is away, also as the cause of another one', (name) => {
    expect(isAway(errorOf(name))).toBe(true);
    expect(translateMongoError(new Error('failed', { cause: errorOf(name) }))?.code).toBe('UNAVAILABLE');
  });

  it('a server that steps down is away, one that refuses a document is not, and one out of time says so', () => {
    const said = (code: number) => translateMongoError(new driver.MongoServerError({ message: 'x', code }))?.code;
    expect([said(10_107), said(11_000), said(50)]).toEqual(['UNAVAILABLE', undefined, 'TIMEOUT']);
    expect(
      translateMongoError(new driver.MongoBulkWriteError({ message: 'x', code: 112, writeErrors: [] }, {} as never))
        ?.code,
    ).toBe('UNAVAILABLE');
  });

  it('a write that may be tried again is away, whatever else it is', () => {
    const error = new driver.MongoError('x');
    expect(isAway(error)).toBe(false);
    error.addErrorLabel('RetryableWriteError');
    expect(isAway(error)).toBe(true);
  });

  it('an error of something else is none of these', () => {
    expect(translateMongoError(new TypeError('x'))).toBeNull();
    expect(translateMongoError(null)).toBeNull();
  });
});
