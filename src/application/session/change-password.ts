import type { Actor } from '../../domain/actor.ts';
import { DomainError, throwIfInvalid } from '../../domain/domain-error.ts';
import { checkNewPassword } from '../../domain/password.ts';
import { sessionsEnded } from '../../domain/user.ts';
import { authorise } from '../authorise.ts';
import type { Clock, NewId } from '../runtime.ts';
import type { Passwords, Sessions } from './ports.ts';

export interface ChangePasswordDeps {
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly clock: Clock;
  readonly newId: NewId;
}

/**
 * Changes the actor's own password and ends all of their sessions, this one included.
 * @throws VALIDATION_FAILED at "next" for a new password that is too short or too long, UNAUTHENTICATED when `current` is wrong.
 */
export const changePassword =
  (deps: ChangePasswordDeps) =>
  async (actor: Actor, input: { readonly current: string; readonly next: string }): Promise<true> => {
    authorise(actor, 'session.own');
    throwIfInvalid(checkNewPassword('next', input.next));
    const account = await deps.sessions.accountById(actor.id);
    const matches = await deps.passwords.matches(input.current, account?.passwordHash);
    if (!account || !matches) throw new DomainError('UNAUTHENTICATED', 'The current password is wrong.', {});
    const hash = await deps.passwords.hash(input.next);
    const ended = sessionsEnded(deps.newId(), actor.id, actor.id, 'PASSWORD_CHANGED', deps.clock.now());
    if (!(await deps.sessions.changePassword(hash, account.sessionEpoch, ended))) {
      throw new DomainError('UNAUTHENTICATED', 'This session ended in the meantime: sign in again.', {});
    }
    return true;
  };
