import type { Actor } from './actor.ts';
import { DomainError } from './domain-error.ts';
import type { Role } from './enums.ts';
import type { NewEvent } from './event.ts';

/** A person who can sign in, as everyone on the desk may see them. */
export interface User {
  readonly id: string;
  /** Trimmed and lower-cased; no two users share one. */
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** An inactive user can neither sign in nor be assigned tickets. */
  readonly active: boolean;
  readonly createdAt: Date;
}

/** Longest name, in code points. */
export const MAX_NAME_LENGTH = 200;

/** Why all sessions of a user ended; in the data of `user.sessions_ended`. */
export type SessionsEndReason = 'LOGOUT_EVERYWHERE' | 'PASSWORD_CHANGED' | 'ROLE_CHANGED' | 'DEACTIVATED';

/**
 * The user with another role. `activeAdminIds` are all active ADMINs, held still until the change is kept.
 * @throws FORBIDDEN for one's own role, CONFLICT when nobody would be left to administer, UNAUTHENTICATED when the actor
 * lost the role in the meantime.
 */
export function changeRole(user: User, role: Role, actor: Actor, activeAdminIds: readonly string[]): User {
  if (user.id === actor.id) {
    throw new DomainError('FORBIDDEN', 'Nobody changes their own role: ask another administrator.', {});
  }
  if (role !== 'ADMIN') keepAnAdmin(user, activeAdminIds);
  stillAdmin(actor, activeAdminIds);
  return user.role === role ? user : { ...user, role };
}

/**
 * The user activated or deactivated; one may deactivate oneself.
 * @throws CONFLICT when nobody would be left to administer, UNAUTHENTICATED when the actor lost the role in the meantime.
 */
export function changeActive(user: User, active: boolean, actor: Actor, activeAdminIds: readonly string[]): User {
  if (!active) keepAnAdmin(user, activeAdminIds);
  stillAdmin(actor, activeAdminIds);
  return user.active === active ? user : { ...user, active };
}

function keepAnAdmin(user: User, activeAdminIds: readonly string[]): void {
  if (activeAdminIds.some((id) => id !== user.id) || !activeAdminIds.includes(user.id)) return;
  throw new DomainError('CONFLICT', 'This is the last active administrator: make another user ADMIN first.', {});
}

function stillAdmin(actor: Actor, activeAdminIds: readonly string[]): void {
  if (activeAdminIds.includes(actor.id)) return;
  throw new DomainError('UNAUTHENTICATED', 'Your role was changed in the meantime: sign in again.', {});
}

/** The fact that ends a user's access tokens, refresh tokens and open subscriptions everywhere; of a change of role with both. */
export function sessionsEnded(
  id: string,
  userId: string,
  actorId: string,
  reason: SessionsEndReason,
  occurredAt: Date,
  roles: { readonly from: Role; readonly to: Role } | null = null,
): NewEvent {
  return {
    id,
    type: 'user.sessions_ended',
    subjectId: userId,
    actorId,
    from: roles?.from ?? null,
    to: roles?.to ?? null,
    occurredAt,
    data: { reason },
  };
}

/** The fact that a user may sign in again. */
export function userActivated(id: string, userId: string, actorId: string, occurredAt: Date): NewEvent {
  return { id, type: 'user.activated', subjectId: userId, actorId, from: null, to: null, occurredAt, data: null };
}

/** The fact that a user was added, by `actorId` or, when null, by the first start. */
export function userRegistered(id: string, user: User, actorId: string | null): NewEvent {
  return {
    id,
    type: 'user.registered',
    subjectId: user.id,
    actorId,
    from: null,
    to: user.role,
    occurredAt: user.createdAt,
    data: null,
  };
}
