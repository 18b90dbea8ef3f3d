import { customType } from 'drizzle-orm/pg-core';
import { instantOf } from '../instant-text.ts';

/** An instant with the precision of a JavaScript Date, so that what is read equals what was written. */
export const instant = customType<{ data: Date; driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  toDriver: (instant) => instant.toISOString(),
  fromDriver: instantOf,
});

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
