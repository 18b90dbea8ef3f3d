import { inArray } from 'drizzle-orm';
import type { AppendEvents } from '../../application/import/ports.ts';
import type { NewEvent } from '../../domain/event.ts';
import type { Database } from './database.ts';
import { eventLog } from './schema/event-log.ts';
import { isDuplicateKey } from './store-failure.ts';

/** Appends events of a state that lives in another store: each once, by its id, whoever else tells of it at the same time. */
export function appendOnce(db: Database): AppendEvents {
  const append = (events: readonly NewEvent[]) =>
    db.transaction(async (tx) => {
      const ids = events.map((event) => event.id);
      const told = await tx.sql.select({ id: eventLog.id }).from(eventLog).where(inArray(eventLog.id, ids));
      const known = new Set(told.map((event) => event.id));
      tx.append(events.filter((event) => !known.has(event.id)));
    });
  return async (events) => {
    try {
      await append(events);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      // Somebody has told one of them in between: what is left is told now.
      await append(events);
    }
  };
}
