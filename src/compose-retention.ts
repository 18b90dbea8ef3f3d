import { pruneEventLog } from './application/live/prune-event-log.ts';
import type { Clock, Logger } from './application/runtime.ts';
import { pruneRefreshTokens } from './application/session/prune-refresh-tokens.ts';
import type { Desk } from './compose-desk.ts';
import type { Reports } from './compose-reports.ts';
import type { Config } from './config.ts';
import type { Database } from './infrastructure/postgres/database.ts';
import { EventLogPruner } from './infrastructure/postgres/event-log-pruner.ts';
import { postgresSessions } from './infrastructure/postgres/session-store.ts';

export interface RetentionParts {
  readonly config: Pick<Config, 'retention' | 'sla'>;
  readonly workDb: Database;
  readonly desk: Pick<Desk, 'auditTickets'>;
  readonly reports: Pick<Reports, 'liveLogs' | 'projectTicketLogs'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly countPruned: (events: number) => void;
}

/** What is kept for a time only. */
export function composeRetention({ config, workDb, desk, reports, clock, logger, countPruned }: RetentionParts) {
  return {
    pruneRefreshTokens: pruneRefreshTokens({ sessions: postgresSessions(workDb), clock }),
    pruneEventLog: pruneEventLog({
      oldEvents: new EventLogPruner(workDb),
      liveLogs: reports.liveLogs,
      projectTicketLogs: reports.projectTicketLogs,
      differing: config.sla.audit ? desk.auditTickets : null,
      clock,
      log: logger,
      retentionDays: config.retention.eventLogDays,
      countPruned,
    }),
  };
}

export type Retention = ReturnType<typeof composeRetention>;
