import type { Clock, Logger } from './application/runtime.ts';
import { auditAllClocks, auditClockShare, auditTickets, type CountAudited } from './application/sla/audit-clocks.ts';
import { PostgresClockAudit } from './infrastructure/postgres/clock-audit.ts';
import type { Database } from './infrastructure/postgres/database.ts';

export interface AuditParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Nobody counts unless given. */
  readonly countAudited?: CountAudited | undefined;
}

/** The self-audit of SLA clocks. */
export function composeAudit({ db, clock, logger, countAudited = () => undefined }: AuditParts) {
  const audit = new PostgresClockAudit(db);
  const deps = { audit, clock, log: logger, countAudited };
  return {
    auditAll: auditAllClocks(deps),
    auditShare: auditClockShare(deps),
    auditTickets: auditTickets(deps),
    place: () => audit.place(),
  };
}
