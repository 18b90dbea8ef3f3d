import { eq, sql } from 'drizzle-orm';
import type { TicketState } from '../../domain/ticket.ts';
import type { Tx } from './database.ts';
import type { PostgresPolicyStore } from './policy-store.ts';
import { clients } from './schema/people.ts';
import { tickets } from './schema/tickets.ts';
import { stateColumns, toStates } from './ticket-writer.ts';

/** Reads tickets that the transaction has locked, after the locks: what a rule sees is what they hold. */
export async function claimedStates(
  tx: Tx,
  policies: PostgresPolicyStore,
  ids: readonly string[],
): Promise<TicketState[]> {
  if (ids.length === 0) return [];
  const rows = await tx.sql
    .select(stateColumns)
    .from(tickets)
    .innerJoin(clients, eq(clients.id, tickets.clientId))
    .where(sql`${tickets.id} = ANY (${sql.param(ids)}::uuid[])`);
  return toStates(tx.sql, policies, rows);
}
