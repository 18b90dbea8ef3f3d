import { DomainError, invalid } from '../../domain/domain-error.ts';
import type { Ticket } from '../../domain/ticket.ts';
import { asUuid } from '../../domain/uuid.ts';
import type { Lanes } from '../lanes.ts';
import type { Trail } from '../trail/ports.ts';

/** The most tickets that one bulk mutation may name. */
export const BULK_MAX = 100;

/** What is no id may be of any length. */
const ID_SHOWN = 100;

/** Tickets of one call that are at work at a time: one that waits for a lock does not hold up the others. */
const AT_ONCE = 4;

export interface EachTicketDeps {
  readonly lanes: Lanes;
  /** Each ticket has an entry of its own. */
  readonly trail: Pick<Trail, 'parts'>;
}

/** What became of one ticket; `error` is whatever its change failed with. */
export type TicketOutcome =
  | { readonly id: string; readonly ticket: Ticket }
  | { readonly id: string; readonly ticket: null; readonly error: unknown };

/**
 * Changes each ticket of `ids` on its own by `change` and tells what became of each, in the order of `ids`; an id that comes more
 * than once is done once, and its outcome stands at each of its places. Once `nearlyOver` is aborted nothing more is begun, and the
 * outcomes are returned at once: what is not through is TIMEOUT, and says whether it was begun.
 * @throws VALIDATION_FAILED at "ids" for none or more than 100.
 */
export async function eachTicket(
  ids: readonly string[],
  change: (id: string) => Promise<Ticket>,
  { lanes, trail, nearlyOver }: EachTicketDeps & { readonly nearlyOver?: AbortSignal | undefined },
): Promise<TicketOutcome[]> {
  if (ids.length === 0 || ids.length > BULK_MAX) {
    throw invalid('ids', `Give 1 to ${BULK_MAX} ids; there were ${ids.length}.`);
  }
  const part = trail.parts();
  const outcomes = new Map<string, { ticket: Ticket } | { ticket: null; error: unknown }>();
  const begun = new Set<string>();
  const one = async (key: string, i: number): Promise<void> => {
    try {
      const ticket = await part({ subjectId: asUuid(key) ?? null, tried: { id: key.slice(0, ID_SHOWN) } }, async () => {
        if (nearlyOver?.aborted) throw notBegun();
        begun.add(key);
        if (!asUuid(key)) throw invalid(`ids[${i}]`, `Give a UUID; ids[${i}] is none.`);
        return change(key);
      });
      outcomes.set(key, { ticket });
    } catch (error) {
      outcomes.set(key, { ticket: null, error });
    }
  };
  const firstPlaces = new Map<string, number>();
  for (const [i, id] of ids.entries()) if (!firstPlaces.has(keyOf(id))) firstPlaces.set(keyOf(id), i);
  const left = firstPlaces.entries();
  const work = async (): Promise<void> => {
    for (const [key, i] of left) await lanes.run(() => one(key, i));
  };
  await Promise.race([Promise.all(Array.from({ length: AT_ONCE }, work)), aborted(nearlyOver)]);
  return ids.map((id) => {
    const key = keyOf(id);
    return { id, ...(outcomes.get(key) ?? { ticket: null, error: begun.has(key) ? notThrough() : notBegun() }) };
  });
}

/** The same ticket has the same key, however its id is written. */
function keyOf(id: string): string {
  return asUuid(id) ?? id;
}

/** Resolves when `signal` is aborted; without one never. */
function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

function notBegun(): DomainError<'TIMEOUT'> {
  return new DomainError(
    'TIMEOUT',
    'The time ran out before this ticket was begun: it is as it was. Ask again for it.',
    {},
  );
}

function notThrough(): DomainError<'TIMEOUT'> {
  const message = 'The time ran out while this ticket was being changed: read it again to see whether it was.';
  return new DomainError('TIMEOUT', message, {});
}
