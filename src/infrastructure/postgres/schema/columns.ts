import { customType, timestamp } from 'drizzle-orm/pg-core';

/** An instant with the precision of a JavaScript Date, so that what is read equals what was written. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
