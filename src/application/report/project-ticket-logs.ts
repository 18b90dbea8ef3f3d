import { changesOf } from '../../domain/report/ticket-log.ts';
import { followAllTickets } from './follow-all-tickets.ts';
import type { LiveLogs } from './ports.ts';
import { sharedRuns } from './shared-runs.ts';

const EVENTS_PER_SLICE = 1_000;

/**
 * Brings the logs of live tickets up to date with the event log, then the reports. When it resolves, every event that was
 * committed before the call is in them; one statement when there is nothing new. Returns how many events it read. It may run
 * twice, late and anywhere: it looks at the tickets as they are. For the system: it asks for no actor.
 */
export const projectTicketLogs = (deps: {
  readonly liveLogs: LiveLogs;
  readonly refreshReports: () => Promise<void>;
}): (() => Promise<number>) =>
  sharedRuns(async () => {
    const { position, newest, floor } = await deps.liveLogs.place();
    if (position < floor) {
      // Events behind the position are gone, as after a rebuild that was broken off: the tickets tell what they told.
      await followAllTickets(deps.liveLogs);
      await deps.refreshReports();
    }
    if (newest <= position) return 0;
    const settled = await deps.liveLogs.settled();
    let events = 0;
    let after: number | null = null;
    // Beyond the settled position events are read as well, so that a caller sees its own; but they are not counted as read,
    // and come again, because an event before them may still appear.
    do {
      const slice = await deps.liveLogs.follow({ after, upTo: newest, limit: EVENTS_PER_SLICE, settled }, changesOf);
      events += slice.events;
      after = slice.position;
    } while (after < newest);
    if (events > 0) await deps.refreshReports();
    return events;
  });
