import { changesOf } from '../../domain/report/ticket-log.ts';
import type { LiveLogs } from './ports.ts';

const TICKETS_PER_SLICE = 1_000;

/**
 * Makes the logs of live tickets and every bucket anew, from the tickets and the imported logs. Safe beside everything else
 * and when it is broken off: the projection goes back to the beginning first. Reports miss what is not rebuilt yet.
 * Returns how many tickets it read. For the system: it asks for no actor.
 */
export const rebuildReports =
  (deps: { readonly liveLogs: LiveLogs; readonly refreshReports: () => Promise<void> }) =>
  async (): Promise<number> => {
    await deps.liveLogs.forget();
    // The position first: what changes while the tickets are read lies after it.
    const settled = await deps.liveLogs.settled();
    let tickets = 0;
    const counted: typeof changesOf = (page, stored) => {
      tickets += page.length;
      return changesOf(page, stored);
    };
    let after: string | null = null;
    do {
      after = await deps.liveLogs.followTickets({ after, limit: TICKETS_PER_SLICE }, counted);
    } while (after !== null);
    await deps.liveLogs.savePosition(settled);
    await deps.refreshReports();
    return tickets;
  };
