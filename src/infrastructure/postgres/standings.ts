import DataLoader from 'dataloader';
import type { Standing } from '../../application/session/ports.ts';
import type { Role } from '../../domain/enums.ts';
import type { Database } from './database.ts';

const STATEMENT = 'SELECT id, role, active, session_epoch FROM users WHERE id = ANY($1::uuid[])';

/**
 * What users may do now. Every request asks, so that those which came within one turn of the event loop are answered by one statement;
 * nothing is kept.
 */
export function standingsOf(db: Pick<Database, 'rows'>): (userId: string) => Promise<Standing | undefined> {
  const loader = new DataLoader<string, Standing | undefined>(
    async (ids) => {
      const rows = await db.rows({ name: 'standings', text: STATEMENT, values: [[...new Set(ids)]] });
      const found = new Map(
        (rows as [string, Role, boolean, number][]).map(([id, role, active, sessionEpoch]) => [
          id,
          { role, active, sessionEpoch },
        ]),
      );
      return ids.map((id) => found.get(id));
    },
    // Requests on other connections come in this turn, but not in this tick.
    { cache: false, batchScheduleFn: (read) => void setImmediate(read) },
  );
  return (userId) => loader.load(userId);
}
