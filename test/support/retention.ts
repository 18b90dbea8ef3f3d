import { v7 } from 'uuid';
import { pruneEventLog } from '../../src/application/live/prune-event-log.ts';
import { projectTicketLogs } from '../../src/application/report/project-ticket-logs.ts';
import { rebuildReports } from '../../src/application/report/rebuild-reports.ts';
import { refreshReports } from '../../src/application/report/refresh-reports.ts';
import { EventLogPruner } from '../../src/infrastructure/postgres/event-log-pruner.ts';
import { postgresReportBuckets } from '../../src/infrastructure/postgres/report-buckets.ts';
import { postgresLiveLogs } from '../../src/infrastructure/postgres/ticket-log-store.ts';
import { createDesk, MINUTE, type TestDesk } from './desk.ts';

interface PruneOptions {
  readonly retentionDays?: number;
  readonly audit?: boolean;
  /** false: the projection stands still. */
  readonly isProjecting?: boolean;
}

export const DAY = 24 * 60 * MINUTE;
/** For how long the events of closed tickets are kept here. */
export const KEPT_DAYS = 30;

/** A desk whose event log is pruned, with the projection that has to be ahead of it. */
export async function deskWithRetention() {
  const desk = await createDesk();
  const { db } = desk;
  const liveLogs = postgresLiveLogs(db, v7);
  const refresh = refreshReports({ buckets: postgresReportBuckets(db) });
  const project = projectTicketLogs({ liveLogs, refreshReports: refresh });
  const told: { fields: Record<string, unknown>; message: string }[] = [];
  const tell = (fields: Record<string, unknown>, message: string) => void told.push({ fields, message });
  const counts: number[] = [];
  const prune = (options: PruneOptions = {}) =>
    pruneEventLog({
      projectTicketLogs: options.isProjecting === false ? async () => 0 : project,
      oldEvents: new EventLogPruner(db),
      liveLogs,
      differing: options.audit === false ? null : desk.auditTickets,
      clock: desk.clock,
      log: { info: tell, warn: tell, error: tell },
      retentionDays: options.retentionDays ?? KEPT_DAYS,
      countPruned: (events) => void counts.push(events),
    });
  return {
    desk,
    liveLogs,
    project,
    rebuild: rebuildReports({ liveLogs, refreshReports: refresh }),
    /** What its lines in the log said, and how many events each slice removed. */
    told,
    counts,
    /** A use case as one process has it. */
    prune,
    /** Runs a whole round, whenever the last one was. */
    async pruneAll(options: PruneOptions = {}) {
      await db.pool.query("DELETE FROM projections WHERE name LIKE 'event_log_pruning%'");
      return prune(options)(undefined, Number.POSITIVE_INFINITY);
    },
    /** A ticket that was created, commented and closed at the present time. */
    async closedTicket(clientId: string, title = 'Closed') {
      const { id } = await desk.ticket(clientId, { title });
      await desk.mutations.addComment(desk.admin, { ticketId: id, body: 'Done.', internal: false });
      await desk.mutations.changeTicketStatus(desk.admin, { id, status: 'CLOSED' });
      return id;
    },
    /** Rows of the reports' raw material, one for each ticket. */
    async logs(): Promise<{ ticket_id: string; status: string }[]> {
      return rowsOf(desk, 'SELECT ticket_id, status FROM ticket_logs WHERE ticket_id IS NOT NULL ORDER BY ticket_id');
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await desk[Symbol.asyncDispose]();
    },
  };
}

export type Retention = Awaited<ReturnType<typeof deskWithRetention>>;

async function rowsOf<T extends object>(desk: TestDesk, text: string): Promise<T[]> {
  return (await desk.db.pool.query<T>(text)).rows;
}
