import { followAllTickets } from './follow-all-tickets.ts';
import type { LiveLogs } from './ports.ts';

/**
 * Makes the logs of live tickets and every bucket anew, from the tickets and the imported logs. Safe beside everything else
 * and when it is broken off: the projection goes back to the beginning first. Reports miss what is not rebuilt yet.
 * Returns how many tickets it read. For the system: it asks for no actor.
 */
export const rebuildReports =
  (deps: { readonly liveLogs: LiveLogs; readonly refreshReports: () => Promise<void> }) =>
  async (): Promise<number> => {
    await deps.liveLogs.forget();
    const tickets = await followAllTickets(deps.liveLogs);
    await deps.refreshReports();
    return tickets;
  };
