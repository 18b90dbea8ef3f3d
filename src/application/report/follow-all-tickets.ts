import { changesOf } from '../../domain/report/ticket-log.ts';
import type { LiveLogs } from './ports.ts';

const TICKETS_PER_SLICE = 1_000;

/**
 * Compares every ticket with its log, by the tickets alone, and lets the projection go on behind what was settled when it
 * began. Returns how many tickets it read.
 */
export async function followAllTickets(liveLogs: LiveLogs): Promise<number> {
  // The position first: what changes while the tickets are read lies after it.
  const settled = await liveLogs.settled();
  let tickets = 0;
  const counted: typeof changesOf = (page, stored) => {
    tickets += page.length;
    return changesOf(page, stored);
  };
  let after: string | null = null;
  do {
    after = await liveLogs.followTickets({ after, limit: TICKETS_PER_SLICE }, counted);
  } while (after !== null);
  await liveLogs.savePosition(settled);
  return tickets;
}
