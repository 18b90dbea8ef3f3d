import type { ImportProcess, ImportState } from './import-process.ts';
import type { SlaPolicy, SlaPolicyEdit } from './sla-policy.ts';
import type { Ticket } from './ticket.ts';
import type { User } from './user.ts';

/** Named values that the audit trail shows; never a password, a token, a hash or a key. */
export type Facts = Readonly<Record<string, unknown>>;

/** What an act changed, as far as it changed anything. */
export interface AuditedChange {
  readonly subjectId: string | null;
  /** What it was; null: there was nothing. */
  readonly before: Facts | null;
  /** What it became; null: there is nothing any more. */
  readonly after: Facts | null;
  /** Whoever turned out to act, where the call itself does not say it: somebody who signs in. */
  readonly actorId?: string;
  /** A refusal that changes something all the same, such as a replay that ends a session. */
  readonly refused?: true;
}

/** One line of the trail: who did what, when, from where, and what came of it. It never changes. */
export interface AuditEntry {
  readonly id: string;
  /** null: nobody who was signed in. */
  readonly actorId: string | null;
  /** The mutation, by its name in the schema. */
  readonly action: string;
  readonly subjectId: string | null;
  readonly ip: string | null;
  readonly requestId: string | null;
  readonly succeeded: boolean;
  /** JSON. */
  readonly before: string | null;
  /** JSON. */
  readonly after: string | null;
  readonly occurredAt: Date;
}

/** What of `names` differs between two states of a subject; null when nothing does. */
export function difference<T extends object>(
  before: T,
  after: T,
  names: readonly (keyof T & string)[],
): { readonly before: Facts; readonly after: Facts } | null {
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  if (changed.length === 0) return null;
  const pick = (from: T) => Object.fromEntries(changed.map((name) => [name, from[name] ?? null]));
  return { before: pick(before), after: pick(after) };
}

function changed<T extends object>(
  subjectId: string | null,
  before: T,
  after: T,
  names: readonly (keyof T & string)[],
): AuditedChange {
  return { subjectId, ...(difference(before, after, names) ?? { before: null, after: null }) };
}

function added<T extends object>(subjectId: string, thing: T, names: readonly (keyof T & string)[]): AuditedChange {
  return { subjectId, before: null, after: Object.fromEntries(names.map((name) => [name, thing[name]])) };
}

const TICKET = ['title', 'description', 'status', 'priority', 'tags', 'clientId', 'assigneeId', 'deletedAt'] as const;

export const ticketAdded = (ticket: Omit<Ticket, 'number'>): AuditedChange => added(ticket.id, ticket, TICKET);

/** With what the SLA clock made of it on the way: an acknowledgement, a level of the ladder, a new cycle. */
export function ticketChanged(before: Ticket, after: Ticket): AuditedChange {
  const seen = (ticket: Ticket) => {
    const { cycle, escalationLevel, acknowledgedAt } = ticket.clock;
    return { ...ticket, cycle, escalationLevel, acknowledgedAt };
  };
  return changed(after.id, seen(before), seen(after), [...TICKET, 'cycle', 'escalationLevel', 'acknowledgedAt']);
}

/** The text of a comment never changes and stays with it. */
export function commentAdded(comment: { id: string; ticketId: string; internal: boolean }): AuditedChange {
  return { subjectId: comment.ticketId, before: null, after: { commentId: comment.id, internal: comment.internal } };
}

const CLIENT = ['name', 'tier'] as const;
type ClientFacts = { readonly id: string; readonly name: string; readonly tier: string };

export const clientAdded = (client: ClientFacts): AuditedChange => added(client.id, client, CLIENT);
export const clientChanged = (before: ClientFacts, after: ClientFacts): AuditedChange =>
  changed(after.id, before, after, CLIENT);

const USER = ['email', 'name', 'role', 'active'] as const;

export const userAdded = (user: User): AuditedChange => added(user.id, user, USER);
export const userChanged = (before: User, after: User): AuditedChange => changed(after.id, before, after, USER);

const POLICY = [
  'version',
  'resolutionMinutes',
  'atRiskPercent',
  'breachAction',
  'escalateEveryMinutes',
  'maxEscalationLevel',
  'calendar',
] as const;

/** A policy has no id: its tier says which. */
export function policyChanged(before: SlaPolicy, after: SlaPolicyEdit & { version: number }): AuditedChange {
  const { tier } = after;
  const difference = changed<Omit<SlaPolicy, 'changedById' | 'changedAt'>>(null, before, after, POLICY);
  return { ...difference, before: { tier, ...difference.before }, after: { tier, ...difference.after } };
}

/** What happens to sessions; `facts` say which and how. */
export function sessionChanged(userId: string, facts: Facts, rest: Partial<AuditedChange> = {}): AuditedChange {
  return { subjectId: userId, actorId: userId, before: null, after: facts, ...rest };
}

const IMPORT = ['filename', 'sizeBytes', 'sha256', 'dryRun'] as const;

export const importAdded = (process: ImportProcess): AuditedChange => added(process.id, process, IMPORT);
export const importMoved = ({ id, status }: ImportProcess, to: ImportState): AuditedChange =>
  changed(id, { status }, { status: to.status }, ['status']);
export function lettersReleased(before: ImportProcess, after: ImportProcess): AuditedChange {
  return changed(after.id, before, after, ['status', 'retriedRows']);
}
export function lettersDiscarded(importId: string, discarded: number, left: number): AuditedChange {
  return { subjectId: importId, before: { deadLetters: discarded + left }, after: { deadLetters: left } };
}
