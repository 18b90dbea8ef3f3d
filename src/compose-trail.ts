import type { Clock, Logger, NewId } from './application/runtime.ts';
import { auditTrail } from './application/trail/audit-trail.ts';
import { getAuditEntry, listAuditEntries } from './application/trail/list-audit-entries.ts';
import type { OpenActs } from './application/trail/ports.ts';
import { DomainError } from './domain/domain-error.ts';
import { translateMongoError } from './infrastructure/mongo/translate-error.ts';
import { PostgresAuditLog } from './infrastructure/postgres/audit-log.ts';
import type { Database } from './infrastructure/postgres/database.ts';
import { translatePostgresError } from './infrastructure/postgres/translate-error.ts';
import { rootOf } from './interfaces/graphql/errors.ts';

export interface TrailParts {
  readonly db: Database;
  /** Without the time limit of an operation: that it ran out is to be told too. */
  readonly workDb: Database;
  /** The same that the databases ask. */
  readonly acts: OpenActs;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly logger: Logger;
}

/** The audit trail: how acts leave their entries, and how these are read. */
export function composeTrail({ db, workDb, ...parts }: TrailParts) {
  const auditEntries = new PostgresAuditLog(db);
  return {
    trail: auditTrail({ ...parts, entries: new PostgresAuditLog(workDb), codeOf }),
    auditLog: {
      listAuditEntries: listAuditEntries({ auditEntries }),
      getAuditEntry: getAuditEntry({ auditEntries }),
    },
  };
}

export type AuditLog = ReturnType<typeof composeTrail>['auditLog'];

/** A failure of a store, whichever it is; null: something else. */
export function translateStoreError(error: unknown): DomainError | null {
  return translatePostgresError(error) ?? translateMongoError(error);
}

function codeOf(error: unknown): string {
  const root = rootOf(error);
  return (root instanceof DomainError ? root : translateStoreError(root))?.code ?? 'INTERNAL';
}
