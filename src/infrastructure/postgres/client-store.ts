import { and, asc, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import type { Client, ClientStore } from '../../application/client/ports.ts';
import type { ClientTier } from '../../domain/enums.ts';
import type { NewEvent } from '../../domain/event.ts';
import { clientAdded, clientChanged } from '../../domain/trail.ts';
import type { Database } from './database.ts';
import { clients } from './schema/people.ts';

const { tierChangedAt: _, ...columns } = getTableColumns(clients);

/** Clients in Postgres. */
export class PostgresClientStore implements ClientStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  create(client: Client, event: NewEvent): Promise<Client> {
    return this.#db.transaction(async (tx) => {
      await tx.sql.insert(clients).values(client);
      tx.append([event]);
      tx.audit(clientAdded(client));
      return client;
    });
  }

  change(
    id: string,
    rule: (client: Client) => { client: Client; events: readonly NewEvent[] },
  ): Promise<Client | null> {
    return this.#db.transaction(async (tx) => {
      const [row] = await tx.sql.select(columns).from(clients).where(eq(clients.id, id)).for('update');
      if (!row) return null;
      const { client, events } = rule(row);
      const retiered = client.tier === row.tier ? {} : { tierChangedAt: sql`now()` };
      await tx.sql
        .update(clients)
        .set({ name: client.name, tier: client.tier, ...retiered })
        .where(eq(clients.id, id));
      tx.append(events);
      tx.audit(clientChanged(row, client));
      return client;
    });
  }

  async byIds(ids: readonly string[]): Promise<(Client | null)[]> {
    if (ids.length === 0) return [];
    const rows = await this.#db.sql
      .select()
      .from(clients)
      .where(inArray(clients.id, [...ids]));
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  }

  async list(filter: { search: string | null; tier: ClientTier | null; first: number }): Promise<Client[]> {
    const pattern = filter.search === null ? null : `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`;
    return this.#db.sql
      .select(columns)
      .from(clients)
      .where(
        and(
          filter.tier ? eq(clients.tier, filter.tier) : undefined,
          pattern ? sql`lower(${clients.name}) LIKE lower(${pattern})` : undefined,
        ),
      )
      .orderBy(asc(clients.name), asc(clients.id))
      .limit(filter.first);
  }

  async openTickets(ids: readonly string[]): Promise<number[]> {
    const { rows } = await this.#db.sql.execute<{ client_id: string; open: string }>(sql`
      SELECT client_id, count(*) AS open
        FROM tickets
       WHERE client_id = ANY(${sql.param([...ids])}::uuid[]) AND deleted_at IS NULL AND sla_state <> 'MET'
       GROUP BY client_id`);
    const byId = new Map(rows.map((row) => [row.client_id, Number(row.open)]));
    return ids.map((id) => byId.get(id) ?? 0);
  }
}
