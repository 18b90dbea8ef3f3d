import type { Actor } from './actor.ts';
import type { Role } from './enums.ts';

/** Everything that is asked about; who may is the table below (docs: README, "Who may do what"). */
export const ACTIONS = [
  'desk.read',
  'ticket.readDeleted',
  'ticket.write',
  'ticket.assign',
  'ticket.delete',
  'client.write',
  'escalation.acknowledge',
  'sla.alerts',
  'import.manage',
  'queue.read',
  'report.read',
  'policy.history',
  'policy.preview',
  'policy.write',
  'user.manage',
  'audit.read',
  'session.own',
] as const;
export type Action = (typeof ACTIONS)[number];

/** What an action is done to, as far as the rules look at it. */
export interface Subject {
  /** Of a ticket: who holds it now. */
  readonly assigneeId?: string | null;
  /** Of a ticket: null unless deleted. */
  readonly deletedAt?: Date | null;
  /** Of an assignment: who shall hold it. */
  readonly nextAssigneeId?: string | null;
}

type Rule = 'always' | 'never' | ((actor: Actor, subject: Subject) => boolean);

const isKept = (_: Actor, subject: Subject): boolean => !subject.deletedAt;
const isMine = (actor: Actor, subject: Subject): boolean => !subject.deletedAt && subject.assigneeId === actor.id;
/** An agent takes a ticket that nobody holds, or lets go of their own. */
const takesOrReleases = (actor: Actor, subject: Subject): boolean => {
  const holder = subject.assigneeId ?? null;
  const next = subject.nextAssigneeId ?? null;
  return (holder === null || holder === actor.id) && (next === null || next === actor.id);
};

const STAFF: Record<Role, Rule> = { ADMIN: 'always', SUPERVISOR: 'always', AGENT: 'always' };
const LEADS: Record<Role, Rule> = { ADMIN: 'always', SUPERVISOR: 'always', AGENT: 'never' };
const ADMINS: Record<Role, Rule> = { ADMIN: 'always', SUPERVISOR: 'never', AGENT: 'never' };

export const ACCESS: Record<Action, Record<Role, Rule>> = {
  /** Tickets, comments, history, clients, users, policies, me, node, ticket events; of a ticket, as long as it is kept. */
  'desk.read': { ...LEADS, AGENT: isKept },
  'ticket.readDeleted': LEADS,
  'ticket.write': { ...LEADS, AGENT: isKept },
  'ticket.assign': { ...LEADS, AGENT: takesOrReleases },
  'ticket.delete': LEADS,
  'client.write': LEADS,
  'escalation.acknowledge': LEADS,
  /** An agent hears only of tickets that they hold at that moment. */
  'sla.alerts': { ...LEADS, AGENT: isMine },
  'import.manage': LEADS,
  'queue.read': LEADS,
  'report.read': LEADS,
  'policy.history': LEADS,
  'policy.preview': LEADS,
  'policy.write': ADMINS,
  'user.manage': ADMINS,
  'audit.read': ADMINS,
  'session.own': STAFF,
};

/** Whether `actor` may do `action` to `subject`, by the table; nobody signed in may do none of these. */
export function may(actor: Actor | null, action: Action, subject: Subject = {}): boolean {
  if (!actor) return false;
  const rule = ACCESS[action][actor.role];
  if (rule === 'always') return true;
  if (rule === 'never') return false;
  return rule(actor, subject);
}

/** Rules that look at nothing of the actor but the role. A new rule is not one of them until it is named here. */
const RULES_OF_ROLE: ReadonlySet<Rule> = new Set<Rule>(['always', 'never', isKept]);

/** Names those who may do `action` to the same subjects as `actor`: everybody of the role, or this one alone. */
export function peersOf(actor: Actor, action: Action): string {
  return RULES_OF_ROLE.has(ACCESS[action][actor.role]) ? actor.role : `${actor.role} ${actor.id}`;
}
