import { may } from '../../domain/access.ts';
import type { Actor } from '../../domain/actor.ts';
import { type FieldError, throwIfInvalid } from '../../domain/domain-error.ts';
import type { AuditEntry } from '../../domain/trail.ts';
import { asUuid, isUuid } from '../../domain/uuid.ts';
import { authorise } from '../authorise.ts';
import { checkFirst, type Page } from '../page.ts';
import type { AuditEntries, AuditFilter } from './ports.ts';

export interface AuditQuery extends AuditFilter {
  readonly first: number;
  readonly after: string | null;
}

const ACTION = /^[A-Za-z_]\w{0,99}$/;

/** The audit trail, newest first (`first`: 1-100), by whoever may read it: an ADMIN. */
export const listAuditEntries =
  (deps: { readonly auditEntries: AuditEntries }) =>
  async (actor: Actor, { first, after, ...filter }: AuditQuery): Promise<Page<AuditEntry>> => {
    authorise(actor, 'audit.read');
    checkFirst(first);
    throwIfInvalid(filterProblems(filter));
    const { actorId, subjectId } = filter;
    const ids = { actorId: actorId && (asUuid(actorId) ?? null), subjectId: subjectId && (asUuid(subjectId) ?? null) };
    return deps.auditEntries.page({ filter: { ...filter, ...ids }, first, after });
  };

/** One entry, or null: also for whoever may not know of it. */
export const getAuditEntry =
  (deps: { readonly auditEntries: AuditEntries }) =>
  async (actor: Actor, id: string): Promise<AuditEntry | null> => {
    const uuid = may(actor, 'audit.read') ? asUuid(id) : undefined;
    return uuid ? deps.auditEntries.byId(uuid) : null;
  };

function filterProblems({ actorId, subjectId, action, from, to }: AuditFilter): FieldError[] {
  const problems: FieldError[] = [];
  for (const [path, id] of Object.entries({ actorId, subjectId })) {
    if (id !== null && !isUuid(id)) problems.push({ path, message: 'Give a UUID.' });
  }
  if (action !== null && !ACTION.test(action)) {
    problems.push({ path: 'action', message: 'Give the name of a mutation, such as "createTicket".' });
  }
  if (from && to && from >= to) problems.push({ path: 'to', message: '"to" must lie after "from".' });
  return problems;
}
