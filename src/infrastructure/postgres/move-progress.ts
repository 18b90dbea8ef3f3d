import { and, desc, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { MoveProgress } from '../../application/sla/ports.ts';
import type { EventType } from '../../domain/event.ts';
import type { SlaPolicy } from '../../domain/sla-policy.ts';
import type { Tx } from './database.ts';
import { eventLog } from './schema/event-log.ts';
import { tickets } from './schema/tickets.ts';

/** With fewer left they are counted for each batch; with more, counting would take longer than moving. */
const COUNTED_BELOW = 5_000;

/** How far a move has come before a batch. */
interface Place {
  readonly remaining: number;
  /** Whether the log has yet to say that nothing remains. */
  readonly isOpen: boolean;
}

/**
 * Where the move to `policy` stands, by the log, so that it goes on over a restart and in another process: what remained after the
 * batch before, or a count of the `outdated`.
 */
export async function placeOf(tx: Tx, policy: SlaPolicy, outdated: SQL): Promise<Place> {
  const types: EventType[] = ['policy.set', 'policy.moved'];
  const [last] = await tx.sql
    .select({ type: eventLog.type, data: eventLog.data })
    .from(eventLog)
    .where(
      and(isNull(eventLog.subjectId), inArray(eventLog.type, types), sql`${eventLog.data} ->> 'tier' = ${policy.tier}`),
    )
    // Events of policies have no subject; said in full, so that the index on both serves the order.
    .orderBy(desc(eventLog.subjectId), desc(eventLog.position))
    .limit(1);
  const told =
    last?.type === 'policy.moved' && last.data?.version === policy.version ? Number(last.data.remaining) : null;
  const remaining = told !== null && told >= COUNTED_BELOW ? told : await countOf(tx, outdated);
  return { remaining, isOpen: last !== undefined && told !== 0 };
}

/** What to tell of a batch that has claimed tickets but not saved them; null: nothing. */
export async function progressOf(
  tx: Tx,
  { tier, version }: SlaPolicy,
  outdated: SQL,
  batch: {
    readonly before: Place;
    readonly claim: { readonly ids: readonly string[]; readonly found: boolean };
    readonly limit: number;
  },
): Promise<MoveProgress | null> {
  const { before, claim, limit } = batch;
  const moved = claim.ids.length;
  if (moved === 0) return before.isOpen && !claim.found ? { tier, version, moved, remaining: 0 } : null;
  // All free ones are claimed: what is counted beside them is held by somebody and comes later.
  const known = moved < limit ? await countOf(tx, outdated) : before.remaining;
  return { tier, version, moved, remaining: Math.max(0, known - moved) };
}

function countOf(tx: Tx, outdated: SQL): Promise<number> {
  return tx.sql.$count(tickets, outdated);
}
