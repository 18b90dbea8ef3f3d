import type { LiveLogs } from '../report/ports.ts';
import type { Clock, Logger } from '../runtime.ts';
import type { OldEvents } from './prune-ports.ts';

const DAY_MS = 24 * 3_600_000;

/** Two minutes between runs, and what a run takes at most: some seconds of small transactions, 36 million events a day. */
export const PRUNE_EVERY_MS = 120_000;
const SLICES_PER_RUN = 100;
const EVENTS_PER_SLICE = 500;

/** From the beginning of a round to that of the next: what is kept is read again each time. */
const ROUND_MS = 6 * 3_600_000;

/** Which of these tickets have a clock that is not what its log says: the log is what proves it. */
export type DifferingTickets = (tickets: readonly string[]) => Promise<ReadonlySet<string>>;

export interface PruneDeps {
  readonly oldEvents: OldEvents;
  readonly liveLogs: Pick<LiveLogs, 'place' | 'settled'>;
  readonly projectTicketLogs: () => Promise<unknown>;
  /** null: nobody audits. */
  readonly differing: DifferingTickets | null;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long the events of a closed ticket are kept, in days; 0: for ever. */
  readonly retentionDays: number;
  readonly countPruned: (events: number) => void;
}

/** What a run did. */
export interface Pruned {
  readonly events: number;
  readonly tickets: number;
  /** Tickets that may go but for a clock that differs from its log. */
  readonly kept: number;
}

/**
 * Removes the events of tickets that were closed long ago and have been quiet since, all of a ticket's at once, in small
 * transactions that hold up neither writers nor readers. Nothing goes that the reports have not read. May be broken off, may run
 * in several processes: the place of the round moves with what is removed. For the system: it asks for no actor.
 */
export const pruneEventLog =
  (deps: PruneDeps) =>
  async (signal?: AbortSignal, mostSlices: number = SLICES_PER_RUN): Promise<Pruned> => {
    const sum = { events: 0, tickets: 0, kept: 0 };
    if (deps.retentionDays === 0) return sum;
    const now = deps.clock.now();
    const before = new Date(now.getTime() - deps.retentionDays * DAY_MS);
    await deps.projectTicketLogs();
    const { position } = await deps.liveLogs.place();
    const upTo = Math.min(position, await deps.liveLogs.settled());
    // A projection that begins anew has read nothing yet: whatever it stands behind waits for it.
    if (upTo === 0) return sum;
    const place = await deps.oldEvents.begin(now, new Date(now.getTime() - ROUND_MS));
    if (place === null || upTo < place) return sum;
    let after = place;
    for (let slices = 0; slices < mostSlices && !signal?.aborted; slices += 1) {
      const slice = await deps.oldEvents.look({ after, upTo, before, limit: EVENTS_PER_SLICE });
      const differing = (slice.tickets.length > 0 && (await deps.differing?.(slice.tickets))) || NONE;
      const tickets = slice.tickets.filter((id) => !differing.has(id));
      const events = await deps.oldEvents.remove({ tickets, upTo, after, last: slice.last });
      if (events === null) break;
      if (events > 0) deps.countPruned(events);
      sum.events += events;
      sum.tickets += tickets.length;
      sum.kept += differing.size;
      after = slice.last;
      if (slice.isEnd) {
        await deps.oldEvents.end();
        break;
      }
    }
    tell(deps.log, sum);
    return sum;
  };

const NONE: ReadonlySet<string> = new Set();

function tell(log: Logger, { events, tickets, kept }: Pruned): void {
  if (events > 0) log.info({ events, tickets }, 'removed the events of tickets that were closed long ago');
  if (kept > 0) {
    log.warn({ tickets: kept }, 'kept the events of tickets whose clock is not what they say; see "The self-audit"');
  }
}
