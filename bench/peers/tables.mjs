// How the peers read the product's tables: plain statements over a pool, as a first version of such a server has them.
import pg from 'pg';

export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

/** The newest tickets with one more than asked for, as rows. */
export async function newestTickets(first) {
  const { rows } = await pool.query(
    'SELECT * FROM tickets WHERE deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT $1',
    [first + 1],
  );
  return rows;
}

/** A page of them as the schema shows it. */
export async function page(first) {
  const rows = await newestTickets(first);
  const nodes = rows.slice(0, first).map(toTicket);
  const last = rows[nodes.length - 1];
  const endCursor = last ? Buffer.from(JSON.stringify([last.created_at, last.id])).toString('base64url') : null;
  return { nodes, pageInfo: { hasNextPage: rows.length > first, endCursor } };
}

/** Clients or users by their ids, in that order; null where there is none. */
export async function byIds(table, ids) {
  const { rows } = await pool.query(`SELECT * FROM ${table} WHERE id = ANY($1::uuid[])`, [ids]);
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => found.get(id) ?? null);
}

export function toTicket(row) {
  return {
    ...row,
    reference: `TSP-${row.number}`,
    createdAt: row.created_at.toISOString(),
    sla: {
      state: row.sla_breached_at ? 'BREACHED' : row.sla_state,
      dueAt: row.sla_due_at?.toISOString() ?? null,
      atRiskAt: row.sla_at_risk_at?.toISOString() ?? null,
      breachedAt: row.sla_breached_at?.toISOString() ?? null,
      remainingSeconds: Math.ceil((row.sla_due_at - Date.now()) / 1000),
    },
  };
}

export const SCHEMA = `
  type Query { tickets(first: Int! = 20): TicketConnection! }
  type TicketConnection { nodes: [Ticket!]! pageInfo: PageInfo! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Ticket {
    id: ID! reference: String! title: String! status: String! priority: Int! createdAt: String!
    client: Client! assignee: User sla: Clock!
  }
  type Client { id: ID! name: String! tier: String! }
  type User { id: ID! name: String! }
  type Clock { state: String! dueAt: String atRiskAt: String breachedAt: String remainingSeconds: Int! }
`;
