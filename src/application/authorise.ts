import { type Action, may, type Subject } from '../domain/access.ts';
import type { Actor } from '../domain/actor.ts';
import { DomainError } from '../domain/domain-error.ts';

/** Lets the use case go on when the table allows it; else FORBIDDEN, saying which role was refused what. */
export function authorise(actor: Actor, action: Action, subject?: Subject): void {
  if (may(actor, action, subject)) return;
  throw new DomainError('FORBIDDEN', `Your role (${actor.role}) does not allow this (${action}).`, {});
}
